package confirm

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/idp/family"
	"tamga/idp/organisation"
	"tamga/idp/safety"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

const (
	visitLife     = 20 * time.Minute
	passportTries = 3
	smsLife       = 10 * time.Minute
	smsTries      = 5
)

// The purposes for which an operator looks for somebody: the ends of locale keys idp_confirm.purpose_<name>.
const (
	forConfirm  = "confirm"
	forContacts = "contacts"
	forFactors  = "factors"
	forBlock    = "block"
)

var purposes = []string{forConfirm, forContacts, forFactors, forBlock}

func purposeKey(purpose string) string { return "idp_confirm.purpose_" + purpose }

// operator is an employee of an accredited centre with the power to confirm identities, at one sign-in. Whether they still are is
// asked with every request.
type operator struct {
	*account.Account
	Session uuid.UUID
	Strong  bool // signed in by two proofs
	Centre  organisation.Centre
	Centres []organisation.Centre // all in which they may
	From    safety.Actor
}

// entry begins an entry of the journal about what the operator does with somebody's account.
func (o *operator) entry(action string, subject uuid.UUID, purpose string, details map[string]any) journal.Entry {
	all := map[string]any{"centre": o.Centre.Name, "centre_oid": o.Centre.OID}
	for name, value := range details {
		all[name] = value
	}
	e := journal.Entry{Actor: o.ID.String(), ActorRole: "operator", Action: "idp.confirm." + action, Purpose: purpose, Details: all,
		Address: o.From.Address}
	if subject != uuid.Nil {
		e.Subject = subject.String()
	}
	return e
}

// ground is the operator as the ground of a level.
func (o *operator) ground() account.Ground {
	return account.Ground{Way: account.WayCentre, Operator: &o.ID, Centre: &o.Centre.OID}
}

// visit is a person at an operator's desk: a row of operator_visit.
type visit struct {
	ID         uuid.UUID
	AccountID  uuid.UUID
	CentreOID  int64
	Purpose    string
	Tries      int
	PassportAt *time.Time
	Contacts   []byte
	CodeHash   []byte
	CodeAt     *time.Time
	DoneAt     *time.Time
}

// contacts are the new phone and address of a person who has lost the old ones.
type contacts struct{ Phone, Email string }

func visitPlace(id uuid.UUID) []byte { return []byte("operator_visit.contacts:" + id.String()) }

// find looks for a person by phone or СНИЛС and begins a visit. Every search is journalled, with what was typed sealed; one that finds
// somebody is in that person's own log.
func (h *Handler) find(ctx context.Context, o *operator, typed, purpose string) (*visit, error) {
	phone, snils := "", []byte(nil)
	if p, err := rus.MobilePhone(typed); err == nil {
		phone = p
	}
	if s, err := rus.SNILS(typed); err == nil {
		snils = account.SNILSKey(h.Box, s)
	}
	if phone == "" && snils == nil {
		return nil, fault.New(fault.Invalid, "idp_confirm.query_wrong")
	}
	query := base64.StdEncoding.EncodeToString(h.Box.Seal([]byte(typed), []byte("journal.query:"+o.ID.String())))
	var found *visit
	refused := "idp_confirm.nobody"
	err := pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		id, err := personBy(ctx, tx, phone, snils)
		if err != nil {
			return err
		}
		related := false
		if id != uuid.Nil && id != o.ID {
			if related, err = family.Related(ctx, tx, o.ID, id); err != nil {
				return err
			}
		}
		e := o.entry("person_found", id, purposeKey(purpose), map[string]any{"query": query})
		if id == uuid.Nil {
			e.Action = "idp.confirm.person_not_found"
		}
		if related {
			e.Action = "idp.confirm.relative_refused"
		}
		if err := journal.Write(ctx, tx, e); err != nil || id == uuid.Nil {
			return err
		}
		if id == o.ID || related {
			refused = map[bool]string{true: "idp_confirm.relative", false: "idp_confirm.oneself"}[related]
			return nil
		}
		found = &visit{ID: uuid.Must(uuid.NewV7()), AccountID: id, CentreOID: o.Centre.OID, Purpose: purpose}
		return insertVisit(ctx, tx, o, found, h.Now(), h.Now().Add(visitLife))
	})
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, fault.New(fault.Invalid, refused)
	}
	return found, nil
}

// maskedDocument shows so much of a number that an operator sees which document to ask for, and cannot copy it.
func maskedDocument(d account.Document) string {
	keep := 3
	number := []rune(d.Number)
	if len(number) <= keep {
		return strings.Repeat("•", len(number))
	}
	return strings.TrimSpace(strings.Repeat("•", len([]rune(d.Series))) + " " + strings.Repeat("•", len(number)-keep) + string(number[len(number)-keep:]))
}

