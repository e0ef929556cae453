package applications

import (
	"context"
	"encoding/hex"
	"errors"
	"html/template"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/i18n"
)

const checkPage frontend.Page[checkView] = "applications/check.html"

type checkView struct {
	Title     string // locale key
	Service   i18n.Text
	Parts     []partView
	Back      frontend.BackLink
	Continue  string // address of the first question without an answer, "" when the own part is complete
	Invite    string // address of the page that invites, "" when nobody is to be invited
	Waiting   bool   // the others have not filled their parts
	Scanning  bool   // an attached file has not been found clean
	Sign      *signView
	Signed    *Signature // the reader's
	Hash      string     // in groups
	KeptUntil time.Time
	Draft     bool
	Deadline  *time.Time
	Status    string
	Changed   bool       // the text is another than the one that was to be signed
	Bill      *billView  // once the answers are complete
	AnswerBy  *time.Time // the day of the answer if it is sent today

	Organisation *Organisation // in whose name, nil for the own
	NotYours     string        // the organisation that has not given the reader the power to sign, "" when that is no obstacle
}

// partView is the answers of one party, or those that are given once for all.
type partView struct {
	Title string
	Lists []frontend.SummaryList
}

type signView struct {
	Action string
	Hash   string // hex, posted back: what is signed is what was shown
	Button string // locale key
	Rubles int64  // kopecks to pay afterwards by the reader, 0 when nothing
	Alone  bool

	Declares i18n.Text // what the reader states by signing, in the definition's words
}

// summaryLists shows sections of answers, each with a link to change it when change is given. Files are links when their address is
// given.
func summaryLists(from []catalog.Section, tr catalog.Tr, change func(catalog.Section) []frontend.Action, file func(catalog.File) string) []frontend.SummaryList {
	lists := make([]frontend.SummaryList, 0, len(from))
	for _, s := range from {
		list := frontend.SummaryList{Card: &frontend.SummaryCard{Title: frontend.CardTitle{Text: s.Title, HeadingLevel: 3}}}
		if change != nil {
			list.Card.Actions = frontend.Actions{Items: change(s)}
		}
		for _, row := range s.Rows {
			line := frontend.Row(row.Label, row.Value)
			if len(row.Files) > 0 && file != nil {
				line.Value = frontend.Content{Text: row.Value, HTML: fileLinks(row.Files, tr, file)} // papers take the text
			}
			list.Rows = append(list.Rows, line)
		}
		lists = append(lists, list)
	}
	return lists
}

// fileLinks names files, each as a link that downloads it.
func fileLinks(list []catalog.File, tr catalog.Tr, address func(catalog.File) string) template.HTML {
	lines := make([]string, 0, len(list))
	for _, f := range list {
		lines = append(lines, `<a class="govuk-link" href="`+template.HTMLEscapeString(address(f))+`" download>`+template.HTMLEscapeString(f.Name)+
			`</a> (`+template.HTMLEscapeString(catalog.SizeInWords(f.Size, tr))+`)`)
	}
	return template.HTML(strings.Join(lines, "<br>")) //nolint:gosec // what people typed is escaped above
}

func (h *Handler) check(c *fiber.Ctx) error {
	p, d, err := h.read(c)
	if err != nil {
		return err
	}
	return h.renderCheck(c, p, d, false)
}

func (h *Handler) renderCheck(c *fiber.Ctx, p *Person, d *dossier, changed bool) error {
	view := checkView{Title: "applications.check_title", Service: d.Definition.Name, Parts: h.parts(d, h.tr(c)), Back: frontend.BackLink{Href: applicationPath(d.ID, "")},
		Signed: d.Me.Signature, Hash: grouped(d.hash()), KeptUntil: d.KeptUntil, Draft: d.State == Draft, Deadline: d.Deadline,
		Status: applicationPath(d.ID, ""), Changed: changed}
	if err := h.foretell(d, &view, h.tr(c)); err != nil {
		return err
	}
	if !d.State.Open() {
		view.Title = "applications.answers_title" // nothing is left to check
	}
	switch {
	case !d.State.Open():
	case !d.Me.Complete:
		view.Continue = h.onward(d)
	case d.Me.Position == 0 && d.absent() != nil:
		view.Invite = applicationPath(d.ID, "/invite")
	case !d.complete():
		view.Waiting = true
	case d.Me.Signature == nil && d.unscanned():
		view.Scanning = true
	case d.Me.Signature == nil && d.Organisation != nil && d.Me == d.filer() && !p.Organisation.May(PowerSign):
		view.NotYours = d.Organisation.Label()
	case d.Me.Signature == nil:
		view.Sign = h.signing(d, view.Bill)
	}
	view.Organisation = d.Organisation
	if changed {
		c.Status(fiber.StatusConflict)
	}
	return checkPage.Render(c, h.Pages, view)
}

// foretell says before anything is signed what it costs, and when the answer comes.
func (h *Handler) foretell(d *dossier, view *checkView, tr catalog.Tr) (err error) {
	if !d.State.Open() || !d.complete() {
		return nil
	}
	view.AnswerBy = d.answerBy(h.Now())
	view.Bill, err = h.billOf(d, tr)
	return err
}

// signing says what the signature of the reader will lead to.
func (h *Handler) signing(d *dossier, bill *billView) *signView {
	s := &signView{Action: applicationPath(d.ID, "/sign"), Hash: hex.EncodeToString(d.hash()), Alone: len(d.Parties) == 1,
		Button: "applications.sign"}
	last := true
	for _, p := range d.Parties {
		last = last && (p == d.Me || p.Signature != nil)
	}
	var owed int64
	if bill != nil && !bill.Paid {
		owed = bill.Amount
	}
	s.Declares = d.Definition.Party(d.Me.ID).Signs
	switch {
	case last && owed == 0:
		s.Button = "applications.sign_send"
	case last && d.payer() == d.Me:
		s.Button, s.Rubles = "applications.sign_pay", owed
	case d.payer() == d.Me:
		s.Rubles = owed
	}
	return s
}

// signIt signs what was shown. A second click, or the page of yesterday, does no harm.
func (h *Handler) signIt(c *fiber.Ctx) error {
	hash, err := hex.DecodeString(c.FormValue("hash"))
	if err != nil {
		return errChanged
	}
	var low bool
	var service *catalog.Service
	var seen *dossier
	err = h.change(c, func(ctx context.Context, tx pgx.Tx, p *Person, d *dossier) error {
		service, seen = d.Definition, d
		if low = !p.Level.AtLeast(service.Level); low {
			return nil
		}
		return h.sign(ctx, tx, d, p, hash)
	})
	switch {
	case low:
		return h.NeedLevel(c, service.Level, "/applications/"+c.Params("id")+"/check")
	case errors.Is(err, errSlotTaken), errors.Is(err, errSlotPast):
		return seeOther(c, h.slotAgain(seen))
	case errors.Is(err, errChanged), errors.Is(err, errIncomplete), errors.Is(err, errScanning):
		p, d, err := h.read(c)
		if err != nil {
			return err
		}
		return h.renderCheck(c, p, d, true)
	case err != nil:
		return h.settled(c, err)
	}
	return seeOther(c, "/applications/"+c.Params("id"))
}
