package catalog

import "time"

// Keep is how long applications of a service are kept, in days.
type Keep struct {
	Drafts   int `yaml:"drafts"`   // after the last change; 90 when 0
	Finished int `yaml:"finished"` // after the end; five years when 0
}

// How long where a definition does not say.
const (
	keepDrafts   = 90
	keepFinished = 5 * 366
)

// KeepDraft is how long a draft is kept after its last change.
func (s *Service) KeepDraft() time.Duration { return days(s.Keep.Drafts, keepDrafts) }

// KeepFinished is how long an application is kept after its end.
func (s *Service) KeepFinished() time.Duration { return days(s.Keep.Finished, keepFinished) }

func days(n, usual int) time.Duration {
	if n <= 0 {
		n = usual
	}
	return time.Duration(n) * 24 * time.Hour
}
