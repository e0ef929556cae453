// Package signed takes what departments say to the portal of money: CloudEvents signed like those of the exchange, by JWS or by GOST CMS
// (docs/adr/0007-gost-cms.md), whichever form is registered for the department. What is in them, packages department and utility know.
//
// A Door makes a route of what a message does. It answers in JSON whatever happens, for who calls is a machine: what the message came to, or
// a Refusal. Routes of a Door need no CSRF. It has no tables.
package signed
