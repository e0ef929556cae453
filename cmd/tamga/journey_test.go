package main

import "testing"

// TestJourneys are the stories that share one town, each with people of its own.
func TestJourneys(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for name, story := range map[string]func(*testing.T, *town){
		"the second is somebody else":  secondIsSomebodyElse,
		"the second declines":          secondDeclines,
		"the second does not come":     secondDoesNotComeInTime,
		"money after the clock":        moneyComesAfterTheClock,
		"everything twice":             everythingTwice,
		"the bank calls back":          bankCallsBack,
		"YooKassa takes the duty":      yooKassaTakesTheDuty,
		"all links in three languages": allLinks,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); story(t, w) })
	}
}

// TestJourneysThroughTrouble share another town, one after the other, in which parts of it go away.
func TestJourneysThroughTrouble(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.log.allowed = "err=unavailable" // said of a helper that is being restarted
	t.Run("a department is down", func(t *testing.T) { departmentIsDown(t, w) })
	t.Run("everything restarts", func(t *testing.T) { everythingRestarts(t, w) })
	t.Run("Redis is lost", func(t *testing.T) { redisIsLost(t, w) })
	t.Run("helpers go away", func(t *testing.T) { helpersGoAway(t, w) })
}
