package departments

import (
	"net/netip"

	"github.com/riverqueue/river"

	"tamga/frontend"
)

// CheckPages compares the templates with their data.
func CheckPages(p *frontend.Pages) []error {
	return []error{deliveriesView.Check(p), deliveryView.Check(p), linesView.Check(p), lineView.Check(p)}
}

// MayCall tells whether the guard lets an address be called.
func (c *Client) MayCall(ip string) bool { return c.mayCall(netip.MustParseAddr(ip)) }

// DigestArgs are those of a comparison of one department.
func DigestArgs(code, by string) river.JobArgs { return digestArgs{Department: code, AskedBy: by} }

// WatchArgs are those of a round.
func WatchArgs() river.JobArgs { return watchArgs{} }
