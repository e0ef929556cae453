package checks

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
)

func TestTemplatesFitTheirData(t *testing.T) {
	t.Parallel()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{listView.Check(p), checkView.Check(p), newView.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestRuleOfTheServiceAsks: what child-benefit.yaml names is asked once, answered by the registers, and seen by the person.
func TestRuleOfTheServiceAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, person := w.files("social")
	list := w.plan(id, "social")
	w.plan(id, "social")
	want := map[string]string{"passport": "answered confirmed", "birth": "answered confirmed", "residence": "answered told", "income": "answered told"}
	if len(list) != len(want) || w.count(`SELECT count(*) FROM register_check`) != len(want) {
		t.Fatalf("asked %v", list)
	}
	for kind, check := range list {
		if w.turn(check) {
			t.Errorf("%s is to be asked again", kind)
		}
		if got := w.stood(check); got != want[kind] {
			t.Errorf("%s: %q, want %q", kind, got, want[kind])
		}
	}
	if n := w.count(`SELECT count(*) FROM journal WHERE subject = $1 AND action = 'checks.asked' AND actor_role = 'department' AND purpose LIKE '%2026-112233-4%Соцзащита%'`,
		person.String()); n != len(want) {
		t.Errorf("the person sees %d of %d", n, len(want))
	}
	if n := w.count(`SELECT count(*) FROM register_check WHERE position('Гарипов' IN encode(question, 'escape') || encode(COALESCE(answer, ''), 'escape')) > 0`); n != 0 {
		t.Errorf("%d questions or answers are not sealed", n)
	}
	if n := w.count(`SELECT count(*) FROM river_job WHERE args::text LIKE '%Гарипова%' OR args::text LIKE '%9218%'`); n != 0 {
		t.Error("a job holds what was asked")
	}
	// A department that may not ask of income asks nothing of it, whatever the rule says.
	other, _ := w.files("construction")
	if got := w.plan(other, "construction"); len(got) != 2 || got["passport"] == uuid.Nil || got["residence"] == uuid.Nil {
		t.Errorf("construction asks %v", got)
	}
}

// TestAnswerIsUsedWhileItIsFresh: by the rule of the kind, for the same question of the same department only.
func TestAnswerIsUsedWhileItIsFresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, _ := w.files("social")
	w.turn(w.plan(first, "social")["passport"])
	asked := func() (n int) {
		w.must(w.stand.QueryRow(t.Context(), `SELECT count(*) FROM register_ask WHERE kind = 'passport'`).Scan(&n))
		return n
	}
	second, _ := w.files("social")
	again := w.plan(second, "social")["passport"]
	if got := w.stood(again); got != "answered confirmed" || asked() != 1 {
		t.Errorf("within a day: %q, asked %d times", got, asked())
	}
	if n := w.count(`SELECT count(*) FROM register_check WHERE id = $1 AND reused IS NOT NULL AND answer IS NOT NULL`, again); n != 1 {
		t.Error("the answer is not said to be an older one")
	}
	other, _ := w.files("construction")
	if w.turn(w.plan(other, "construction")["passport"]); asked() != 2 {
		t.Error("one department got what another had asked")
	}
	w.pass(25 * time.Hour)
	third, _ := w.files("social")
	if w.turn(w.plan(third, "social")["passport"]); asked() != 3 {
		t.Errorf("after a day: asked %d times", asked())
	}
}

// TestWhateverARegisterDoes: nothing but an answer of the contract counts, and it is tried again until the kind's time is over.
func TestWhateverARegisterDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		mode, end, attempt string
		turns              int
	}{
		{"slow", "answered confirmed", "answered", 1},
		{"later", "answered confirmed", "later", 3},
		{"empty", "answered not_found", "answered", 1},
		{"down", "timed_out the register answers 503", "silent", 3},
		{"garbage", "failed the answer is not of its kind", "malformed", 3},
		{"forged", "failed the answer is not signed by the register", "malformed", 3},
	} {
		w.mode(test.mode)
		w.pass(26 * time.Hour) // nothing is fresh
		id, _ := w.files("social")
		check := w.plan(id, "social")["passport"]
		turns := 1
		for turns < 9 && w.turn(check) {
			if turns++; turns == test.turns && !strings.HasPrefix(test.end, "answered") {
				w.pass(25 * time.Hour) // longer than until
			}
		}
		if got := w.stood(check); got != test.end || turns != test.turns {
			t.Errorf("%s: %q after %d turns, want %q after %d", test.mode, got, turns, test.end, test.turns)
		}
		if n := w.count(`SELECT count(*) FROM register_check_attempt WHERE check_id = $1 AND outcome = $2`, check, test.attempt); n == 0 {
			t.Errorf("%s: no attempt says %s", test.mode, test.attempt)
		}
	}
}

