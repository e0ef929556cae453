package applications

import (
	"net/url"
	"strings"
	"testing"
)

// child answers the questions of a child in a group of a repeated step.
func child(prefix, name, number string) map[string]string {
	return map[string]string{prefix + "child_last_name": "Смирнов", prefix + "child_first_name": name,
		prefix + "child_birth_date-day": "5", prefix + "child_birth_date-month": "3", prefix + "child_birth_date-year": "2019",
		prefix + "child_snils": number, prefix + "child_certificate": "II-КБ 123456", prefix + "child_record": "123",
		prefix + "child_issued_on-day": "15", prefix + "child_issued_on-month": "3", prefix + "child_issued_on-year": "2019",
		prefix + "child_record_date-day": "15", prefix + "child_record_date-month": "3", prefix + "child_record_date-year": "2019",
		prefix + "child_school": "yes", prefix + "child_order": "first", prefix + "kindergarten": "Детский сад № 1",
		prefix + "contract_number": "17", prefix + "contract_date-day": "1", prefix + "contract_date-month": "9",
		prefix + "contract_date-year": "2024", prefix + "same_surname": "same"}
}

func with(all ...map[string]string) map[string]string {
	sum := map[string]string{}
	for _, one := range all {
		for k, v := range one {
			sum[k] = v
		}
	}
	return sum
}

var bank = map[string]string{"payout_to-bank": "Ак Барс", "payout_to-bik": "049805746", "payout_to-account": "40602810700000000025"}

// TestOtherServices files the services of one person through the same pages.
func TestOtherServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for service, answers := range map[string]map[string]string{
		"child-benefit": with(bank, child("children.0.", "Пётр", snils(7)), map[string]string{"lives_here": "yes", "state_care": "no",
			"rights_taken": "no", "applicant_role": "mother", "family_status": "single_mother", "family_size": "2", "income_work": "20000",
			"income_social": "0", "income_alimony": "0", "income_other": "0", "payout": "bank", "consent_truth": "yes", "consent_check": "yes"}),
		"kindergarten-compensation": with(bank, child("children.0.", "Пётр", snils(8)), map[string]string{"applicant_role": "parent",
			"contract_mine": "yes", "students": "no", "certificate_place": "tatarstan", "pays": "yes", "consent_truth": "yes", "consent_data": "yes"}),
		"advertising-permit": {"action": "issue", "place_is": "free", "office": w.core.Catalog.Offices("municipality")[0].ID, "applicant_kind": "person",
			"structure_type": "ground", "structure_kind": "billboard", "width": "6", "height": "3", "sides": "2", "lighting": "none",
			"site_address": "Казань, Баумана, 2", "owner": "applicant", "start_date-day": "1", "start_date-month": "2", "start_date-year": "2027",
			"years": "5", "project": "Щит", "result_way": "electronic", "consent_truth": "yes", "consent_data": "yes"},
	} {
		t.Run(service, func(t *testing.T) {
			b := w.browser("Смирнов", "Иван", "male")
			id, path := b.begin(service)
			if to := b.fill(path, answers); to != applicationPath(id, "/check") {
				t.Fatalf("after the last question: %s", to)
			}
			if page := b.get(applicationPath(id, "/check")); !page.Has("main form") || page.Count(".govuk-summary-card") < 5 || page.Text("main h2") != "Ваши ответы" {
				t.Fatalf("nothing to check or to sign: %s", page.Text("main"))
			}
			b.sign(id)
			if service == "advertising-permit" {
				if got := b.get(applicationPath(id, "")).Text("#now"); !strings.Contains(got, "5") || !strings.Contains(got, "Оплатить") {
					t.Errorf("button %q", got)
				}
				w.wantState(id, Paying)
				w.tellPaid(w.pay(id))
			}
			w.wantState(id, Submitted)
			if res := b.get(applicationPath(id, "/steps/name")); res.to != applicationPath(id, "") {
				t.Errorf("what was sent can be edited: %d", res.status)
			}
			if n := w.count(`SELECT count(*) FROM delivery WHERE application_id = $1`, id); n != 1 {
				t.Errorf("%d deliveries", n)
			}
		})
	}
}

// TestBeginSaysWhatTheServiceDoes: nobody "applies" for a fine, and the page between the service and its form says so too.
func TestBeginSaysWhatTheServiceDoes(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser("Смирнов", "Иван", "male")
	for service, want := range map[string]string{"marriage": "Подать заявление", "traffic-fines": "Найти штрафы", "doctor-appointment": "Записаться"} {
		if got := b.get("/applications/new?service=" + service).Text("main form button"); got != want {
			t.Errorf("%s: %q, want %q", service, got, want)
		}
	}
}

func TestStopIsAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("Смирнов", "Иван", "male")
	id, path := b.begin("marriage")
	to := b.fill(path, map[string]string{"obstacles": "married", "together": "yes"})
	if to != applicationPath(id, "/steps/beginning/stop") {
		t.Fatalf("went on to %s", to)
	}
	page := b.get(to)
	if page.status != 200 || page.Text("h1") != "Сначала нужно прекратить прежний брак" || page.Has(".govuk-error-summary") {
		t.Errorf("%d %s", page.status, page.Text("h1"))
	}
	if page := b.get(applicationPath(id, "")); page.Attr("#now", "href") == "" {
		t.Error("no way on from the draft")
	}
}

func TestRepeatedGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("Смирнов", "Иван", "male")
	id, _ := b.begin("child-benefit")
	path := applicationPath(id, "/steps/children")
	page := b.get(path)
	f := page.Form("main form")
	for name, value := range child("children.0.", "Пётр", snils(1)) {
		f.Values.Set(name, value)
	}
	f.Values.Set("_add", "children")
	page = b.do("POST", path, f.Values)
	if page.status != 200 || !page.Has("[name=children.1.child_last_name]") || page.Attr("[name=children.0.child_first_name]", "value") != "Пётр" {
		t.Fatalf("add: %d", page.status)
	}
	f = page.Form("main form")
	res := b.do("POST", path, f.Values)
	if res.status != 422 || res.Attr("[name=children.0.child_first_name]", "value") != "Пётр" {
		t.Fatalf("an empty second child: %d", res.status)
	}
	f = res.Form("main form")
	f.Values.Set("_remove", "children.1")
	page = b.do("POST", path, f.Values)
	if page.status != 200 || page.Has("[name=children.1.child_last_name]") {
		t.Fatalf("remove: %d", page.status)
	}
	if res := b.send(page, "main form", nil); res.status != 303 {
		t.Fatalf("save: %d %v", res.status, res.Texts(".govuk-error-summary__list li"))
	}
	if got := b.get(path).Attr("[name=children.0.child_first_name]", "value"); got != "Пётр" {
		t.Errorf("saved %q", got)
	}
}

func TestDraftIsKeptAndErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("Смирнов", "Иван", "male")
	id, path := b.begin("marriage")
	if page := b.get("/applications/new?service=marriage"); page.Attr("main a[role=button]", "href") != applicationPath(id, "") {
		t.Error("the draft is not offered")
	}
	w.pass(draftKept - 1000)
	if res := b.send(b.get(path), "main form", map[string]string{"obstacles": "none", "together": "yes"}); res.status != 303 {
		t.Fatal(res.status)
	}
	w.pass(draftKept / 2) // since the beginning it is more than the time; since the last page it is not
	if err := w.jobs.workSweep(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.wantState(id, Draft)
	w.pass(draftKept)
	if err := w.jobs.workSweep(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM application`) + w.count(`SELECT count(*) FROM application_answers`); n != 0 {
		t.Error("an old draft is kept")
	}
}

func TestLevelIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("Смирнов", "Иван", "male")
	b.cookie = ""
	csrf := b.csrf()
	b.p.Level = "simplified"
	res := b.do("POST", "/applications", map[string][]string{"_csrf": {csrf}, "service": {"marriage"}})
	if !strings.HasPrefix(res.to, "/esia/start?level=standard") {
		t.Errorf("sent to %q", res.to)
	}
	if n := w.count(`SELECT count(*) FROM application`); n != 0 {
		t.Error("a draft was made all the same")
	}
}

// TestAnswersNeedTheLevel: whoever enters the cabinet by phone alone, be it the number's next owner, sees how the application stands
// but none of the answers, which hold passports.
func TestAnswersNeedTheLevel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _ := w.signed()
	s, err := w.core.Catalog.Service("marriage", 0)
	if err != nil {
		t.Fatal(err)
	}
	step := applicationPath(id, "/steps/"+s.Steps[0].ID)
	cancel := first.get(applicationPath(id, "/cancel")).Form("main form")
	first.p.Level = "none"
	if res := first.do("POST", cancel.Action, cancel.Values); !strings.HasPrefix(res.to, "/esia/start?") || w.count(`SELECT count(*) FROM application WHERE state = 'cancelled'`) != 0 {
		t.Errorf("by phone an application is withdrawn: %d to %q", res.status, res.to)
	}
	for _, path := range []string{applicationPath(id, "/check"), applicationPath(id, "/invite"), applicationPath(id, "/cancel"), applicationPath(id, "/decline"),
		applicationPath(id, "/erase"), step, step + "/stop"} {
		res := first.get(path)
		if want := "/esia/start?level=standard&return=" + url.QueryEscape(path); res.to != want {
			t.Errorf("%s: %d to %q, want %q", path, res.status, res.to, want)
		}
	}
	if res := first.get(applicationPath(id, "")); res.status != 200 {
		t.Errorf("the page of the application: %d", res.status)
	}
}
