package banks

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestSandboxRefusals: a no about the order is definite; one about who asks, or about a key that is known, says nothing of what was done
// before, and money must not be set free by it.
func TestSandboxRefusals(t *testing.T) {
	t.Parallel()
	for status, refused := range map[int]bool{400: true, 404: true, 422: true, 401: false, 403: false, 408: false, 409: false, 429: false, 500: false, 502: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		bank := &Sandbox{URL: server.URL, Secret: []byte("0123456789abcdef0123456789abcdef"), Now: time.Now}
		_, err := bank.Refund(t.Context(), RefundOrder{ID: uuid.New(), Deal: uuid.NewString(), Amount: 100})
		if err == nil || errors.Is(err, ErrRefused) != refused {
			t.Errorf("refund, status %d: %v", status, err)
		}
		if _, err := bank.Create(t.Context(), Order{ID: uuid.New(), Amount: 100}); err == nil || errors.Is(err, ErrRefused) != refused {
			t.Errorf("order, status %d: %v", status, err)
		}
		server.Close()
	}
}
