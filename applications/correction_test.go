package applications

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"tamga/departments"
	"tamga/internal/files/clamdtest"
)

// askedForScan is an application with files that the department has, and asks for one of them anew. It returns the address of the
// request.
func (w *world) askedForScan() (id uuid.UUID, p *browser, path string) {
	w.t.Helper()
	p = w.browser("Гарипова", "Алия", "female")
	id, path = p.begin("with-files")
	res := p.attach(p.get(path), map[string]string{"note": "Записка"}, "", upload{"scan", "скан.pdf", "application/pdf", aPDF("")})
	p.attach(p.get(res.to), nil, "", upload{"children.0.photo", "фото.png", "image/png", aPNG(w.t)})
	p.sign(id)
	w.wantState(id, Submitted)
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Скан не читается", Request: &departments.Request{Fields: []string{"scan"}}})
	return id, p, p.get(applicationPath(id, "")).Attr("#now", "href")
}

// A file of a correction waits for the signatures for as long as they take.
func TestFileOfACorrectionWaitsForSignatures(t *testing.T) {
	t.Parallel()
	w, _, dir := fileWorld(t)
	id, p, path := w.askedForScan()
	res := p.attach(p.get(path), nil, "", upload{"scan", "новый.pdf", "application/pdf", aPDF("new")})
	if res.status != http.StatusSeeOther || stored(t, dir) != 3 {
		t.Fatalf("%d %s, %d stored", res.status, res.errors(), stored(t, dir))
	}
	sweep := func() {
		t.Helper()
		for range 2 { // the rows, then what they leave behind
			if err := w.jobs.workSweep(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.pass(looseKept + time.Hour)
	sweep()
	p.send(p.get(res.to), "main form", nil)
	if sent := w.letters(id, departments.TypeCorrected); len(sent) != 1 || !strings.Contains(sent[0], "новый.pdf") {
		t.Fatalf("sent %v", sent)
	}
	sweep()
	if n := w.count(`SELECT count(*) FROM application_file WHERE application = $1 AND kept`, id); n != 3 || stored(t, dir) != 3 {
		t.Errorf("%d files are kept, %d stored: the department is told of more than there is", n, stored(t, dir))
	}
}

// Nothing goes to a department that the scanner has not called clean, with a correction either; a file with a virus is taken away on
// the page of the request.
func TestCorrectionWaitsForTheScanner(t *testing.T) {
	t.Parallel()
	w, clamd, _ := fileWorld(t)
	id, p, path := w.askedForScan()
	clamd.Broken.Store(true)
	res := p.attach(p.get(path), nil, "", upload{"scan", "новый.pdf", "application/pdf", aPDF("%" + string(clamdtest.EICAR))})
	check := p.get(res.to)
	if check.Has("main form") || !strings.Contains(check.Words(), "проверяем") {
		t.Errorf("signing is offered before the scan: %s", check.Words())
	}
	form := url.Values{"_csrf": {p.get(path).Form("main form").Values.Get("_csrf")}, "hash": {strings.ReplaceAll(check.Text("#fingerprint"), " ", "")}}
	if refused := p.do(http.MethodPost, path+"/sign", form); refused.status != http.StatusOK || len(w.letters(id, departments.TypeCorrected)) != 0 {
		t.Fatalf("an unscanned file was signed: %d", refused.status)
	}
	clamd.Broken.Store(false)
	files := fileIDsOf(t, w, id)
	if err := w.jobs.workScan(t.Context(), &river.Job[scanArgs]{Args: scanArgs{files[2]}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.lastSMS(), "вирусом") {
		t.Errorf("told %q", w.lastSMS())
	}
	page := p.get(path)
	infected := page.Attrs("button[name=_remove_file]", "value")[1]
	page = p.attach(page, map[string]string{"text": "Вместо испорченного"}, "_remove_file="+infected)
	if left := page.Attrs("input[type=hidden][name=scan]", "value"); page.status != http.StatusOK || len(left) != 1 || page.Text("[name=text]") != "Вместо испорченного" {
		t.Fatalf("taking a file away: %d, left %v, typed %q", page.status, left, page.Text("[name=text]"))
	}
	res = p.attach(page, nil, "", upload{"scan", "чистый.pdf", "application/pdf", aPDF("clean")})
	p.send(p.get(res.to), "main form", nil)
	if sent := w.letters(id, departments.TypeCorrected); len(sent) != 1 || !strings.Contains(sent[0], "чистый.pdf") || strings.Contains(sent[0], "новый.pdf") {
		t.Errorf("sent %v", sent)
	}
}

// The buttons that add and remove a group work on the page of a request as they do on their own page.
func TestGroupsOfARequest(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	id, p, _ := w.askedForScan()
	w.exec(`UPDATE application_message SET answered_at = now() WHERE kind = 'request'`)
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "И детей", Request: &departments.Request{Fields: []string{"note", "children"}}})
	path := p.get(applicationPath(id, "")).Attr("#now", "href")
	page := p.attach(p.get(path), map[string]string{"note": "Другая"}, "_add=children")
	if !page.Has(`[name="children.1.photo"]`) || page.Attr("[name=note]", "value") != "Другая" || page.status != http.StatusOK {
		t.Fatalf("%d, asked for %v: %s", page.status, page.Attrs("input", "name"), page.errors())
	}
	res := p.attach(page, nil, "", upload{"children.1.photo", "второй.png", "image/png", aPNG(t)})
	p.send(p.get(res.to), "main form", nil)
	if sent := w.letters(id, departments.TypeCorrected); len(sent) != 1 || !strings.Contains(sent[0], "второй.png") || !strings.Contains(sent[0], "Другая") {
		t.Errorf("%d %s, sent %v", res.status, res.errors(), sent)
	}
}

// Two requests are answered one beside the other: neither correction turns the other back.
func TestTwoCorrectionsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.filed()
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "раз", Request: &departments.Request{Fields: []string{"first.birth_place"}}})
	own := first.get(applicationPath(id, "")).Attr("#now", "href")
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "два", Request: &departments.Request{Fields: []string{"second.birth_place"}}})
	other := second.get(applicationPath(id, "")).Attr(`#asked a`, "href") // the first one is the button
	one := first.attach(first.get(own), map[string]string{"birth_place": "город Арск"}, "")
	two := second.attach(second.get(other), map[string]string{"birth_place": "город Буа"}, "")
	second.send(second.get(two.to), "main form", nil)
	first.send(first.get(one.to), "main form", nil)
	second.send(second.get(one.to), "main form", nil)
	if text := first.get(two.to).Text("#changes"); strings.Contains(text, "город Арск") || !strings.Contains(text, "город Буа") {
		t.Errorf("the changes are %q", text)
	}
	first.send(first.get(two.to), "main form", nil)
	if n := len(w.letters(id, departments.TypeCorrected)); n != 1 {
		t.Fatalf("%d corrections are sent: a signature under the text of before counts", n)
	}
	second.send(second.get(two.to), "main form", nil)
	sent := w.letters(id, departments.TypeCorrected)
	if len(sent) != 2 || !strings.Contains(sent[1], "город Арск") || !strings.Contains(sent[1], "город Буа") {
		t.Errorf("sent %v", sent)
	}
}

