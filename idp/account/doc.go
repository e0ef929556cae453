// Package account is people: how they register, sign in, and come to be known better.
//
// Routes:
//
//	GET, POST /registration            surname, name, phone, e-mail, consent
//	GET, POST /registration/code       the code from the SMS; POST /registration/resend sends another
//	GET, POST /registration/password   the password, twice; makes the account
//	GET  /registration/done            what next
//	GET, POST /email/confirm?token=    the link from the e-mail; POST /profile/email sends another
//	GET, POST /login                   phone, e-mail or СНИЛС, and the password (fields login and password)
//	GET  /profile                      the person's data and level
//	GET, POST /profile/data            personal data; sending them starts a round of checks
//	POST /profile/data/drop            takes back a round that is under way or has failed
//	GET  /profile/checks               how the checks go
//
// Pages that belong to the sign-in of a client carry ?request=, and lead back to it by /oauth2/consent.
//
// Tables: account, session, registration, email_confirmation, identity, identity_check, level_way, level_change.
//
// Levels: simplified -> standard (both registers found the person) -> confirmed (idp/confirm). Each step is a row of
// level_change with its ground, or the database refuses it. Personal data are
// kept by round: checking -> passed or failed; passed data are in force, until those of a later round pass and they become former.
package account
