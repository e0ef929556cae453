package esia

import (
	"regexp"
	"strings"
	"time"
)

// timeWindow is how far a request's timestamp may be from our clock, either way: a link may wait on a page before it is followed.
const timeWindow = 10 * time.Minute

// layouts of timestamps: ESIA's own, and what .NET makes of "zzz".
var layouts = []string{"2006.01.02 15:04:05 -0700", "2006.01.02 15:04:05 -07:00", "2006.01.02 15:04:05 Z"}

var (
	lostPlus  = regexp.MustCompile(`^(\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d) {1,2}(\d\d:?\d\d)$`)
	hour24    = regexp.MustCompile(`^(\d{4}\.\d\d\.\d\d) 24:(.*)$`)
	timestamp = 40 // no timestamp is longer
)

// repairTimestamp gives back the plus that a query without escapes turned into a space: the client signed it with the plus.
func repairTimestamp(s string) string {
	if m := lostPlus.FindStringSubmatch(s); m != nil {
		return m[1] + " +" + m[2]
	}
	return s
}

// readTimestamp returns the moments that a timestamp may mean: two when its hour is 24, which some libraries write for the
// midnight that begins the day, and the standard for the one that ends it.
func readTimestamp(s string) []time.Time {
	if len(s) > timestamp {
		return nil
	}
	s = strings.TrimSpace(s)
	next := 0
	if m := hour24.FindStringSubmatch(s); m != nil {
		s, next = m[1]+" 00:"+m[2], 1
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if next == 0 {
			return []time.Time{t}
		}
		return []time.Time{t, t.AddDate(0, 0, next)}
	}
	return nil
}

// timely tells whether a timestamp is close enough to now.
func timely(s string, now time.Time) bool {
	for _, t := range readTimestamp(s) {
		if off := now.Sub(t); off <= timeWindow && off >= -timeWindow {
			return true
		}
	}
	return false
}
