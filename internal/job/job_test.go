package job

import (
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

type question struct{}

func (question) Kind() string { return "question" }

func TestPatientLastsTwoDays(t *testing.T) {
	t.Parallel()
	var waited time.Duration
	j := &river.Job[question]{JobRow: &rivertype.JobRow{MaxAttempts: TwoDays().MaxAttempts}}
	for j.Attempt = 1; ; j.Attempt++ {
		pause := time.Until(Patient[question]{}.NextRetry(j)).Round(time.Second)
		if j.Attempt == 1 && pause != 2*time.Second {
			t.Errorf("the first pause is %s, but a person looks at the page", pause)
		}
		if pause > 5*time.Minute {
			t.Fatalf("attempt %d waits %s", j.Attempt, pause)
		}
		if waited += pause; Last(j) {
			break
		}
	}
	if waited < 48*time.Hour || waited > 60*time.Hour {
		t.Errorf("the attempts are spent after %s", waited)
	}
}
