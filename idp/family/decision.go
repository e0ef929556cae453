package family

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/notify"
)

// question is what the register of births needs to know.
type question struct {
	Kind       string `json:"kind"`
	Number     string `json:"number"`
	IssuedOn   string `json:"issued_on"`
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	BirthDate  string `json:"birth_date"`
	Sex        string `json:"sex"`
	ParentLast string `json:"parent_last_name"`
	ParentName string `json:"parent_first_name"`
	ParentMid  string `json:"parent_middle_name"`
}

func ask(d *Draft, parent *account.Identity) question {
	return question{Kind: d.CertKind, Number: d.CertNumber, IssuedOn: d.IssuedOn, LastName: d.LastName, FirstName: d.FirstName,
		MiddleName: d.MiddleName, BirthDate: d.BirthDate, Sex: map[string]string{"M": "male", "F": "female"}[d.Sex],
		ParentLast: parent.LastName, ParentName: parent.FirstName, ParentMid: parent.MiddleName}
}

// reasons have a text each; others are told as not_found.
var reasons = map[string]bool{"not_found": true, "name": true, "birth_date": true, "sex": true, "parent": true, "taken": true, "away": true}

// errTaken means that another child has the certificate that this one was to get.
var errTaken = errors.New("certificate belongs to another child")

// record writes the register's answer down. A confirmed draft comes into force; a child whom the other parent has added before becomes one
// with that one.
func (j *Jobs) record(ctx context.Context, tx pgx.Tx, args CheckArgs, draft *Draft, own bool, a *account.Answer) error {
	if _, err := lockChild(ctx, tx, args.Child); errors.Is(err, pgx.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	state, reason := Verified, ""
	if !a.Match {
		state, reason = Refused, a.Reason
	}
	if !a.Match && !reasons[reason] {
		reason = "not_found"
	}
	if a.Match && own {
		err := j.apply(ctx, tx, &args, draft)
		if errors.Is(err, errTaken) {
			state, reason = Refused, "taken"
		} else if err != nil {
			return err
		}
	}
	done, err := finishHold(ctx, tx, args.Child, args.Parent, args.Round, state, reason, j.Now())
	if err != nil || !done {
		return err
	}
	k, err := childByID(ctx, tx, j.Box, args.Parent, args.Child)
	if err != nil {
		return err
	}
	if err := record(ctx, tx, "idp.check_child", "idp.child_"+string(state), k, args.Parent); err != nil {
		return err
	}
	return j.tell(ctx, tx, args.Parent, state)
}

// apply puts a confirmed draft in force. args.Child changes when the child is another parent's already.
func (j *Jobs) apply(ctx context.Context, tx pgx.Tx, args *CheckArgs, draft *Draft) error {
	twin, err := twinOf(ctx, tx, args.Child, certificateKey(j.Box, draft))
	if err != nil {
		return err
	}
	k, err := childByID(ctx, tx, j.Box, args.Parent, args.Child)
	if err != nil {
		return err
	}
	if twin != uuid.Nil {
		parents, err := parentsOf(ctx, tx, args.Child)
		if err != nil {
			return err
		}
		if len(parents) > 0 { // two confirmed children cannot become one
			return errTaken
		}
		args.Child, args.Round, err = twin, 1, moveHold(ctx, tx, args.Child, twin, args.Parent)
		return err
	}
	// Both parents' answers at once: the later one fails here, and finds the twin when the job is tried again.
	if err := applyDraft(ctx, tx, j.Box, args.Child, draft, j.Now()); err != nil {
		return err
	}
	return keepCertificate(ctx, tx, j.Box, k, draft, j.Now())
}

// tell sends the result by SMS and, to a confirmed address, by e-mail, in the parent's language. Names stay on the page.
func (j *Jobs) tell(ctx context.Context, tx pgx.Tx, parent uuid.UUID, state State) error {
	a, err := account.ByID(ctx, tx, parent)
	if err != nil {
		return err
	}
	t := func(key string, args ...any) string { return j.Pages.T(a.Language, "idp_family."+key, args...) }
	kind := "idp.child_" + string(state)
	if err := j.Notify.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: a.Phone, Kind: kind, Body: t("sms_" + string(state))}); err != nil {
		return err
	}
	if !a.EmailConfirmed {
		return nil
	}
	return j.Notify.Send(ctx, tx, notify.Message{Channel: notify.Email, To: a.Email, Kind: kind, Subject: t("mail_" + string(state) + "_subject"),
		Body: t("mail_"+string(state)+"_text", a.FirstName, j.PublicURL+"/children")})
}
