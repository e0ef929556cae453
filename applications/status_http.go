package applications

import (
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/payments"
)

const statusPage frontend.Page[statusView] = "applications/status.html"

type statusView struct {
	Service    i18n.Text
	State      State
	Number     string
	Now        guide
	NowTitle   string
	NowText    string
	PayAmount  int64  // on the button that pays, 0 on other buttons
	Answer     string // the department's words on how it ended
	Department i18n.Text
	Term       i18n.Text        // how long it takes, once it was sent
	AnswerBy   *time.Time       // last day of the term, while the answer is awaited
	StateText  i18n.Text        // what the state means for this service, where the definition says more
	Results    []catalog.Result // what there is to have, once it is done
	Parties    []partyLine
	Voided     *Event // an edit took signatures away, and they are not all there again
	VoidedBy   string
	Slot       *placeView
	Charge     *payments.Charge
	Receipt    string // address of the receipt
	RefundDue  bool
	Surplus    []string // receipts of money that the reader paid and nothing asked for
	Hash       string
	History    []eventLine
	KeptUntil  *time.Time // of a draft
	Check      string
	Print      string // address of the PDF, once the own part is complete
	Cancel     string
	Decline    string
	After      *afterView
	Documents  []documentView
	Awaited    []saidView   // requests that wait for an answer
	Meeting    *appointment // when the department awaits the applicant
	Verify     *codeView    // what a stranger needs to check the paper
	Copy       string       // address of the form that begins a new one with these answers
	Erase      string
	Done       bool
	Against    bool // it ended so that a complaint is what comes next: its link stands with the answer
}

// afterView is what may be done once the department has the application.
type afterView struct {
	Messages string
	Said     int // how many messages there are
	Write    bool
	Appeal   string
	Appealed *time.Time // the last day of the decision on a complaint that waits
}

// codeView is the control code of what was sent, with the page that checks it.
type codeView struct{ Code, Href string }

// partyLine is somebody's progress, as everybody sees it.
type partyLine struct {
	Who    string
	Status string // locale key
	At     *time.Time
	Tag    string // class of the tag, "" for plain text
}

type eventLine struct {
	Text string
	Note string
	At   time.Time
}

// placeView is a time at an office in words.
type placeView struct {
	Office  string
	Address string
	At      time.Time
	Booked  bool
	Until   *time.Time // of a hold
}

// status is the page to bookmark: what now and by when, who has done what, and all that has happened.
func (h *Handler) status(c *fiber.Ctx) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	ctx, tr := c.UserContext(), h.tr(c)
	charge, err := h.chargeOf(ctx, h.DB, d)
	if err != nil {
		return err
	}
	history, err := eventsOf(ctx, h.DB, d.ID)
	if err != nil {
		return err
	}
	view := statusView{Service: d.Definition.Name, State: d.State, Number: d.Number, Now: h.now(d, charge), Slot: h.placeOf(d),
		Charge: charge, RefundDue: d.RefundDue && (charge == nil || charge.Status != payments.Refunded), Done: d.State.WithDepartment(),
		Against: d.State == Refused || d.State == Rejected, Check: applicationPath(d.ID, "/check")}
	view.NowTitle = tr.T("applications.now_" + view.Now.Key + "_title")
	view.NowText = tr.T("applications.now_"+view.Now.Key+"_text", view.Now.Args...)
	if asks, _ := slotQuestion(d.Definition); asks != nil && (d.State == Declined || d.State == Expired || d.State == Cancelled) {
		view.NowText += " " + tr.T("applications.now_freed")
	}
	if dep := h.Catalog.Department(d.Definition.Department); dep != nil {
		view.Department = dep.Name
	}
	if d.State.WithDepartment() && !d.State.Final() {
		view.AnswerBy = d.answerBy(h.Now())
		if view.Slot == nil { // who has a day is not told how far ahead days are
			view.Term = d.Definition.Term.Text
		}
	}
	view.StateText = d.Definition.Statuses[string(d.State)].Text
	if d.State == Completed {
		view.Results = d.Definition.Results
	}
	if d.Me.Complete {
		view.Print = applicationPath(d.ID, "/print.pdf")
	}
	if d.Hash != nil || d.anySignature() {
		view.Hash = grouped(d.hash())
	}
	if view.Now.Button == "applications.pay" {
		view.PayAmount = charge.Amount
	}
	if err := h.statusAfter(ctx, d, tr, &view); err != nil {
		return err
	}
	h.statusLinks(d, charge, &view)
	h.statusHistory(d, history, tr.T, &view)
	return statusPage.Render(c, h.Pages, view)
}