// Nobody signs what they cannot read: a file that another party puts into a correction is served to those who are to sign it.
func TestFileOfACorrectionIsReadBeforeItIsSigned(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	first, second := w.browser("Гарипова", "Алия", "female"), w.browser("Хабибуллин", "Тимур", "male")
	id, path := first.begin("two-files")
	first.attach(first.get(path), nil, "", upload{"scan", "скан.pdf", "application/pdf", aPDF("")})
	second.send(second.get("/invitations/"+first.invite(id, second.p.SNILS)), "main form", nil)
	second.attach(second.get(applicationPath(id, "/steps/papers")), nil, "", upload{"scan", "второй.pdf", "application/pdf", aPDF("2")})
	first.sign(id)
	second.sign(id)
	w.wantState(id, Submitted)
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Скан не читается", Request: &departments.Request{Fields: []string{"first.scan"}}})
	path = first.get(applicationPath(id, "")).Attr("#now", "href")
	loose := upload{"scan", "раздумал.pdf", "application/pdf", aPDF("never mind")}
	first.attach(first.get(path), nil, "_remove_file=none", loose)
	res := first.attach(first.get(path), nil, "", upload{"scan", "новый.pdf", "application/pdf", aPDF("new")})
	check := second.get(res.to)
	href := check.Attr("#files-added a", "href")
	if got := second.get(href); got.status != http.StatusOK || !strings.Contains(got.String(), "%PDF") {
		t.Errorf("who is to sign reads %q: %d; the page says %q", href, got.status, check.Words())
	}
	if got := w.browser("Чужой", "Иван", "male").get(href); got.status != http.StatusNotFound {
		t.Errorf("a stranger reads it: %d", got.status)
	}
	if n := w.count(`SELECT count(*) FROM application_file WHERE application = $1 AND NOT kept`, id); n != 2 {
		t.Errorf("%d files are loose", n)
	}
	for _, file := range fileIDsOf(t, w, id) {
		if address := applicationPath(id, "/files/"+file.String()); w.count(`SELECT count(*) FROM application_file WHERE id = $1 AND NOT kept`, file) == 1 &&
			address != href && second.get(address).status != http.StatusNotFound {
			t.Error("what the other thought better of is served")
		}
	}
}

// listed is an application with two lists that the department has, and asks for again. It returns the address of the request.
func (w *world) listed(asked ...string) (id uuid.UUID, p *browser, path string) {
	w.t.Helper()
	p = w.browser("Гарипова", "Алия", "female")
	id, path = p.begin("two-lists")
	p.fill(path, map[string]string{"kids.0.kid": "Амир", "cars.0.car": "Лада", "reason": "просто"})
	p.sign(id)
	w.wantState(id, Submitted)
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Ещё раз", Request: &departments.Request{Fields: asked}})
	return id, p, p.get(applicationPath(id, "")).Attr("#now", "href")
}

