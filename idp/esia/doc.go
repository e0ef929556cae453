// Package esia speaks ESIA's protocol, so that libraries written for the federal system sign people in here with no change but
// of an address and keys. What each of them sends is tolerated on purpose; a comment beside the code names the habit.
//
// Routes:
//
//	GET  /aas/oauth2/ac (and POST), /aas/oauth2/v2/ac      a system asks who somebody is; 302 to /login
//	GET  /aas/continue?request=                            the next step of a request that waits
//	GET  /aas/consent?request=, POST                       the person agrees (button grantAuthorization) …
//	POST /aas/cancel                                       … or refuses: ESIA-007004
//	GET  /aas/oauth2/?error=                               what is wrong with a request that has no address to go back to
//	POST /aas/oauth2/te, /aas/oauth2/v3/te                 a code, a refresh token or a system's own name for tokens
//	GET  /rs/prns/{oid}…, /rs/orgs/{oid}…                  data of the token's person, and of organisations
//	GET  /idp/ext/Logout?client_id=&redirect_url=          signs out and goes back to a registered host
//	GET  /public/, /public/{file}                          certificates of the keys that sign tokens: DER, PEM, JWK, zip
//	GET  /console/tech, /console/tech/{mnemonic}, POST     the technology portal, for those who look after systems
//
// Tables: esia_client (beside oauth_client), esia_certificate, esia_manager, esia_technologist, esia_key, esia_request, esia_grant,
// esia_refresh, esia_agreement, esia_seen, esia_signature. Consents are rows of oauth_consent, as of the other protocol.
//
// A request goes: signature checked -> (signed in) -> (person_filter passed) -> (consent given) -> code. Where it stands is never
// stored: next decides from the session, the account and the consent. A grant is a code (4 minutes, once), then a family of
// tokens: access an hour, refresh 30 days in all, rotated. A family dies by the reuse of its code or refresh token, the end of the
// sign-in, a block of the account, the withdrawal of the consent. An access token is a signed JWT, and yet each use of it asks
// whether its family lives.
//
// A client_secret is judged by the registered certificates alone: {CMS detached or attached, with and without attributes, BER; bare}
// × {the endpoint's own string, those of other versions}. What is not the endpoint's own is "legacy", which a system's keeper can
// switch off. How each was judged stands in esia_signature, with the string that should have been signed.
//
// Left out: QR and biometric sign-in by protocol, events, permissions and devices as REST collections, vehicles and systems of
// organisations (empty collections: nothing is known of them here), accounts of children as users (person_filter=acc_kid).
package esia
