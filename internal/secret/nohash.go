//go:build nohash

package secret

// A binary built with the tag nohash is for `make bench-idp` alone: it takes the password hash out of the measure.
func init() { current = cheap }
