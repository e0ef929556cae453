package documents

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/internal/db"
	"tamga/internal/secret"
)

// Offered tells whether any of the sources belongs to a document, so that its answers may be kept, and what the person chose the
// last time. Children and cars are left out where a form asks for several.
func Offered(ctx context.Context, d db.DB, account uuid.UUID, sources []string) (offer, keep bool, err error) {
	for _, source := range sources {
		offer = offer || kindOf(source) != ""
	}
	if !offer {
		return false, false, nil
	}
	keep, err = keepsAnswers(ctx, d, account)
	return true, keep, err
}

// Keeps tells whether anything of what a form says belongs to a document.
func Keeps(said map[string]string) bool {
	for source := range said {
		if kindOf(source) != "" {
			return true
		}
	}
	return false
}

// Remember keeps the choice, and with keep what a form says by source: a document of the person's own is made or changed. What the
// documents say already is not kept twice. The account's row is locked, after that of the application.
func Remember(ctx context.Context, tx pgx.Tx, box *secret.Box, account uuid.UUID, keep bool, said map[string]string, now time.Time) error {
	if err := lockOwner(ctx, tx, account); err != nil {
		return err
	}
	if err := setKeepsAnswers(ctx, tx, account, keep); err != nil || !keep {
		return err
	}
	all, err := documentsOf(ctx, tx, box, account)
	if err != nil {
		return err
	}
	known := Sources(all)
	for kind, sources := range from {
		fresh := false
		for source := range sources {
			fresh = fresh || said[source] != "" && said[source] != known[source]
		}
		if !fresh || Many(kind) && hasSame(all, kind, said) {
			continue
		}
		if err := rememberOne(ctx, tx, box, account, kind, all, said, now); err != nil {
			return err
		}
	}
	return nil
}

// hasSame tells whether one of several documents says all that a form says of its kind.
func hasSame(all []Document, kind string, said map[string]string) bool {
	for _, d := range all {
		if d.Kind != kind {
			continue
		}
		same, has := true, sourcesOf(&d)
		for source := range from[kind] {
			same = same && (said[source] == "" || said[source] == has[source])
		}
		if same {
			return true
		}
	}
	return false
}

// rememberOne writes the document of a kind: the own one there is, or a new one. A form that does not ask all that a document needs
// completes one, and makes none.
func rememberOne(ctx context.Context, tx pgx.Tx, box *secret.Box, account uuid.UUID, kind string, all []Document, said map[string]string, now time.Time) error {
	d := &Document{ID: uuid.Must(uuid.NewV7()), Kind: kind, Source: own, Answers: catalog.Answers{}, ChangedAt: now}
	fresh, count := true, 0
	for i := range all {
		if all[i].Kind == kind && all[i].Own() {
			count++
			if !Many(kind) {
				d, fresh = &all[i], false
				d.ChangedAt = now
			}
		}
	}
	for source, at := range from[kind] {
		if said[source] != "" {
			put(d.Answers, at, said[source])
		}
	}
	if kind == Child {
		if parts, _ := d.Answers["kid"].(map[string]any); parts != nil && parts["middle_name"] == nil {
			parts["no_middle_name"] = "yes"
		}
	}
	if !complete(kind, d.Answers) || fresh && count >= most {
		return nil
	}
	if fresh {
		return insertDocument(ctx, tx, box, account, d)
	}
	return updateDocument(ctx, tx, box, account, d)
}

// needed are the answers without which a document is none.
var needed = map[string][]string{
	Passport: {"identity.series", "identity.number"}, SNILS: {"snils_number"}, INN: {"inn_number"}, Address: {"home.text"},
	Child: {"kid.last_name", "kid.first_name", "kid.birth_date", "kid.certificate"}, Licence: {"licence_number"},
	Vehicle: {"plate", "sts"}, Policy: {"policy_number"}, Bank: {"payout.bik", "payout.account"},
}

func complete(kind string, answers catalog.Answers) bool {
	for _, at := range needed[kind] {
		if answerAt(answers, at) == "" {
			return false
		}
	}
	return true
}

func put(answers catalog.Answers, at, value string) {
	question, part, inside := strings.Cut(at, ".")
	if !inside {
		answers[question] = value
		return
	}
	parts, _ := answers[question].(map[string]any)
	if parts == nil || question == "home" { // a line replaces the parts it was made of
		parts = map[string]any{}
		answers[question] = parts
	}
	parts[part] = value
}
