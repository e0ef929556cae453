package rus

import (
	"errors"
	"testing"

	"github.com/go-playground/validator/v10"
)

func TestValidatorTags(t *testing.T) {
	t.Parallel()
	v := validator.New(validator.WithRequiredStructEnabled())
	if err := RegisterValidations(v); err != nil {
		t.Fatal(err)
	}
	for tag := range formats {
		if v.Var("?", tag) == nil {
			t.Errorf("%s accepts a question mark", tag)
		}
		if err := v.Var("", "omitempty,"+tag); err != nil {
			t.Errorf("an optional %s may be empty: %v", tag, err)
		}
	}
	type form struct {
		SNILS string `validate:"required,snils"`
		Phone string `validate:"omitempty,rumobile"`
		Birth string `validate:"birthcert"`
	}
	if err := v.Struct(form{"112-233-445 95", "", "II-КБ 123456"}); err != nil {
		t.Error(err)
	}
	var wrong validator.ValidationErrors
	err := v.Struct(form{"112-233-445 96", "(843) 511-41-15", "II"})
	if !errors.As(err, &wrong) || len(wrong) != 3 {
		t.Errorf("want three errors, got %v", err)
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	if got, err := Normalize("ruphone", "8 (917) 123-45-67"); err != nil || got != "+79171234567" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Normalize("snils", "1"); keyOf(err) != "rus.snils.length" {
		t.Error(err)
	}
	if got, err := Normalize("email", "A@b.ru"); got != "A@b.ru" || !errors.Is(err, ErrNoFormat) {
		t.Errorf("a tag of another package: %q, %v", got, err)
	}
}
