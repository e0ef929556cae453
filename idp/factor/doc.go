// Package factor is how a person proves to be the one beside the password: second factors, passkeys, a QR code, an e-signature;
// and what is done when something looks wrong.
//
// Routes:
//
//	GET, POST /login/second             the second proof: ?way=sms|totp|recovery; also step-up of a person who is signed in
//	POST /login/second/send             sends a code by SMS
//	POST /login/second/passkey          a passkey as the second proof
//	GET, POST /login/again?next=        asks a person who is signed in for the password once more
//	POST /login/passkey                 sign-in by a passkey alone
//	GET  /login/qr                      shows a QR code and waits; /login/qr/state tells a script how it goes
//	GET, POST /qr?code=                 on the phone: who asks, and which number is shown
//	GET, POST /login/signature          sign-in by an e-signature over a text; /login/signature/text is the text as a file
//	GET, POST /not-me?token=            the link in a message about a new browser
//	GET  /profile/security              the person's own proofs, on and off
//	POST /profile/security/sms, …/totp, …/recovery, …/passkeys
//
// Tables: factor_sms, factor_totp, factor_recovery, factor_passkey, used_challenge, half_sign_in, known_browser, browser_notice,
// qr_sign_in.
//
// A sign-in: password -> half_sign_in (when a second proof is due) -> session. A QR code: waiting -> confirmed -> used, or refused.
//
// A stranger who guesses cannot keep the owner out: what is counted for the whole account is counted apart from the browsers
// where the owner has signed in before, and an account with many wrong passwords asks for a code by SMS and does not lock.
package factor
