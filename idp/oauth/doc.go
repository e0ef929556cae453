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
//	POST /oauth2/par                                        a client's server pushes a request beforehand
//	POST /oauth2/register, GET, PUT, DELETE /:client        clients register themselves
//	POST /oauth2/token                                      tokens for a code, a refresh token, a device's code, a client itself
//	POST /oauth2/introspect, /oauth2/revoke                 is a token good; take one back
//	POST /oauth2/device_authorization                       a screen without a keyboard begins a sign-in
//	GET  /device (and POST), /device/confirm (and POST)     the person types the screen's code, and allows or refuses
//	GET  /oauth2/userinfo (and POST)                        claims of the person
//	GET  /oauth2/logout (and POST), POST /oauth2/logout/confirm, GET /oauth2/logged_out
//
// Tables: oauth_client, oauth_assertion, oauth_registration_token, oauth_sector_key, oauth_key, oauth_request, oauth_consent,
// oauth_family, oauth_grant, oauth_visit, oauth_logout_notice, oauth_device, oauth_proof.
//
// Jobs: idp.purge_grants (every ten minutes), idp.logout_notice.
//
// All tokens that grew from one answer are a family, with the sign-in that it came from. A code or refresh token is used up by
// the statement that stores what it brings, see exchange. A family is revoked as one row: when something of it comes twice, when
// its client or the person says so, and, unless it is offline access, when its session ends.
//
// A device's sign-in goes: asked -> allowed -> used, or asked -> refused. A key goes: announced -> signing -> verifying -> retired.
//
// A request goes: asked -> (signed in, or registered) -> (a second proof) -> (level held) -> (in whose name) -> (consent given) ->
// answered. Where it stands is never stored: next decides from the session, the account and the consent, so a restart or a second
// tab cannot bring it out of order. What a client pushed or signed is read once; from then on it is a request like any other.
//
// Fosite 0.49 is the last version that can be imported, and has holes; each is closed here and has a test:
// one code redeemed at once by many (F1), a revocation rolled back with its error (F2), a lost race answered 500 (F3), shared
// sessions (F4), mandatory state (F5), bcrypt of random secrets (F6), PKCE off by default (F7), reuse of refresh tokens (F8),
// loopback by name (F9), one key only (F10), unchecked request objects (F11), pushed requests that a reload loses (F12),
// max_age=0 (F13), assertions (F14), what is missing altogether (F15: discovery, keys, userinfo, registration, logout, iss), lifetimes (F16).
package oauth
