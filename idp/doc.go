// Package idp is the identity provider as a role: it puts its folders on one server with one session, and has their jobs and demo
// people. It has a database of its own and knows no citizen domain: others reach it over OpenID Connect or ESIA's protocol only.
//
//	account       people, registration, sign-in, sessions, personal data and their checks
//	oauth         OpenID Connect and OAuth, on fosite
//	esia          ESIA's wire protocol
//	factor        second proofs, passkeys, QR code, e-signature; what is done when something looks wrong
//	confirm       ways to the confirmed level, operators of service centres
//	safety        recovery, contacts, sessions, consents, history, blocking, deletion, export
//	papers        documents, addresses, vehicles
//	family        children's accounts
//	organisation  organisations, employees, powers, and in whose name a person acts
//	bench         the provider beside npm oidc-provider (make bench-idp)
package idp