func (h *Handler) statusLinks(d *dossier, charge *payments.Charge, view *statusView) {
	if d.State == Draft {
		view.KeptUntil = &d.KeptUntil
	}
	if d.erasable() {
		view.Erase = applicationPath(d.ID, "/erase")
	}
	if h.copyable(d) && d.State != Draft && !d.State.Open() {
		view.Copy = applicationPath(d.ID, "/copy")
	}
	if d.State.Open() && d.Me.Position > 0 {
		view.Decline = applicationPath(d.ID, "/decline")
	} else if d.cancellable() {
		view.Cancel = applicationPath(d.ID, "/cancel")
	}
	if charge != nil && charge.Status == payments.Paid && d.payer() == d.Me {
		view.Receipt = "/payments/" + charge.ID.String() + "/receipt"
	}
}

func (h *Handler) statusHistory(d *dossier, history []Event, t func(string, ...any) string, view *statusView) {
	for _, p := range d.Parties {
		view.Parties = append(view.Parties, h.partyLine(d, p, t))
	}
	for i, e := range history {
		who := ""
		if p := d.party(e.Party); p != nil {
			who = h.label(d, p, t)
		}
		text := t("applications.event_"+e.Kind, who)
		if e.Kind == "voided" && d.State.Open() && !d.signed() {
			view.Voided, view.VoidedBy = &history[i], who
		}
		if State(e.Kind) == d.State {
			view.Answer = e.Note
		}
		line := eventLine{Text: text, Note: e.Note, At: e.At}
		switch e.Kind {
		case "surplus":
			line.Note = ""
			if d.payer() == d.Me {
				view.Surplus = append(view.Surplus, e.Note)
			}
		case string(Submitted), "paid", "withdrawn":
			line.Note = ""
		}
		view.History = append(view.History, line)
	}
	if !d.State.WithDepartment() || d.State == Submitted {
		view.Answer = ""
	}
}

// label names a party to the reader.
func (h *Handler) label(d *dossier, p *Party, t func(string, ...any) string) string {
	switch {
	case p == d.Me:
		return t("applications.you")
	case p.Joined():
		return p.Name()
	case p.Masked != "":
		return t("applications.invited_person", p.Masked)
	}
	return t("applications.other_party")
}

// upperFirst makes a label begin a line.
func upperFirst(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToUpper(first)) + label[size:]
}

func (h *Handler) partyLine(d *dossier, p *Party, t func(string, ...any) string) partyLine {
	l := partyLine{Who: upperFirst(h.label(d, p, t))}
	switch {
	case p.Signature != nil:
		l.Status, l.At = "applications.party_signed", &p.Signature.SignedAt
	case !p.Joined() && p.Invited != nil:
		l.Status, l.At, l.Tag = "applications.party_invited", p.Invited, "govuk-tag--blue"
	case !p.Joined():
		l.Status, l.Tag = "applications.party_absent", "govuk-tag--grey"
	case p.Complete:
		l.Status, l.Tag = "applications.party_filled", "govuk-tag--blue"
	default:
		l.Status, l.Tag = "applications.party_filling", "govuk-tag--blue"
	}
	return l
}