// TestRegisterThatFailsIsToldOnce: support hears after some minutes, and again when it is over.
func TestRegisterThatFailsIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mode("down")
	id, _ := w.files("social")
	check := w.plan(id, "social")["passport"]
	for range 4 {
		w.turn(check)
		w.pass(4 * time.Minute)
	}
	if len(w.troubles) != 1 || w.troubles[0].Over || w.troubles[0].Register != "interior" {
		t.Fatalf("told %+v", w.troubles)
	}
	w.mode("normal")
	if w.turn(check) || len(w.troubles) != 2 || !w.troubles[1].Over || w.troubles[1].Key != w.troubles[0].Key {
		t.Errorf("told %+v", w.troubles)
	}
}

// TestKeptNoLonger: what was asked and said goes by the kind's rule; that it was stays.
func TestKeptNoLonger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.files("social")
	check := w.plan(id, "social")["passport"]
	w.turn(check)
	w.must(w.jobs.sweep(t.Context()))
	has := func() int {
		return w.count(`SELECT count(*) FROM register_check WHERE id = $1 AND length(question) > 0 AND answer IS NOT NULL`, check)
	}
	if has() != 1 {
		t.Fatal("gone before its time")
	}
	w.pass(31 * 24 * time.Hour)
	w.must(w.jobs.sweep(t.Context()))
	if has() != 0 || w.stood(check) != "answered confirmed" {
		t.Errorf("it is kept, or it is forgotten that it was: %s", w.stood(check))
	}
	if p := w.get(w.airat, "/checks/"+check.String()); p.Status != 200 || !strings.Contains(p.Page.Words(), "срок хранения прошёл") {
		t.Errorf("%d", p.Status)
	}
	// An application that is erased takes them along.
	second, _ := w.files("social")
	other := w.plan(second, "social")["passport"]
	w.turn(other)
	w.must(pgx.BeginFunc(t.Context(), w.db, func(tx pgx.Tx) error { return departments.Forget(t.Context(), tx, second) }))
	if n := w.count(`SELECT count(*) FROM register_check WHERE id = $1 AND answer IS NOT NULL`, other); n != 0 {
		t.Error("an erased application leaves answers about it")
	}
}

// TestLostJobIsFound: a check whose job died is woken, one that has a job is left alone.
func TestLostJobIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.files("social")
	n := len(w.plan(id, "social"))
	w.pass(time.Hour)
	w.must(w.jobs.sweep(t.Context()))
	jobs := func() int { return w.count(`SELECT count(*) FROM river_job WHERE kind = 'checks.ask'`) }
	if jobs() != n {
		t.Fatalf("%d jobs of %d checks", jobs(), n)
	}
	_, err := w.db.Exec(t.Context(), `DELETE FROM river_job WHERE kind = 'checks.ask'`)
	w.must(err)
	w.must(w.jobs.sweep(t.Context()))
	if jobs() != n {
		t.Errorf("%d of %d are woken", jobs(), n)
	}
}

