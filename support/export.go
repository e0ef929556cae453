package support

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/files"
)

// exported is a request as whoever asked takes it away. What staff noted for each other is not among what was said.
type exported struct {
	Number   string     `json:"number"`
	Topic    string     `json:"topic"`
	Kind     string     `json:"kind"`
	State    string     `json:"state"`
	Raised   time.Time  `json:"raised_at"`
	Answered *time.Time `json:"answered_at,omitempty"`
	Closed   *time.Time `json:"closed_at,omitempty"`
	Said     []said     `json:"messages"`
}

type said struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"` // citizen or staff
	Text string    `json:"text"`
}

// Export gives all that whoever is signed in has asked, with the answers, and what was attached, each file by its path.
func (h *Handler) Export(c *fiber.Ctx) (map[string]any, error) {
	who, err := h.Citizen(c)
	if err != nil {
		return nil, err
	}
	list, err := allIncidentsOf(c.UserContext(), h.DB, who.ID)
	if err != nil {
		return nil, err
	}
	all, requests := map[string]any{}, []exported{}
	for _, i := range list {
		one := exported{i.Number, i.Topic, i.Kind, i.State, i.RaisedAt, i.AnsweredAt, i.ClosedAt, []said{}}
		thread, err := h.thread(c.UserContext(), i.ID, false)
		if err != nil {
			return nil, err
		}
		for _, m := range thread {
			one.Said = append(one.Said, said{m.At, m.Author, m.Text})
		}
		requests = append(requests, one)
		if err := h.exportFiles(c, i, all); err != nil {
			return nil, err
		}
	}
	all["support.json"] = requests
	return all, nil
}

// exportFiles adds what was attached to a request; contents are read when their turn comes.
func (h *Handler) exportFiles(c *fiber.Ctx, i *Incident, all map[string]any) error {
	ctx := c.UserContext()
	attached, err := filesOf(ctx, h.DB, i.ID)
	if err != nil {
		return err
	}
	for n, f := range attached {
		name := fmt.Sprintf("support/%s/%d.%s", i.Number, n+1, files.Kind(f.Kind))
		all[name] = func() ([]byte, error) {
			kept, err := fileOf(ctx, h.DB, i.ID, f.ID)
			if err != nil {
				return nil, err
			}
			return h.Box.Open(kept.Content, kept.ID[:])
		}
	}
	return nil
}
