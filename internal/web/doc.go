// Package web is what every role's HTTP server shares: the Fiber app with its middleware, errors, sessions, CSRF tokens,
// rate limits, health and metrics. It knows no domain and no template.
//
// Fiber reuses a request's context after its handler: never keep c or c.Context(), always pass on c.UserContext().
package web
