package checks

import (
	"testing"

	"github.com/google/uuid"
)

// FuzzReadReply: whatever a register answers is refused in words or is fit to be compared and shown.
func FuzzReadReply(f *testing.F) {
	id := uuid.MustParse("01980c1e-6f2a-7c3d-9a41-5b6c7d8e9f00")
	for kind, answer := range map[string]string{
		"person": `{"state":"alive"}`, "snils": `{"differs":["name"]}`, "passport": `{"state":"lost","since":"2026-05-20"}`, "inn": `{"inn":"165512340666"}`,
		"marriage": `{"state":"married","record":"1","on":"2020-01-11"}`, "residence": `{"address":"x","kind":"permanent"}`,
		"birth":  `{"last_name":"x","first_name":"y","birth_date":"2020-02-01","record":"1","parents":["z"]}`,
		"income": `{"months":[{"month":"2026-10","amount":1,"payer":"x"}]}`, "organisation": `{"name":"x","inn":"1655700774","ogrn":"1151690007776","state":"active"}`,
	} {
		f.Add(kind, []byte(`{"id":"`+id.String()+`","kind":"`+kind+`","found":true,"answer":`+answer+`}`))
		f.Add(kind, []byte(`{"id":"`+id.String()+`","kind":"`+kind+`","found":true,"answer":[]}`))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		k, err := kindOf(kind)
		if err != nil || k == nil {
			return
		}
		said, err := readReply(body, id, k)
		if err != nil || said == nil {
			return
		}
		q, err := k.typ.question([]byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		said.against(q)
		for _, fact := range said.facts() {
			if fact.Key == "" || fact.Value == "" && fact.Word == "" {
				t.Errorf("an empty line of %s: %+v", kind, fact)
			}
		}
	})
}

func TestAnswersThatCannotBe(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	head := `{"id":"` + id.String() + `","kind":"passport","found":true`
	for what, body := range map[string]string{
		"no JSON":             `{`,
		"another question":    `{"id":"` + uuid.NewString() + `","kind":"passport","found":true,"answer":{"state":"valid"}}`,
		"another kind":        `{"id":"` + id.String() + `","kind":"snils","found":true,"answer":{"state":"valid"}}`,
		"found, and no more":  head + `}`,
		"another shape":       head + `,"answer":"valid"}`,
		"a state of its own":  head + `,"answer":{"state":"perhaps"}}`,
		"a day that is none":  head + `,"answer":{"state":"lost","since":"20.05.2026"}}`,
		"a difference unseen": head + `,"answer":{"state":"valid","differs":["colour"]}}`,
	} {
		k, err := kindOf("passport")
		if err != nil {
			t.Fatal(err)
		}
		if said, err := readReply([]byte(body), id, k); err == nil {
			t.Errorf("%s passes as %+v", what, said)
		}
	}
	k, _ := kindOf("passport")
	if said, err := readReply([]byte(`{"id":"`+id.String()+`","kind":"passport","found":true,"answer":{"state":"valid","new_field":1}}`), id, k); err != nil || said == nil {
		t.Errorf("a field that we do not know spoils an answer: %v", err)
	}
}