// TestClerkAsks: the form knows what the application says, a mistake keeps what was typed, and each step is the own department's alone.
func TestClerkAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, person := w.files("social")
	if r := w.get(w.alsu, "/checks/new?application="+id.String()); r.Status != 404 {
		t.Errorf("another department may ask about it: %d", r.Status)
	}
	offers := w.get(w.airat, "/checks/new?of=2026-112233-4")
	if offers.Status != 200 || !strings.Contains(offers.Page.Words(), "Брак") {
		t.Fatalf("%d %s", offers.Status, offers.Body)
	}
	form := w.get(w.airat, offers.Page.Link("СНИЛС"))
	if !strings.Contains(form.Body, `value="11211244575"`) || !strings.Contains(form.Page.Words(), "меняется только имя") {
		t.Errorf("the form knows nothing: %s", form.Page.Words())
	}
	wrong := w.post(w.airat, form, "/checks/new", url.Values{"snils": {"11211244576"}, "birth_date": {"1998-04-12"}})
	if wrong.Status != 422 || !strings.Contains(wrong.Page.Words(), "Введите СНИЛС") || !strings.Contains(wrong.Body, "11211244576") {
		t.Errorf("%d %s", wrong.Status, wrong.Page.Words())
	}
	asked := w.post(w.airat, form, "/checks/new", url.Values{"snils": {"112-112-445 75"}, "last_name": {" Гарипова "}, "birth_date": {"1998-04-12"}})
	twice := w.post(w.airat, form, "/checks/new", url.Values{"snils": {"112-112-445 75"}, "birth_date": {"1998-04-12"}})
	if asked.Status != 303 || twice.To != asked.To || w.count(`SELECT count(*) FROM register_check`) != 1 {
		t.Fatalf("%d, then %d: %s %s", asked.Status, twice.Status, asked.To, twice.To)
	}
	check := uuid.MustParse(strings.TrimPrefix(asked.To, "/checks/"))
	if p := w.get(w.airat, asked.To); !strings.Contains(p.Page.Words(), "Ждём ответа") {
		t.Error(p.Page.Words())
	}
	w.turn(check)
	if p := w.get(w.airat, asked.To); !strings.Contains(p.Page.Words(), "Подтверждено") || !strings.Contains(p.Page.Words(), "Ответ годен до") {
		t.Error(p.Page.Words())
	}
	if r := w.get(w.alsu, asked.To); r.Status != 404 {
		t.Errorf("another department reads it: %d", r.Status)
	}
	if r := w.get(w.alsu, "/checks?number=2026-112233-4"); strings.Contains(r.Page.Words(), "Подтверждено") {
		t.Error("another department lists it")
	}
	if n := w.count(`SELECT count(*) FROM journal WHERE subject = $1 AND actor = $2 AND action IN ('checks.asked', 'checks.read')`, person.String(), w.airat.String()); n != 3 {
		t.Errorf("%d entries of a question and two looks", n)
	}
	again := w.post(w.airat, w.get(w.airat, asked.To), asked.To+"/again", nil)
	if again.Status != 303 || again.To == asked.To || !strings.HasPrefix(w.stood(uuid.MustParse(strings.TrimPrefix(again.To, "/checks/"))), "asked") {
		t.Errorf("again: %d %s", again.Status, again.To)
	}
	if list := w.get(w.airat, "/checks?state=answered&kind=snils"); strings.Count(list.Body, `scope="row"`) != 1 {
		t.Errorf("%s", list.Page.Words())
	}
}

// TestEveryKindIsAnsweredByTheStand: the stand was written from the contract, and answers all nine.
func TestEveryKindIsAnsweredByTheStand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	aliya := map[string]string{"last_name": "Гарипова", "first_name": "Алия", "middle_name": "Маратовна", "birth_date": "1998-04-12", "snils": "11211244575",
		"series": "9218", "number": "120001", "from": "2026-08", "until": "2026-10", "ogrn": "1151690007776", "certificate": "ii-кб 123456"}
	id, _ := w.files("social")
	for kind, want := range map[string]string{"person": "answered confirmed", "snils": "answered confirmed", "passport": "answered confirmed", "inn": "answered told",
		"marriage": "answered told", "birth": "answered differs name birth_date", "residence": "answered told", "income": "answered told", "organisation": "answered confirmed"} {
		k, err := kindOf(kind)
		w.must(err)
		if kind == "organisation" {
			aliya["inn"] = "1655700774"
		} else {
			delete(aliya, "inn")
		}
		q, wrong, err := k.makeQuestion(aliya)
		if err != nil || len(wrong) > 0 {
			t.Fatalf("%s: %v %v", kind, wrong, err)
		}
		check := uuid.New()
		w.must(pgx.BeginFunc(t.Context(), w.db, func(tx pgx.Tx) error {
			return w.jobs.ask(t.Context(), tx, request{ID: check, Department: "social", Application: id, Number: "2026-112233-4", Kind: k, Question: q, Asker: &w.airat})
		}))
		w.turn(check)
		if got := w.stood(check); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
		if p := w.get(w.airat, "/checks/"+check.String()); p.Status != 200 || strings.Contains(p.Body, "checks.") && strings.Contains(p.Page.Words(), "checks.") {
			t.Errorf("%s: the page lacks a text: %s", kind, p.Page.Words())
		}
	}
}

// TestRegisterIsNoDoorInward: an address of the configuration is held to what departments' are, and who is not connected is not asked.
func TestRegisterIsNoDoorInward(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	strict := departments.NewClient(departments.ClientConfig{})
	for _, address := range []string{"http://tax.example", "https://user@tax.example", "ftp://tax.example", "https://tax.example?x=1"} {
		if err := SaveRegisters(t.Context(), w.db, strict, map[string]string{"tax": address}, w.now()); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
	w.must(SaveRegisters(t.Context(), w.db, strict, map[string]string{"interior": "https://169.254.169.254"}, w.now()))
	id, _ := w.files("social")
	list := w.plan(id, "social")
	if list["passport"] == uuid.Nil || list["income"] != uuid.Nil {
		t.Fatalf("asked %v of the one register that is connected", list)
	}
	w.jobs.Client = strict
	w.turn(list["passport"])
	if got := w.stood(list["passport"]); got != "asked the register cannot be reached" {
		t.Errorf("%q", got)
	}
}
