// Package oauth is the OpenID provider: ory/fosite v0.49.0, wrapped so that nothing outside this folder sees it.
//
// Routes:
//
//	GET  /.well-known/openid-configuration, /jwks.json      what the provider can do, and its keys
//	GET  /oauth2/auth (and POST)                            a client asks who somebody is
//	GET  /oauth2/continue?request=                          the next step of a request that waits
//	GET  /oauth2/consent?request=, POST                     the person agrees (button grantAuthorization) or refuses
//	GET  /oauth2/level?request=                             the client asks for a level that the person lacks
//	POST /oauth2/cancel                                     back to the client with access_denied
//	POST /oauth2/token                                      code or refresh token for tokens
//	GET  /oauth2/userinfo (and POST)                        claims of the person
//	GET  /oauth2/logout (and POST), POST /oauth2/logout/confirm
//
// Tables: oauth_client, oauth_key, oauth_request, oauth_grant, oauth_consent.
//
// A request goes: asked -> (signed in) -> (level held) -> (consent given) -> answered. Where it stands is never stored: next
// decides from the session, the account and the consent, so a restart or a second tab cannot bring it out of order.
//
// Fosite 0.49 is the last version that can be imported, and has holes; each is closed here and has a test:
// one code redeemed at once by many (F1), a revocation rolled back with its error (F2), a lost race answered 500 (F3), shared
// sessions (F4), mandatory state (F5), bcrypt of random secrets (F6), PKCE off by default (F7), reuse of refresh tokens (F8),
// one key only (F10), max_age=0 (F13), what is missing altogether (F15: discovery, keys, userinfo, logout, iss), lifetimes (F16).
package oauth
