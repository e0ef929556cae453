package organisation

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/i18n"
	"tamga/internal/journal"
)

// system is the actor of what the register's answer brings about.
const system = "idp.organisation_check"

// news names the message and the journal's entry that tell of a decision.
var news = map[State]string{Active: "active", Refused: "refused", Joined: "headed"}

// decide writes the results of a round down and opens or refuses the organisation.
func (j *Jobs) decide(ctx context.Context, tx pgx.Tx, args CheckArgs, e *extract) error {
	o, err := lockOrganisation(ctx, tx, args.Organisation)
	if err != nil || o.State != Checking || o.Round != args.Round || o.CreatedBy == nil {
		return err
	}
	all := judge(checkKinds(o.Type), e)
	state, place := Refused, (*uuid.UUID)(nil)
	if good(all) {
		if state, place, err = j.open(ctx, tx, o, e); err != nil {
			return err
		}
		if state == Refused {
			all["number"] = verdict{"failed", "taken", ""}
		}
	}
	for kind, v := range all {
		if err := finishCheck(ctx, tx, o.ID, o.Round, kind, v, j.Now()); err != nil {
			return err
		}
	}
	if err := setState(ctx, tx, o.ID, state, j.Now()); err != nil {
		return err
	}
	if place != nil {
		if err := j.appoint(ctx, tx, *place, *o.CreatedBy); err != nil {
			return err
		}
	}
	if err := systemEntry(ctx, tx, *o.CreatedBy, "idp.org."+news[state], o.OID); err != nil {
		return err
	}
	return j.tell(ctx, tx, *o.CreatedBy, "org_"+news[state], registeredName(o, e), "/organisations/"+strconv.FormatInt(o.OID, 10))
}

// registeredName is the name of an organisation as the register has it: what was typed may be nothing but a number.
func registeredName(o *Organisation, e *extract) string {
	switch {
	case e.ShortName != "":
		return e.ShortName
	case e.FullName != "":
		return e.FullName
	}
	return o.Name()
}

// open says what becomes of an organisation that the register confirms, and of which one the applicant is the head. One that is
// here already and has a head stays as it is; the register is asked whether that head still is one, so that a successor need
// only try again.
func (j *Jobs) open(ctx context.Context, tx pgx.Tx, o *Organisation, e *extract) (State, *uuid.UUID, error) {
	if err := lockNumber(ctx, tx, o.OGRN); err != nil {
		return "", nil, err
	}
	there, _, headed, err := activeByOGRN(ctx, tx, o.OGRN)
	switch {
	case err != nil:
		return "", nil, err
	case there == nil:
		return Active, &o.ID, confirmByRegister(ctx, tx, o.ID, e, j.Now())
	case !headed:
		return Joined, there, nil
	}
	_, err = j.Notify.River.InsertTx(ctx, tx, RecheckArgs{Organisation: *there}, nil)
	return Refused, nil, err
}

// appoint makes a person the head: of an own employee, too.
func (j *Jobs) appoint(ctx context.Context, tx pgx.Tx, organisation, person uuid.UUID) error {
	if err := endOf(ctx, tx, organisation, person, "left", j.Now()); err != nil {
		return err
	}
	return insertEmployee(ctx, tx, employment{ID: uuid.Must(uuid.NewV7()), Organisation: organisation, Account: person, Chief: true, JoinedAt: j.Now()})
}

// renew takes the register's word about an active organisation.
func (j *Jobs) renew(ctx context.Context, tx pgx.Tx, id uuid.UUID, chief *Employee, e *extract) error {
	o, err := lockOrganisation(ctx, tx, id)
	if err != nil || o.State != Active {
		return err
	}
	switch {
	case e.gone():
		return j.liquidate(ctx, tx, o)
	case !e.Found: // a slip of the register: nobody loses anything by it
		return nil
	}
	if err := confirmByRegister(ctx, tx, id, e, j.Now()); err != nil {
		return err
	}
	if chief == nil || e.HeadMatch {
		return nil
	}
	if err := endOf(ctx, tx, id, chief.Account, "dismissed", j.Now()); err != nil {
		return err
	}
	if err := systemEntry(ctx, tx, chief.Account, "idp.org.head_ended", o.OID); err != nil {
		return err
	}
	return j.tell(ctx, tx, chief.Account, "org_head_ended", o.Name(), "/organisations")
}

// liquidate ends an organisation and all roles in it.
func (j *Jobs) liquidate(ctx context.Context, tx pgx.Tx, o *Organisation) error {
	people, err := Employees(ctx, tx, o.OID)
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := endOf(ctx, tx, o.ID, p.Account, "liquidated", j.Now()); err != nil {
			return err
		}
		if err := systemEntry(ctx, tx, p.Account, "idp.org.liquidated", o.OID); err != nil {
			return err
		}
		if err := j.tell(ctx, tx, p.Account, "org_liquidated", o.Name(), "/organisations"); err != nil {
			return err
		}
	}
	return setState(ctx, tx, o.ID, Liquidated, j.Now())
}

func systemEntry(ctx context.Context, tx pgx.Tx, person uuid.UUID, action string, oid int64) error {
	return journal.Write(ctx, tx, journal.Entry{Actor: system, ActorRole: "system", Action: action, Subject: person.String(),
		Details: map[string]any{"oid": oid}})
}

// tell sends a result by SMS and, to a confirmed address, by e-mail.
func (j *Jobs) tell(ctx context.Context, tx pgx.Tx, person uuid.UUID, kind, name, path string) error {
	a, err := account.ByID(ctx, tx, person)
	if err != nil {
		return err
	}
	t := func(key string, args ...any) string { return j.Pages.T(i18n.RU, "idp_org."+key, args...) }
	return tellPerson(ctx, tx, j.Notify, a, kind, t("sms_"+kind, name), t("mail_"+kind+"_subject", name),
		t("mail_"+kind+"_text", a.FirstName, name, j.PublicURL+path))
}
