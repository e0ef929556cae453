package applications

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/internal/db"
)

// A department that cannot go on asks for documents, or for some answers to be given anew; nobody fills in the rest again.
//
// The new answers wait beside those that were submitted. There is one canonical text for all, so whoever changes a word changes what
// everybody has signed: all parties sign the new text, and only then, in one transaction, do the answers, the hash and the signatures
// take the place of the old ones and go to the department. The duty is not counted again, and a time that was booked is not among what
// can be asked. Documents alone change no answer and need no signature.

// asked is an open request with what the reader is to answer.
type asked struct {
	*message
	Correction *correction // what somebody has answered already, or nil
	keys       []string    // of questions that are asked of the reader
}

// correction is the answers as they would be.
type correction struct {
	Request    uuid.UUID
	Set        catalog.Set
	Text       string // what was said with it
	Hash       []byte
	Party      string // who saved it last
	SavedAt    time.Time
	DoneAt     *time.Time
	Signatures []*Signature
}

// proposal is the sealed part of a correction.
type proposal struct {
	Set  catalog.Set `json:"set"`
	Text string      `json:"text,omitempty"` // what a party says with it
}

// askable are those of the keys that a request may ask for: questions of the form, or of one party's as "party.question". Times at an
// office are not: a booking hangs on them.
func (d *dossier) askable(keys []string) []string {
	var known []string
	for _, key := range keys {
		party, id := splitKey(key)
		q := d.Definition.Question(id)
		if step := d.Definition.Step(id); step != nil && step.Repeat != nil {
			q = &catalog.Question{Type: "repeat"}
		}
		if q == nil || q.Type == "slot" || q.Type == "office" || party != "" && d.party(party) == nil {
			continue
		}
		known = append(known, key)
	}
	return known
}

func splitKey(key string) (party, id string) {
	if before, after, ok := strings.Cut(key, "."); ok {
		return before, after
	}
	return "", key
}