// documentPlain is a number as it is compared: without spaces, in capitals.
func documentPlain(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -№\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToUpper(s))
}

// holds compares the passport in hand with the checked one, and notes a difference. A try is counted before it is compared.
func (h *Handler) holds(ctx context.Context, o *operator, v *visit, typed string) error {
	allowed, err := countVisitTry(ctx, h.DB, v.ID, passportTries)
	if err != nil {
		return err
	}
	if !allowed {
		now, err := visitByID(ctx, h.DB, v.ID, o.ID, o.Session, h.Now())
		if err == nil && now.DoneAt != nil { // the other of two clicks was faster
			err = fault.New(fault.Conflict, "idp_confirm.visit_gone")
		}
		return cmp.Or(err, error(fault.New(fault.Invalid, "idp_confirm.passport_spent")))
	}
	i, err := h.inForce(ctx, h.DB, v.AccountID)
	if err != nil {
		return err
	}
	known := documentPlain(i.Document.Series + i.Document.Number)
	if subtle.ConstantTimeCompare([]byte(known), []byte(documentPlain(typed))) == 1 {
		return setPassport(ctx, h.DB, v.ID, h.Now())
	}
	if err := journal.Write(ctx, h.DB, o.entry("passport_differs", v.AccountID, purposeKey(v.Purpose), nil)); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "idp_confirm.passport_differs")
}

// confirm raises the level of a person whose passport the operator holds.
func (h *Handler) confirm(ctx context.Context, o *operator, v *visit) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := lockAccount(ctx, tx, v.AccountID); err != nil {
			return err
		}
		if err := h.stillMay(ctx, tx, o); err != nil {
			return err
		}
		if err := endVisit(ctx, tx, v.ID, h.Now()); err != nil {
			return err
		}
		return h.announcer().raise(ctx, tx, v.AccountID, o.ground(), o.entry("", v.AccountID, purposeKey(forConfirm), nil), h.Now())
	})
}

// stillMay asks once more within the transaction: who is dismissed while a form is open confirms nobody.
func (h *Handler) stillMay(ctx context.Context, tx db.DB, o *operator) error {
	centres, err := organisation.CentresOf(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	for _, c := range centres {
		if c.OID == o.Centre.OID {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "idp_confirm.operators_only")
}

// sendCode sends a code to the new phone, so that the person reads it out.
func (h *Handler) sendCode(ctx context.Context, v *visit, a *account.Account, to contacts) error {
	code := secret.Code(6)
	raw, err := json.Marshal(to)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := setVisitContacts(ctx, tx, v.ID, h.Box.Seal(raw, visitPlace(v.ID)), visitCode(h.Box, v.ID, code), h.Now()); err != nil {
			return err
		}
		return h.announcer().sms(ctx, tx, to.Phone, a, "desk_code", code)
	})
}

func visitCode(box *secret.Box, id uuid.UUID, code string) []byte {
	return box.Blind("desk:" + id.String() + ":" + code)
}

// replace gives the account its new contacts, when the code was read out right.
func (h *Handler) replace(ctx context.Context, o *operator, v *visit, typed string) error {
	if v.Contacts == nil || v.PassportAt == nil {
		return fault.New(fault.Conflict, "idp_confirm.visit_gone")
	}
	allowed, err := countVisitCode(ctx, h.DB, v.ID, smsTries)
	switch {
	case err != nil:
		return err
	case !allowed:
		return fault.New(fault.Invalid, "idp.code_spent")
	case h.Now().After(v.CodeAt.Add(smsLife)):
		return fault.New(fault.Invalid, "idp.code_old")
	case subtle.ConstantTimeCompare(v.CodeHash, visitCode(h.Box, v.ID, digits(typed))) != 1:
		return fault.New(fault.Invalid, "idp.code_wrong")
	}
	raw, err := h.Box.Open(v.Contacts, visitPlace(v.ID))
	if err != nil {
		return err
	}
	var to contacts
	if err := json.Unmarshal(raw, &to); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := h.stillMay(ctx, tx, o); err != nil {
			return err
		}
		if err := endVisit(ctx, tx, v.ID, h.Now()); err != nil {
			return err
		}
		a, err := account.ByID(ctx, tx, v.AccountID)
		if err != nil {
			return err
		}
		if err := h.Keeper.ReplaceContacts(ctx, tx, a, to.Phone, to.Email, o.From, purposeKey(forContacts)); err != nil {
			return err
		}
		if a, err = account.ByID(ctx, tx, v.AccountID); err != nil {
			return err
		}
		if !a.EmailConfirmed {
			if err := h.People.ConfirmEmail(ctx, tx, a); err != nil {
				return err
			}
		}
		return h.sendPasswordLink(ctx, tx, a)
	})
}
