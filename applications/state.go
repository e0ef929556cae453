package applications

import "slices"

// State is how far an application has come. Who may do what depends on it alone.
type State string

// The states, in the order of a journey that goes well; then its other ends.
const (
	Draft      State = "draft"       // the first party fills; nobody else knows of it
	Filling    State = "filling"     // others are invited, somebody's part is not complete
	Signing    State = "signing"     // every part is complete, signatures are awaited
	Paying     State = "paying"      // all have signed, the duty is awaited
	Submitted  State = "submitted"   // ours for ever: in the outbox to the department
	Sent       State = "sent"        // the department's system has it and has not yet said more
	Accepted   State = "accepted"    // the department took it into work
	InProgress State = "in_progress" // the department told of a step
	Completed  State = "completed"   // done
	Rejected   State = "rejected"    // the department's system could not take the data
	Refused    State = "refused"     // the department refused, with a ground
	Declined   State = "declined"    // an invited person said no
	Expired    State = "expired"     // the clock ran out
	Cancelled  State = "cancelled"   // a party withdrew it
)

// next lists every move that may be made. A move that is not here is a mistake of ours, not of a citizen.
var next = map[State][]State{
	Draft:      {Filling, Paying, Submitted, Cancelled},
	Filling:    {Signing, Declined, Expired, Cancelled},
	Signing:    {Filling, Paying, Submitted, Declined, Expired, Cancelled},
	Paying:     {Draft, Filling, Signing, Submitted, Declined, Expired, Cancelled},
	Expired:    {Submitted}, // a payment that came a moment late, and the slot was still free
	Submitted:  {Sent, Accepted, InProgress, Completed, Rejected, Refused, Cancelled},
	Sent:       {Accepted, InProgress, Completed, Rejected, Refused, Cancelled},
	Accepted:   {InProgress, Completed, Refused, Cancelled},
	InProgress: {Accepted, Completed, Refused, Cancelled},
}

// may tells whether an application may go from s to t.
func (s State) may(t State) bool { return slices.Contains(next[s], t) }

// Open tells whether the answers may still be edited.
func (s State) Open() bool {
	return s == Draft || s == Filling || s == Signing || s == Paying
}

// Clocked tells whether the clock of the invitation runs in this state.
func (s State) Clocked() bool { return s == Filling || s == Signing || s == Paying }

// Gone tells whether the parties, or the clock, ended the application: it may hold neither a slot nor an unpaid duty.
func (s State) Gone() bool { return s == Declined || s == Expired || s == Cancelled }

// Final tells whether nothing more is awaited of anybody.
func (s State) Final() bool { return s == Completed || s == Rejected || s == Refused || s.Gone() }

// WithDepartment tells whether the application was sent, and not taken back since.
func (s State) WithDepartment() bool { return !s.Open() && !s.Gone() }
