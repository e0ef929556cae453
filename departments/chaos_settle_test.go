package departments_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

var csrfField = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// tryDecide presses a button on a stand's page; false when the page, or the stand, is not there for it.
func (c *chaos) tryDecide(department string, id uuid.UUID, action string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	address := c.standURL + "/" + department + "/applications/" + id.String()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	page, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	raw, err := io.ReadAll(page.Body)
	_ = page.Body.Close()
	token := csrfField.FindSubmatch(raw)
	if err != nil || token == nil {
		return false
	}
	form := url.Values{"_csrf": {string(token[1])}, "action": {action}, "text": {"решено"}, "ground": {"Нет оснований"}}
	request, err = http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewBufferString(form.Encode()))
	if err != nil {
		return false
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, cookie := range page.Cookies() {
		request.AddCookie(cookie)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusSeeOther
}

// settle ends the trouble and waits until both sides agree about everything. The short form lets time pass for what the dead have left:
// leases, and the leadership of a worker that said no goodbye; the long one waits for it.
func (c *chaos) settle(long bool) {
	c.t.Helper()
	c.callbacks.calm.Store(true)
	c.messages.calm.Store(true)
	c.exec(c.stand, `UPDATE stand_system SET mode = 'normal'`)
	began := time.Now()
	moved, left := began, -1   // a slow machine may take long for what has piled up, as long as it gets on
	c.callbacks.pending.Wait() // the network gives what it has taken over
	c.messages.pending.Wait()
	if n := c.callbacks.undelivered.Load() + c.messages.undelivered.Load(); n > 0 {
		c.t.Errorf("%d messages that the network repeated, or brought late, were refused", n)
	}
	for {
		wrong := c.wrong()
		if len(wrong) == 0 {
			break
		}
		if left < 0 || len(wrong) < left {
			moved, left = time.Now(), len(wrong)
		}
		if time.Since(moved) > 2*time.Minute {
			c.t.Fatalf("%d wrong: %q", len(wrong), wrong[:min(10, len(wrong))])
		}
		if !long {
			c.exec(c.portal, `UPDATE delivery SET claimed_until = claimed_until - interval '5 seconds' WHERE claimed_until > now()`)
			c.exec(c.portal, `UPDATE river_job SET attempted_at = attempted_at - interval '5 seconds' WHERE state = 'running'`)
			c.exec(c.portal, `UPDATE river_leader SET expires_at = expires_at - interval '5 seconds'`)
			c.exec(c.portal, `UPDATE department_endpoint SET open_until = open_until - interval '5 seconds' WHERE open_until > now()`)
			c.exec(c.stand, `UPDATE stand_callback SET next_at = next_at - interval '5 seconds' WHERE next_at > now()`)
			_, err := c.portal.Exec(c.t.Context(), `INSERT INTO river_job (kind, args, max_attempts, queue, state, priority, scheduled_at)
				SELECT 'departments.watch', '{}', 25, 'default', 'available', 1, now()
				WHERE NOT EXISTS (SELECT FROM river_job WHERE kind = 'departments.watch' AND state IN ('available', 'running'))`)
			c.must(err)
		}
		time.Sleep(500 * time.Millisecond)
	}
	c.t.Logf("settled in %v", time.Since(began).Round(time.Millisecond))
}

// fate is one application on both sides.
type fate struct {
	Rows  int
	State string
	Last  string // what the citizen was told last
	Sent  int    // how often the arrival was told
	Here  string
	Why   string
}

// wrong says what does not agree: an application is at its department once, the citizen knows the department's last word, a message
// was heard once. What is not there must be shown to staff as stuck, with a reason.
func (c *chaos) wrong() (list []string) {
	c.t.Helper()
	there := map[uuid.UUID]*fate{}
	get := func(id uuid.UUID) *fate {
		if there[id] == nil {
			there[id] = &fate{}
		}
		return there[id]
	}
	var id uuid.UUID
	var a, b string
	var n int
	rows, _ := c.stand.Query(c.t.Context(), `SELECT application_id, count(*)::int, max(state) FROM stand_application GROUP BY 1
		UNION ALL SELECT id, count(*)::int, max(refused) FROM stand_message GROUP BY 1`)
	_, err := pgx.ForEachRow(rows, []any{&id, &n, &a}, func() error { get(id).Rows, get(id).State = n, a; return nil })
	c.must(err)
	rows, _ = c.portal.Query(c.t.Context(), `SELECT id, state, reason FROM delivery`)
	_, err = pgx.ForEachRow(rows, []any{&id, &a, &b}, func() error { get(id).Here, get(id).Why = a, b; return nil })
	c.must(err)
	rows, _ = c.portal.Query(c.t.Context(), `SELECT application, (count(*) FILTER (WHERE status = 'sent'))::int,
			coalesce((array_agg(status ORDER BY n DESC) FILTER (WHERE kind = 'status'))[1], '')
		FROM told GROUP BY 1`)
	_, err = pgx.ForEachRow(rows, []any{&id, &n, &a}, func() error { get(id).Sent, get(id).Last = n, a; return nil })
	c.must(err)
	words := map[string]string{"new": "sent", "accepted": "accepted", "completed": "completed", "refused": "refused"}
	for _, d := range c.submitted {
		f := get(d.ApplicationID)
		shown := f.Here == "stuck" && f.Why != ""
		arrived := f.Here == "delivered" && f.Rows == 1 && f.Sent == 1 && f.Last == words[f.State]
		if !shown && !arrived {
			list = append(list, fmt.Sprintf("application %s: %+v", d.ID, *f))
		}
	}
	for _, d := range c.said {
		if f := get(d.ID); f.Here != "delivered" || f.Rows != 1 || f.State != "" {
			list = append(list, fmt.Sprintf("message %s: %+v", d.ID, *f))
		}
	}
	return list
}
