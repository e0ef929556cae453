package lookup

import (
	"net/netip"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
)

// mark is what is written of a look-up.
type mark struct {
	kind     kind
	query    string
	purpose  string
	call     *call
	exported bool
	by       looker
}

// looker is who looks: an employee at the page, or a department's system that names one.
type looker struct {
	actor        string
	role         string
	organisation uuid.UUID
	own          string // the employee's own name
	asker        string // of a system: name and post of the employee whom it named
}

// querySeal binds a sealed query to its place.
var querySeal = []byte("journal payments.lookup")

// looker is the employee at the page.
func (h *Handler) looker(c *fiber.Ctx) looker {
	by := looker{actor: h.Actor(c), role: "employee"}
	if h.Who != nil {
		who := h.Who(c)
		by.organisation, by.own = who.Organisation, rus.FullName(who.Last, who.First, who.Middle)
	}
	return by
}

// personHash tells one payer from another without saying who it is.
func (h *Handler) personHash(name string) []byte {
	return h.Box.Blind("payment.person:" + rus.FoldName(name))
}

// ownName tells whether a payer's name is that of who looks, in whatever order; a payment may lack the patronymic.
func ownName(payer, own string) bool {
	words, mine := rus.SplitFullName(payer), rus.SplitFullName(own)
	for _, word := range words {
		if !slices.Contains(mine, word) {
			return false
		}
	}
	return len(words) > 1
}

// note writes one entry about the look-up and one about each person whose payments it showed: those the person sees. What the
// head watches over goes to payment_lookup.
func (h *Handler) note(c *fiber.Ctx, tx pgx.Tx, m mark, found []Found) error {
	ctx := c.UserContext()
	address, _ := netip.ParseAddr(c.IP())
	purpose := "call"
	details := map[string]any{"query": h.Box.Seal([]byte(m.query), querySeal), "hits": len(found)}
	if m.call == nil {
		purpose = m.purpose
	} else {
		details["call"] = m.call.ID
	}
	if m.exported {
		details["exported"] = true
	}
	var asker []byte
	if m.by.asker != "" {
		asker = h.Box.Seal([]byte(m.by.asker), querySeal)
		details["employee"] = asker
	}
	entry := journal.Entry{Actor: m.by.actor, ActorRole: m.by.role, Action: "payments.lookup", Address: address,
		Purpose: h.Pages.T(i18n.RU, "payments.purpose_"+purpose), Details: details}
	if err := journal.Write(ctx, tx, entry); err != nil {
		return err
	}
	shown, names := map[uuid.UUID]int{}, map[string]string{}
	for _, f := range found {
		if f.Payer != uuid.Nil {
			shown[f.Payer]++
		}
		if f.PaidBy != "" && f.PaidByID != uuid.Nil && f.PaidByID != f.Payer {
			shown[f.PaidByID]++
		}
		for _, name := range []string{f.Name, f.PaidBy} {
			if name != "" {
				names[rus.FoldName(name)] = name
			}
		}
	}
	for payer, payments := range shown {
		entry.Action, entry.Subject, entry.Details = "payments.seen", payer.String(), map[string]any{"payments": payments}
		if err := journal.Write(ctx, tx, entry); err != nil {
			return err
		}
	}
	people := make([]seenPerson, 0, len(names))
	for _, name := range names {
		people = append(people, seenPerson{h.personHash(name), ownName(name, m.by.own)})
	}
	return insertNote(ctx, tx, noteRow{actor: m.by.actor, organisation: m.by.organisation, kind: m.kind, purpose: purpose, call: m.call,
		query: h.Box.Blind("payment.query:" + rus.FoldName(m.query)), hits: len(found), exported: m.exported, asker: asker}, people)
}
