// Package family keeps children's accounts.
package family
