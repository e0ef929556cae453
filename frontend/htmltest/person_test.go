package htmltest_test

import (
	"slices"
	"testing"

	"tamga/frontend/htmltest"
)

func TestPerson(t *testing.T) {
	t.Parallel()
	p := htmltest.Parse(t, `<head><title>No</title><style>.a{}</style></head><body><p>Two&nbsp; words</p><script>alert()</script>
		<a href="/all">All services</a> <a href="/s">Services</a>
		<form action="/pay" method="post"><input name="sum" value="350"><button name="choice" value="pay">Pay <b>350</b></button>
		<button name="choice" value="cancel">Back</button></form></body>`)
	if got := p.Words(); got != "Two words All services Services Pay 350 Back" {
		t.Errorf("words: %q", got)
	}
	if got := p.Links(); !slices.Equal(got, []string{"/all", "/s"}) {
		t.Errorf("links: %q", got)
	}
	if got := p.Link("Services"); got != "/s" {
		t.Errorf("a link with other words wins over the one that says just this: %s", got)
	}
	if got := p.Link("All"); got != "/all" {
		t.Errorf("link %s", got)
	}
	if f := p.Button("Pay 350"); f.Action != "/pay" || f.Method != "POST" || f.Values.Encode() != "choice=pay&sum=350" {
		t.Errorf("form %+v", f)
	}
}