// keysFor are the questions of a request that p answers.
func (d *dossier) keysFor(m *message, p *Party) []string {
	var ids []string
	for _, key := range m.Words.Fields {
		party, id := splitKey(key)
		if (party == "" || party == p.ID) && slices.ContainsFunc(d.steps(p), func(s catalog.Step) bool { return asks(&s, id) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

func asks(step *catalog.Step, id string) bool {
	return step.ID == id && step.Repeat != nil ||
		step.Repeat == nil && slices.ContainsFunc(step.Questions, func(q catalog.Question) bool { return q.ID == id })
}

// openRequest finds a request that may be answered now.
func (k *Core) openRequest(ctx context.Context, on db.DB, d *dossier, id uuid.UUID) (*asked, error) {
	said, err := k.conversation(ctx, on, d.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(said, func(m *message) bool { return m.ID == id && m.Kind == saidRequest })
	if i < 0 {
		return nil, errNoApplication
	}
	if !d.awaited(said[i]) {
		return nil, errClosed
	}
	a := &asked{message: said[i], keys: d.keysFor(said[i], d.Me)}
	a.Correction, err = k.correctionOf(ctx, on, d, id)
	return a, err
}

// awaited tells whether a request still waits for its answer. A late one may come until the department has decided.
func (d *dossier) awaited(m *message) bool {
	return m.Kind == saidRequest && m.AnsweredAt == nil && d.State.WithDepartment() && !d.State.Final()
}

// with returns the application as it would be with other answers.
func (d *dossier) with(set catalog.Set) (*dossier, error) {
	copied := *d
	copied.Set = set
	copied.Parties = make([]*Party, len(d.Parties))
	for i, p := range d.Parties {
		one := *p
		copied.Parties[i] = &one
		if p == d.Me {
			copied.Me = &one
		}
	}
	return &copied, copied.refresh()
}

// correctionOf reads what was answered to a request, nil when nothing was.
func (k *Core) correctionOf(ctx context.Context, on db.DB, d *dossier, request uuid.UUID) (*correction, error) {
	row, err := correctionRow(ctx, on, request)
	if err != nil || row == nil {
		return nil, err
	}
	c := &correction{Request: request, Hash: row.Hash, Party: row.Party, SavedAt: row.SavedAt, DoneAt: row.DoneAt}
	var p proposal
	if err := k.unseal(row.Sealed, &p, d.ID, "correction", request.String()); err != nil {
		return nil, err
	}
	c.Set, c.Text = p.Set, p.Text
	c.Set.Today, c.Set.Acting = row.SavedAt, d.audienceOf()
	c.Signatures, err = correctionSignatures(ctx, on, request)
	return c, err
}

// base is what the next answers are put into: those that somebody has given to the request, or those that were submitted.
func (d *dossier) base(a *asked) catalog.Set {
	if a.Correction != nil {
		return a.Correction.Set
	}
	return d.Set
}

// answerDocuments answers a request that asks for papers alone, or in words.
func (k *Core) answerDocuments(ctx context.Context, tx pgx.Tx, d *dossier, a *asked, text string, files []uuid.UUID) error {
	if first, err := answered(ctx, tx, a.ID, k.Now()); err != nil || !first {
		return err
	}
	return k.say(ctx, tx, d, &message{Kind: saidAnswer, Words: words{Text: text, Request: a.ID.String()}}, files)
}

// propose keeps answers to a request until all have signed them. What others had signed of an earlier proposal counts no more.
func (k *Core) propose(ctx context.Context, tx pgx.Tx, d *dossier, a *asked, set catalog.Set, text string, files []uuid.UUID) error {
	now := k.Now().Truncate(time.Microsecond) // as it comes back from the database: the text must stay the same
	set.Today = now
	would, err := d.with(set)
	if err != nil {
		return err
	}
	if !would.complete() {
		return errIncomplete
	}
	if err := k.attach(ctx, tx, d, a.ID, files); err != nil {
		return err
	}
	if err := k.keepProposal(ctx, tx, would, a.ID, text, d.Me.ID); err != nil {
		return err
	}
	if err := k.note(ctx, tx, d, Event{Kind: "correcting", Party: d.Me.ID}); err != nil {
		return err
	}
	return k.store(ctx, tx, d)
}

// keepProposal stores answers to a request as somebody gave them. Whatever was signed of the ones before goes.
func (k *Core) keepProposal(ctx context.Context, tx pgx.Tx, would *dossier, request uuid.UUID, text, party string) error {
	sealed, err := k.seal(proposal{Set: would.Set, Text: text}, would.ID, "correction", request.String())
	if err != nil {
		return err
	}
	return saveCorrection(ctx, tx, request, would.ID, sealed, would.hash(), party, would.Set.Today)
}

// signCorrection puts the reader's signature under a correction. The last one puts it in the place of what was submitted.
func (k *Core) signCorrection(ctx context.Context, tx pgx.Tx, d *dossier, p *Person, a *asked, hash []byte) error {
	c := a.Correction
	switch {
	case c == nil:
		return errIncomplete
	case !bytes.Equal(hash, c.Hash):
		return errChanged
	case d.unscannedIn(c.Set):
		return errScanning
	case d.Organisation != nil && d.Me == d.filer() && !p.Organisation.May(PowerSign):
		return errMayNotSign
	}
	would, err := d.with(c.Set)
	if err != nil {
		return err
	}
	if !bytes.Equal(would.hash(), c.Hash) || !would.complete() {
		return errChanged // a party's name, for one, is another than when it was saved
	}
	s := &Signature{Party: d.Me.ID, Person: p.ID, Name: d.Me.Name(), Level: p.Level, Hash: hash, SignedAt: k.Now()}
	if err := insertCorrectionSignature(ctx, tx, a.ID, s); err != nil {
		return err
	}
	if c.Signatures, err = correctionSignatures(ctx, tx, a.ID); err != nil {
		return err
	}
	if len(c.Signatures) < len(d.Parties) {
		if err := k.note(ctx, tx, d, Event{Kind: "correction_signed", Party: d.Me.ID}); err != nil {
			return err
		}
		if err := k.store(ctx, tx, d); err != nil {
			return err
		}
		return k.tell(ctx, tx, d, "after_sign", d.Me)
	}
	return k.correct(ctx, tx, d, a, would)
}

// correct puts the new answers, their hash and their signatures in the place of the old ones, and sends them.
func (k *Core) correct(ctx context.Context, tx pgx.Tx, d *dossier, a *asked, would *dossier) error {
	changed := d.differs(d.Set, would.Set)
	for _, owner := range append([]string{""}, partyIDs(d)...) {
		was, is, err := bothTexts(d.Set.Of(owner), would.Set.Of(owner))
		if err != nil {
			return err
		}
		if bytes.Equal(was, is) {
			continue
		}
		sealed, err := k.seal(would.Set.Of(owner), d.ID, "answers", owner)
		if err != nil {
			return err
		}
		if err := saveAnswers(ctx, tx, d.ID, owner, sealed, a.Correction.SavedAt); err != nil {
			return err
		}
	}
	was := d.Set
	d.Set, d.Form, d.Hash = would.Set, would.Form, would.hash()
	if err := k.keepFiles(ctx, tx, d); err != nil {
		return err
	}
	for _, s := range a.Correction.Signatures {
		if err := insertSignature(ctx, tx, d.ID, s, true); err != nil {
			return err
		}
		d.party(s.Party).Signature = s
	}
	if err := finishCorrection(ctx, tx, a.ID, k.Now()); err != nil {
		return err
	}
	if _, err := answered(ctx, tx, a.ID, k.Now()); err != nil {
		return err
	}
	if err := k.carry(ctx, tx, d, was); err != nil {
		return err
	}
	if err := k.sendCorrection(ctx, tx, d, a, changed); err != nil {
		return err
	}
	if err := k.note(ctx, tx, d, Event{Kind: "corrected", Party: d.Me.ID}); err != nil {
		return err
	}
	if err := k.store(ctx, tx, d); err != nil {
		return err
	}
	return k.tell(ctx, tx, d, "after_corrected", d.Me)
}

// carry puts what was answered to other requests, and is not in force yet, upon the answers that now are. It was written beside those
// of before, and would turn back what has just been corrected. What was signed of it was another text.
func (k *Core) carry(ctx context.Context, tx pgx.Tx, d *dossier, was catalog.Set) error {
	waiting, err := openCorrections(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	for _, request := range waiting {
		c, err := k.correctionOf(ctx, tx, d, request)
		if err != nil {
			return err
		}
		set := catalog.Set{Parties: map[string]catalog.Answers{}, Today: k.Now().Truncate(time.Microsecond), Acting: d.audienceOf()}
		set.Shared = moved(was.Shared, c.Set.Shared, d.Set.Shared)
		for _, owner := range partyIDs(d) {
			set.Parties[owner] = moved(was.Of(owner), c.Set.Of(owner), d.Set.Of(owner))
		}
		would, err := d.with(set)
		if err != nil {
			return err
		}
		if err := k.keepProposal(ctx, tx, would, request, c.Text, c.Party); err != nil {
			return err
		}
	}
	return nil
}

// moved makes in now the changes that lead from was to is.
func moved(was, is, now catalog.Answers) catalog.Answers {
	to := maps.Clone(now)
	if to == nil {
		to = catalog.Answers{}
	}
	for _, id := range unlike(was, is) {
		delete(to, id)
		if value, has := is[id]; has {
			to[id] = value
		}
	}
	return to
}

func (k *Core) sendCorrection(ctx context.Context, tx pgx.Tx, d *dossier, a *asked, changed []string) error {
	if err := k.gatherFilesAgain(ctx, tx, d); err != nil {
		return err
	}
	letter, err := k.letter(ctx, tx, d)
	if err != nil {
		return err
	}
	raw, err := marshal(letter)
	if err != nil {
		return err
	}
	attached, err := k.attachedTo(ctx, tx, d.ID, a.ID)
	if err != nil {
		return err
	}
	return k.send(ctx, tx, d, departments.TypeCorrected, a.ID,
		departments.CorrectedData{Application: raw, Fields: changed, Files: k.attachments(d, attached), Text: a.Correction.Text})
}

// newFiles are those that a correction names and the answers in force do not, as soon as the scanner has found them clean.
func (d *dossier) newFiles(c *correction) (list []*attachment) {
	named, before := d.filesIn(c.Set), d.filesIn(d.Set)
	for _, f := range d.Files {
		if f.clean() && slices.Contains(named, f.ID) && !slices.Contains(before, f.ID) {
			list = append(list, f)
		}
	}
	return list
}

// proposedFile returns a file that waits with a correction for the signatures of all: nobody signs what they cannot read.
func (k *Core) proposedFile(ctx context.Context, person, application, file uuid.UUID) (*served, error) {
	d, err := k.openFor(ctx, k.DB, person, application)
	if err != nil {
		return nil, err
	}
	waiting, err := openCorrections(ctx, k.DB, d.ID)
	if err != nil {
		return nil, err
	}
	for _, request := range waiting {
		c, err := k.correctionOf(ctx, k.DB, d, request)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(d.newFiles(c), func(f *attachment) bool { return f.ID == file }) {
			return fileIn(ctx, k.DB, d.ID, file)
		}
	}
	return nil, errNoFile
}

// gatherFilesAgain reads which files belong to the answers after these have changed.
func (k *Core) gatherFilesAgain(ctx context.Context, on db.DB, d *dossier) error {
	d.Files = nil
	rows, err := filesOf(ctx, on, d.ID)
	if err != nil {
		return err
	}
	return k.gatherFiles(d, rows)
}

// differs lists the keys of the questions that two sets answer in other ways.
func (d *dossier) differs(a, b catalog.Set) []string {
	var keys []string
	for _, owner := range append([]string{""}, partyIDs(d)...) {
		prefix := ""
		if owner != "" && len(d.Parties) > 1 {
			prefix = owner + "."
		}
		for _, id := range unlike(a.Of(owner), b.Of(owner)) {
			if !slices.Contains(keys, prefix+id) {
				keys = append(keys, prefix+id)
			}
		}
	}
	slices.Sort(keys)
	return keys
}

// unlike lists the questions that two sets answer in other ways, some of them twice.
func unlike(a, b catalog.Answers) (ids []string) {
	for _, all := range []catalog.Answers{a, b} {
		for id := range all {
			one, errOne := marshal(a[id])
			other, errOther := marshal(b[id])
			if errOne != nil || errOther != nil || !bytes.Equal(one, other) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