// A button of a list works on its own list, wherever that stands on the page.
func TestButtonsOfTwoLists(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	id, p, path := w.listed("kids", "cars")
	page := p.attach(p.get(path), map[string]string{"kids.0.kid": "Әмир"}, "_add=cars")
	if !page.Has(`[name="cars.1.car"]`) || page.Has(`[name="kids.1.kid"]`) || page.Attr(`[name="kids.0.kid"]`, "value") != "Әмир" {
		t.Fatalf("adding a car asks for %v", page.Attrs("input", "name"))
	}
	page = p.attach(page, map[string]string{"cars.1.car": "Нива"}, "_add=kids")
	page = p.attach(page, map[string]string{"kids.1.kid": "Айгөл"}, page.Attrs("button[name=_remove]", "name")[0]+"="+page.Attrs("button[name=_remove]", "value")[2])
	if page.Has(`[name="cars.1.car"]`) || page.Attr(`[name="cars.0.car"]`, "value") != "Нива" || page.Attr(`[name="kids.1.kid"]`, "value") != "Айгөл" {
		t.Fatalf("removing the first car leaves %v", page.Attrs("input", "value"))
	}
	p.send(p.get(p.attach(page, nil, "").to), "main form", nil)
	if sent := w.letters(id, departments.TypeCorrected); len(sent) != 1 || !strings.Contains(sent[0], "Айгөл") || !strings.Contains(sent[0], "Нива") {
		t.Errorf("sent %v", sent)
	}
}

// A paper that a new answer makes necessary is taken with the answer, though the department has not asked for it.
func TestCorrectionTakesAFurtherPaper(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	_, p, path := w.listed("reason")
	page := p.attach(p.get(path), map[string]string{"reason": "болезнь"}, "")
	if page.status != http.StatusUnprocessableEntity || !page.Has("[name=paper]") {
		t.Fatalf("%d, asked for %v", page.status, page.Attrs("input", "name"))
	}
	if res := p.attach(page, nil, "", upload{"paper", "справка.pdf", "application/pdf", aPDF("")}); res.status != http.StatusSeeOther {
		t.Errorf("%d %s", res.status, res.errors())
	}
}

// Two windows on one request: the second is shown both texts, chooses, and voids nothing by saving the same again.
func TestRequestInTwoWindows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.filed()
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Исправьте", Request: &departments.Request{Fields: []string{"birth_place"}}})
	path := first.get(applicationPath(id, "")).Attr("#now", "href")
	stale, others := first.get(path), second.get(path)
	res := first.attach(first.get(path), map[string]string{"birth_place": "город Арск", "text": "Опечатка"}, "")
	second.send(second.get(res.to), "main form", nil)
	signed := func() int {
		return w.count(`SELECT count(*) FROM application_correction_signature`)
	}
	page := first.attach(stale, map[string]string{"birth_place": "город Буа", "text": "Перепутала"}, "")
	for _, text := range []string{"город Арск", "город Буа", "Опечатка", "Перепутала"} {
		if !strings.Contains(page.Text("#both"), text) {
			t.Errorf("the choice has no %q: %q", text, page.Text("#both"))
		}
	}
	if page.status != http.StatusConflict || signed() != 1 || page.Attr("[name=birth_place]", "value") != "город Буа" || page.Text("[name=text]") != "Перепутала" {
		t.Fatalf("%d, %d signatures, typed %q", page.status, signed(), page.Attr("[name=birth_place]", "value"))
	}
	if res := first.attach(page, map[string]string{"keep.birth_place": "saved", "keep._words": "saved"}, ""); res.status != http.StatusSeeOther || signed() != 1 {
		t.Errorf("what is saved already voids a signature: %d, %d left", res.status, signed())
	}
	if res := first.attach(first.get(path), nil, ""); res.status != http.StatusSeeOther || signed() != 1 {
		t.Errorf("the same again voids a signature: %d, %d left", res.status, signed())
	}
	if res := second.attach(others, map[string]string{"birth_place": "город Казань-2"}, ""); res.status != http.StatusSeeOther {
		t.Errorf("the other party's answer is in the way: %d", res.status)
	}
	check := first.get(res.to)
	if said := check.Text("#said"); said != "Опечатка" {
		t.Errorf("who signs reads the words %q", said)
	}
	if text := check.Text("#changes"); !strings.Contains(text, "город Арск") || !strings.Contains(text, "город Казань-2") {
		t.Errorf("the changes are %q", text)
	}
	second.send(second.get(res.to), "main form", nil)
	first.send(check, "main form", nil)
	sent := w.letters(id, departments.TypeCorrected)
	if len(sent) != 1 || !strings.Contains(sent[0], "Опечатка") {
		t.Fatalf("sent %v", sent)
	}
	late := first.attach(stale, map[string]string{"birth_place": "город Буа", "text": "Ещё слово"}, "")
	if !strings.Contains(late.errors(), "уже ответили") || late.Text("[name=text]") != "Ещё слово" {
		t.Errorf("after all is sent: %d %s, typed %q", late.status, late.errors(), late.Text("[name=text]"))
	}
}
