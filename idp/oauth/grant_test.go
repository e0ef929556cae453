package oauth

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/ory/fosite/token/jwt"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/dbtest"
)

// seedGrant stores a client, a person, a session and a code.
func seedGrant(t testing.TB, d db.DB) *grant {
	t.Helper()
	ctx := context.Background()
	if err := PutClient(ctx, d, Client{ID: "c", Name: "C", Secret: "s", RedirectURIs: []string{"https://c.example/"}, Scopes: []string{"openid"}}); err != nil {
		t.Fatal(err)
	}
	person, sid, now := uuid.New(), uuid.New(), time.Now().UTC()
	if _, err := d.Exec(ctx, `
		INSERT INTO account (id, last_name, first_name, phone, email, password, level_at, created_at)
		VALUES ($1, 'Л', 'Ф', '+79170000001', 'a@b.example', 'x', $2, $2)`, person, now); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec(ctx, `
		INSERT INTO session (id, account_id, token_hash, methods, started_at, authenticated_at, seen_at, ends_at)
		VALUES ($1, $2, sha256('x'), '{pwd}', $3, $3, $3, $3::timestamptz + interval '1 day')`, sid, person, now); err != nil {
		t.Fatal(err)
	}
	v := &visit{&account.Account{ID: person}, &account.SignIn{ID: sid}}
	g := &grant{Signature: hashOf("code"), Family: uuid.New(), ClientID: "c", Subject: "1", RequestedAt: now, ExpiresAt: now.Add(time.Minute),
		record: record{GrantedScopes: []string{"openid"}, Session: newSession(v, &jwt.IDTokenClaims{Subject: "1", Extra: map[string]any{"sid": sid.String()}})}}
	if _, err := insertCode(ctx, d, g, &answering{at: g.RequestedAt}); err != nil {
		t.Fatal(err)
	}
	return g
}

// F4: whoever asks for a code or token gets a copy of its own. Fosite writes into the maps of what it gets, and a map that two
// requests share ends the process.
func TestF4FreshSessions(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.IDP)
	seedGrant(t, tx)
	s := &store{DB: tx}
	one, err := s.codeRequest(t.Context(), "code")
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.codeRequest(t.Context(), "code")
	if err != nil {
		t.Fatal(err)
	}
	first, second := one.GetSession().(*session), other.GetSession().(*session)
	first.Claims.Extra["sid"] = "spoiled"
	first.SetExpiresAt("access_token", time.Now())
	clone := second.Clone().(*session)
	clone.Claims.Extra["level"] = "spoiled"
	if first == second || second.Claims.Extra["sid"] == "spoiled" || !second.GetExpiresAt("access_token").IsZero() ||
		second.Claims.Extra["level"] != nil || clone.Account != second.Account || clone.SID != second.SID {
		t.Error("two requests share a session, or a clone lost its bindings")
	}
}

