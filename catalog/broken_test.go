package catalog

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestAliasesDoNotUnfold holds files to what a definition needs: nine lists of nine aliases each are 9¹² values.
func TestAliasesDoNotUnfold(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(small + "a0: &a0 [x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 8), i-1)
	}
	all := smallFiles(t)
	all["services/small.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	c, err := Load(all)
	if err == nil || !strings.Contains(err.Error(), "services/small.yaml:1:1: anchors unfold") || c.sources["small"] != nil {
		t.Errorf("a file that unfolds: %v", err)
	}
}

// TestWorkingDaysOfAnAnswer lets nobody keep the server counting: the number of days may be what a reader typed.
func TestWorkingDaysOfAnAnswer(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	for _, days := range []int{1 << 40, -1 << 40, maxWorkingDays + 1} {
		if got := workingDaysAfter("2026-11-20", days); got != "" {
			t.Errorf("%d days: %q", days, got)
		}
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if got := workingDaysAfter("2026-11-20", 1); got != "2026-11-23" {
		t.Errorf("the next working day is %q", got)
	}
}

func TestDiffOfNoService(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.do(http.MethodGet, "/catalog/nothing/diff", nil, http.StatusNotFound)
}
