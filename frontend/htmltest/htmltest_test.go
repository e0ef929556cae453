package htmltest

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = `<h1 class="big title">Заявление  <b>принято</b></h1><dl id="answers"><dt>Имя</dt><dd>Ильнур</dd></dl>
<form id="f" action="/send" method="post"><input type="hidden" name="_csrf" value="t"><input name="phone" value="1">
<input type="radio" name="way" value="a"><input type="radio" name="way" value="b" checked><input type="checkbox" name="on" checked>
<select name="area"><option value="">—</option><option value="arsk" selected>Арск</option></select><select name="none"><option>Первый</option></select>
<textarea name="note">
да</textarea><input name="off" disabled value="x"><button name="go" value="1">Отправить</button></form>`

func TestSelectors(t *testing.T) {
	t.Parallel()
	p := Parse(t, sample)
	if got := p.Text("h1"); got != "Заявление принято" {
		t.Errorf("h1: %q", got)
	}
	for selector, want := range map[string]bool{"h1.title.big": true, "h1.tit": false, "#answers dd": true, "dl dt dd": false,
		"input[name=phone]": true, `[name="way"][checked]`: true, "form#f textarea": true, "form h1": false} {
		if p.Has(selector) != want {
			t.Errorf("Has(%q) = %v", selector, !want)
		}
	}
	if got := p.Attr("#f input[name=phone]", "value"); got != "1" {
		t.Errorf("value: %q", got)
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	want := Form{Action: "/send", Method: "POST", Values: url.Values{"_csrf": {"t"}, "phone": {"1"}, "way": {"b"}, "on": {"on"}, "area": {"arsk"},
		"none": {"Первый"}, "note": {"да"}}}
	if diff := cmp.Diff(want, Parse(t, sample).Form("#f")); diff != "" {
		t.Error(diff)
	}
}
