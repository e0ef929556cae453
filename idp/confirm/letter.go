package confirm

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/secret"
)

const (
	letterLife  = 30 * 24 * time.Hour
	letterPause = 14 * 24 * time.Hour
	letterTries = 5
)

// Letter is a registered letter with a code.
type Letter struct {
	ID        uuid.UUID
	Account   uuid.UUID
	State     string // "queued", "sent", "used", "void"
	Attempts  int
	CreatedAt time.Time
	ExpiresAt time.Time
	CodeHash  []byte
}

// outstanding tells whether a code from the letter would still be taken. A nil letter is none.
func (l *Letter) outstanding(now time.Time) bool {
	return l != nil && (l.State == "queued" || l.State == "sent") && l.Attempts < letterTries && now.Before(l.ExpiresAt)
}

// nextAt is when another letter may be ordered.
func (l *Letter) nextAt() time.Time { return l.CreatedAt.Add(letterPause) }

// LetterOutstanding tells whether a letter with a code is on its way to the person or waits for its code.
func LetterOutstanding(ctx context.Context, d db.DB, account uuid.UUID) (bool, error) {
	l, err := letterOf(ctx, d, account)
	return err == nil && l.outstanding(time.Now()), err
}

// codeAlphabet has no letters and digits that look alike on paper: no 0 and O, no 1, I and L, no 5 and S, no 2 and Z, no 8 and B.
const codeAlphabet = "34679ACDEFGHJKMNPQRTUVWXY"

// newCode is ten characters in two groups: 46 bits.
func newCode() string {
	var b strings.Builder
	for i := range 10 {
		if i == 5 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeAlphabet))))
		if err != nil {
			panic(err) // crypto/rand.Reader does not fail
		}
		b.WriteByte(codeAlphabet[n.Int64()])
	}
	return b.String()
}

// plainCode is a typed code as it was printed: people type small letters, spaces, and Cyrillic letters of the same shape.
func plainCode(s string) string {
	s = strings.NewReplacer("А", "A", "С", "C", "Е", "E", "Н", "H", "К", "K", "М", "M", "Р", "P", "Т", "T", "У", "Y", "Х", "X").Replace(strings.ToUpper(s))
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(codeAlphabet, r) {
			return r
		}
		if strings.ContainsRune(" -\u00a0—–", r) {
			return -1
		}
		return '?'
	}, s)
}

func letterHash(box *secret.Box, id uuid.UUID, code string) []byte {
	return box.Blind("letter:" + id.String() + ":" + plainCode(code))
}

func letterPlace(column string, id uuid.UUID) []byte {
	return []byte("confirm_letter." + column + ":" + id.String())
}

// order queues a letter in place of one that is no longer good. Within the pause there is none: who lives elsewhere must not flood a
// stranger's letter box.
func (h *Handler) order(ctx context.Context, tx pgx.Tx, a *account.Account, address string, by journal.Entry) error {
	if err := lockAccount(ctx, tx, a.ID); err != nil {
		return err
	}
	last, err := letterOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if last != nil && h.Now().Before(last.nextAt()) {
		return fault.New(fault.Conflict, "idp_confirm.letter_soon")
	}
	code, l := newCode(), Letter{ID: uuid.Must(uuid.NewV7()), Account: a.ID, CreatedAt: h.Now(), ExpiresAt: h.Now().Add(letterLife)}
	l.CodeHash = letterHash(h.Box, l.ID, code)
	sealed := h.Box.Seal([]byte(address), letterPlace("address", l.ID))
	if err := insertLetter(ctx, tx, l, sealed, h.Box.Seal([]byte(code), letterPlace("code", l.ID))); err != nil {
		return err
	}
	if err := journal.Write(ctx, tx, by); err != nil {
		return err
	}
	_, err = h.River.InsertTx(ctx, tx, LetterArgs{LetterID: l.ID}, nil)
	return err
}

var (
	errCodeSpent = errors.New("no try is left")
	errCodeWrong = errors.New("the code is another")
)

// useCode counts a try before it compares, and confirms the account when the code is right.
func (h *Handler) useCode(ctx context.Context, a *account.Account, typed string, by journal.Entry) error {
	l, err := letterOf(ctx, h.DB, a.ID)
	if err != nil {
		return err
	}
	if !l.outstanding(h.Now()) {
		return errCodeSpent
	}
	allowed, err := countLetterTry(ctx, h.DB, l.ID, letterTries)
	if err != nil {
		return err
	}
	if !allowed {
		return errCodeSpent
	}
	if subtle.ConstantTimeCompare(l.CodeHash, letterHash(h.Box, l.ID, typed)) != 1 {
		by.Action = "idp.confirm.letter_code_wrong"
		if err := journal.Write(ctx, h.DB, by); err != nil {
			return err
		}
		return errCodeWrong
	}
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := useLetter(ctx, tx, l.ID, h.Now()); err != nil {
			return err
		}
		return h.announcer().raise(ctx, tx, a.ID, account.Ground{Way: account.WayLetter, Letter: &l.ID}, by, h.Now())
	})
}