// TestQueriesUseIndexes: no query of the hot paths and none of the cleaning reads a whole table. With an empty table the planner
// would, so it is told not to like that.
func TestQueriesUseIndexes(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.IDP)
	if _, err := tx.Exec(t.Context(), `SET LOCAL enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	now, id := time.Now(), uuid.New()
	queries := map[string][]any{
		`SELECT 1 FROM oauth_grant WHERE kind = ANY ($1) AND signature = $2`:                                         {[]string{"access"}, []byte("x")},
		`UPDATE oauth_grant SET active = false WHERE kind = 'access' AND active AND request_id = $1`:                 {id},
		`UPDATE oauth_family SET revoked_at = $2 WHERE session_id = ANY ($1) AND NOT offline AND revoked_at IS NULL`: {[]uuid.UUID{id}, now},
		`UPDATE oauth_family SET revoked_at = now() WHERE account_id = $1 AND $2 IN ('', client_id)`:                 {id, "c"},
		`SELECT 1 FROM oauth_visit WHERE session_id = ANY ($1)`:                                                      {[]uuid.UUID{id}},
		`SELECT 1 FROM oauth_device WHERE user_hash = $1 AND state = 'asked' AND expires_at > $2`:                    {[]byte("x"), now},
		`SELECT 1 FROM oauth_device WHERE family_id = $1`:                                                            {id},
		`DELETE FROM oauth_client WHERE id = $1`:                                                                     {"c"},
	}
	for _, purge := range purges {
		queries[purge] = []any{now, purgeBatch}
	}
	for sql, args := range queries {
		rows, _ := tx.Query(t.Context(), "EXPLAIN "+sql, args...)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		if strings.Contains(strings.Join(plan, "\n"), "Seq Scan") {
			t.Errorf("%s\nreads the whole table:\n%s", sql, strings.Join(plan, "\n"))
		}
	}
}

// TestPurge: what is over goes, in batches; what can still be used stays, and so does a used code of a family that lives.
func TestPurge(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.IDP)
	g := seedGrant(t, tx)
	ctx := t.Context()
	for _, sql := range []string{
		`INSERT INTO oauth_proof SELECT sha256(n::text::bytea), now() - interval '1 minute' FROM generate_series(1, 2500) n`,
		`INSERT INTO oauth_proof VALUES (sha256('live'), now() + interval '1 minute')`,
		`INSERT INTO oauth_grant (kind, signature, owner, client_id, subject, requested_at, expires_at, data)
		 VALUES ('access', sha256('old'), 'c', 'c', 'c', now(), now() - interval '1 second', '{}'),
		        ('access', sha256('new'), 'c', 'c', 'c', now(), now() + interval '1 hour', '{}')`,
		`UPDATE oauth_grant SET expires_at = now() - interval '1 second', active = false WHERE kind = 'code'`,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	check := func(step, sql string, want int) {
		t.Helper()
		var n int
		if err := tx.QueryRow(ctx, sql).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, %v, want %d: %s", step, n, err, want, sql)
		}
	}
	if err := purgeExpired(ctx, tx, time.Now()); err != nil {
		t.Fatal(err)
	}
	check("first", `SELECT count(*) FROM oauth_proof`, 1)
	check("first", `SELECT count(*) FROM oauth_grant WHERE kind = 'access'`, 1)
	check("first", `SELECT count(*) FROM oauth_grant WHERE kind = 'code'`, 1)
	if err := purgeExpired(ctx, tx, g.ExpiresAt.Add(accessLife+time.Second)); err != nil {
		t.Fatal(err)
	}
	check("family", `SELECT count(*) FROM oauth_grant WHERE kind = 'code'`, 0)
	check("family", `SELECT count(*) FROM oauth_family`, 0)
}

// A kept answer opens only with the token that it answers.
func TestKeptAnswer(t *testing.T) {
	t.Parallel()
	at := time.Now()
	sealed, err := sealAnswer("token", map[string]any{"access_token": "a", "expires_in": 900}, at)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := openAnswer("token", sealed, at.Add(10*time.Second))
	if err != nil || answer["access_token"] != "a" || answer["expires_in"] != int64(890) {
		t.Errorf("%v, %v", answer, err)
	}
	if _, err := openAnswer("other", sealed, at); err == nil {
		t.Error("another token opens it")
	}
}

func TestReadUserCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"BCDF-GHJK": "BCDFGHJK", "bcdf ghjk": "BCDFGHJK", " bcdfghjk ": "BCDFGHJK", "ВСDF-GНJК": "BCDFGHJK", "всdf–gнjк": "BCDFGHJK",
		"МРТХ-МРТХ": "MPTXMPTX", "": "", "BCDF": "", "BCDF-GHJKL": "", "BCDA-GHJK": "", "BCD1-GHJK": "", "🙂": "", strings.Repeat("B", 1000): "",
	} {
		if got := readUserCode(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
	for range 100 {
		if code := newUserCode(); readUserCode(showUserCode(code)) != code {
			t.Fatalf("code %q is not read", code)
		}
	}
}

// FuzzProof: proofs come from anybody.
func FuzzProof(f *testing.F) {
	for _, seed := range []string{"", "a.b.c", "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7fX0.e30.AAAA", "eyJhbGciOiJub25lIn0.e30."} {
		f.Add(seed, "https://id.example/oauth2/token?x#y")
	}
	f.Fuzz(func(t *testing.T, text, address string) {
		if claims, jkt, err := readProof(text); err == nil && (claims == nil || jkt == "") {
			t.Fatal("a proof without claims or key")
		}
		if sameAddress(address, "https://id.example/oauth2/token") && !strings.HasPrefix(strings.ToLower(address), "https://id.example/oauth2/token") {
			t.Fatalf("%q passes for another address", address)
		}
	})
}

// FuzzForeignToken: ID tokens as hints and access tokens come from anybody. Nothing that we did not sign passes.
func FuzzForeignToken(f *testing.F) {
	keys := &Keys{Box: testBox(f), Now: time.Now}
	row, err := keys.generate(algUsual, time.Now())
	if err != nil {
		f.Fatal(err)
	}
	if keys.set, err = keys.open([]keyRow{row}); err != nil {
		f.Fatal(err)
	}
	keys.loaded = time.Now().Add(24 * time.Hour)
	sign := &signer{keys}
	good, err := sign.signAs(f.Context(), "JWT", map[string]any{"iss": "https://id.example", "sub": "1", "aud": "c"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, good + "A", strings.Replace(good, ".", "..", 1), "eyJhbGciOiJub25lIn0.e30.", "{}", ""} {
		f.Add(seed)
	}
	h := &Handler{Keys: keys, Issuer: "https://id.example"}
	f.Fuzz(func(t *testing.T, text string) {
		if subject, client := h.readHint(t.Context(), text); subject != "" && (subject != "1" || client != "c") {
			t.Fatalf("%q passes for a token of ours", text)
		}
	})
}

// FuzzUserCode: people type anything.
func FuzzUserCode(f *testing.F) {
	f.Add("BCDF-GHJK")
	f.Add("ВСНК")
	f.Fuzz(func(t *testing.T, typed string) {
		if code := readUserCode(typed); code != "" && (len(code) != userCodeLength || strings.Trim(code, userAlphabet) != "") {
			t.Fatalf("%q is read as %q", typed, code)
		}
	})
}

// What the database keeps of a session says nothing about the person but numbers.
func TestRecordHasNoPersonalData(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(record{Session: newSession(&visit{&account.Account{ID: uuid.New(), LastName: "Гарипова", Phone: "+7917"}, &account.SignIn{}}, &jwt.IDTokenClaims{})})
	if err != nil || strings.Contains(string(raw), "Гарипова") || strings.Contains(string(raw), "+7917") {
		t.Errorf("%s, %v", raw, err)
	}
}
