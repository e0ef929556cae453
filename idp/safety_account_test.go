package idp

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"tamga/idp/safety"
)

// keeper is what the office's command line has.
func (s *site) keeper() *safety.Keeper {
	return Office{DB: s.db, River: s.cfg.River, Notify: s.cfg.Notify, Pages: s.cfg.Pages, Issuer: s.issuer}.Keeper()
}

func TestBlockByTheOffice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	by := safety.Actor{ID: "op17", Role: "operator"}
	if err := s.keeper().Block(t.Context(), ownerID, by, ""); err == nil {
		t.Error("blocked without a reason")
	}
	if err := s.keeper().Block(t.Context(), ownerID, by, "Заявление владельца"); err != nil {
		t.Fatal(err)
	}
	b.get("/profile").want(401)
	s.browser(t).signIn(ownerPhone, "Wrong12345").want(422, "Не получилось войти")
	s.browser(t).signIn(ownerPhone, DemoPassword).want(403, "заблокирована", "Заявление владельца")
	r := s.browser(t)
	r.recovery(ownerPhone, 1).fill("/login/recovery/document", "document", "snils", "number", "11211244575").want(200)
	r.newPassword(freshPassword).want(200) // recovery answers as always, and does not lift this block
	s.browser(t).signIn(ownerPhone, freshPassword).want(403)
	if err := s.keeper().Unblock(t.Context(), ownerID, by, "Личность установлена"); err != nil {
		t.Fatal(err)
	}
	b.signIn(ownerPhone, freshPassword).want(200)
	b.get("/profile/events?kind=office").want(200, "Учётная запись заблокирована", "Блокировка снята", "Личность установлена")
}

func TestBlockByOneself(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.browser(t).signIn(ownerPhone, DemoPassword)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	b.get("/profile/block").want(200).fill("/profile/block").want(200, "Вход заблокирован")
	b.get("/profile").want(401)
	other.get("/profile").want(401)
	b.signIn(ownerPhone, DemoPassword).want(403, "восстановите доступ")
	b.recovery(ownerPhone, 1).fill("/login/recovery/document", "document", "snils", "number", "11211244575").want(200)
	b.newPassword(freshPassword).want(200)
	b.signIn(ownerPhone, freshPassword).want(200, "Гарипова")
	s.journalled(t, ownerID, "unblocked", 1)
}

// deletion asks for the deletion of the account that is signed in.
func (b *browser) deletion(phone string, message int) *browser {
	b.t.Helper()
	b.get("/profile/delete").want(200, "через 30 дней").fill("/profile/delete").want(200, "Подтвердите удаление")
	return b.fill("/profile/delete/code", "code", b.site.sentCode(b.t, phone, message))
}

func TestDeletionIsTakenBackBySigningIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	b.get("/profile/delete").fill("/profile/delete").fill("/profile/delete/code", "code", "00000").want(422, "Код не подошёл")
	b.fill("/profile/delete/code", "code", s.sentCode(t, ownerPhone, 1)).want(200, "Учётная запись будет удалена")
	b.get("/profile").want(401)
	if n := s.count(t, `SELECT count(*) FROM account WHERE id = $1 AND delete_at BETWEEN now() + interval '29 days' AND now() + interval '31 days'`, ownerID); n != 1 {
		t.Error("no time of grace")
	}
	b.signIn(ownerPhone, DemoPassword).want(200)
	if n := s.count(t, `SELECT count(*) FROM account WHERE delete_at IS NOT NULL`); n != 0 {
		t.Error("a sign-in did not take the request back")
	}
	s.isTold(t, ownerPhone, "отменено")
	s.journalled(t, ownerID, "deletion_cancelled", 1)
}

func TestErasure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser(t).signIn(ownerPhone, DemoPassword).deletion(ownerPhone, 1).want(200)
	erase := func() {
		t.Helper()
		if _, err := s.cfg.River.Insert(t.Context(), safety.EraseArgs{}, nil); err != nil {
			t.Fatal(err)
		}
		s.waitCount(t, `SELECT count(*) FROM river_job WHERE kind = 'idp.erase_accounts' AND state NOT IN ('completed')`, 0)
	}
	erase()
	if n := s.count(t, `SELECT count(*) FROM account WHERE id = $1`, ownerID); n != 1 {
		t.Fatal("erased within the time of grace")
	}
	entries := s.count(t, `SELECT count(*) FROM journal WHERE subject = $1`, ownerID.String())
	s.run(t, `UPDATE account SET delete_at = now() - interval '1 minute' WHERE id = $1`, ownerID)
	erase()
	for _, table := range []string{"account WHERE id", "identity WHERE account_id", "session WHERE account_id", "oauth_consent WHERE account_id"} {
		if n := s.count(t, `SELECT count(*) FROM `+table+` = $1`, ownerID); n != 0 {
			t.Errorf("%d rows left of %s", n, table)
		}
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE subject = $1`, ownerID.String()); n != entries+1 {
		t.Errorf("%d entries in the journal, want %d", n, entries+1)
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE details::text ILIKE '%Гарипова%' OR details::text LIKE '%9172000001%'`); n != 0 {
		t.Error("the journal names the person")
	}
	s.isTold(t, ownerPhone, "учётная запись и её данные удалены")
	b := s.browser(t)
	b.begin("Закиров", ownerPhone, ownerEmail).want(200)
	b.fill("/registration/code", "code", s.sentCode(t, ownerPhone, 2)).want(200, "Придумайте пароль") // the phone is free
}

// Whatever package comes: its rows about a person must not keep the account, nor outlive it with the name.
func TestEveryRowGoesWithItsAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if n := s.count(t, `SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = 'account'::regclass AND confdeltype NOT IN ('c', 'n')`); n != 0 {
		t.Errorf("%d foreign keys to account neither cascade nor let go", n)
	}
}

// until waits for a count.
func (s *site) waitCount(t *testing.T, query string, want int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if s.count(t, query) == want {
			return
		}
	}
	t.Fatalf("never %d: %s", want, query)
}

func TestExport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	b.get("/profile/export").want(200).fill("/profile/export").want(200)
	if got := b.Header.Get("Content-Type"); got != "application/zip" {
		t.Fatalf("answered %s", got)
	}
	z, err := zip.NewReader(bytes.NewReader([]byte(b.Body)), int64(len(b.Body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(r)
		files[f.Name] = string(raw)
	}
	var data struct {
		Account  struct{ Phone, Number string }
		Identity struct{ SNILS string }
		Sessions []any
		Events   []any
	}
	if err := json.Unmarshal([]byte(files["data.json"]), &data); err != nil {
		t.Fatal(err)
	}
	if data.Account.Phone != ownerPhone || data.Identity.SNILS != DemoAliyaSNILS || len(data.Sessions) == 0 || len(data.Events) == 0 {
		t.Errorf("the JSON lacks something:\n%.400s", files["data.json"])
	}
	for _, text := range []string{"Гарипова", "СНИЛС", DemoAliyaSNILS, "Журнал"} {
		if !strings.Contains(files["data.html"], text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if strings.Contains(files["data.json"], "argon2") {
		t.Error("the password's hash is in the archive")
	}
	s.journalled(t, ownerID, "exported", 1)
}

// Every page is complete in every language, and says no key.
func TestSafetyPagesInThreeLanguages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	for _, lang := range []string{"tt", "en"} {
		for _, path := range []string{"/profile/safety", "/profile/password", "/profile/contacts/phone", "/profile/contacts/email", "/profile/sessions",
			"/profile/consents", "/profile/events", "/profile/block", "/profile/delete", "/profile/export", "/login/recovery", "/login/recovery/help",
			"/contacts/undo?token=x"} {
			if b.get(path + joiner(path) + "lang=" + lang).want(200); strings.Contains(b.text(), "idp_safety") || strings.Contains(b.text(), "%!") {
				t.Errorf("%s in %s shows a key:\n%s", path, lang, b.text())
			}
		}
	}
	b.get("/profile/safety?lang=ru").want(200)
}
