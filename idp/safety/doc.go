// Package safety is how people look after their accounts: get back in, change how they are reached, see and end what is open in
// their name, block, delete, take their data away.
//
// Routes (marked * ask for a fresh proof first, at idp/factor's page):
//
//	GET, POST /login/recovery                    phone or e-mail; then /code, /document (from the standard level), /password, /done
//	GET       /login/recovery/help               when both are lost
//	GET       /profile/safety                    the map of the pages
//	GET, POST /profile/password                  asks for the old one; other sessions end
//	GET, POST /profile/contacts/{phone,email}*   the new value; then /code: the owner's code and the new value's
//	GET, POST /contacts/undo?token=              «Это не я»: puts the old contact back and blocks
//	GET       /profile/sessions                  POST /end, /end-others
//	GET       /profile/consents                  POST /revoke
//	GET       /profile/events?kind=&before=      the person's journal
//	GET, POST /profile/block*                    lifted by recovery
//	GET, POST /profile/delete*                   then /code: the account goes after a time of grace (rules.yaml)
//	GET, POST /profile/export*                   a ZIP with JSON and a page to read
//
// Tables: recovery, contact_change, contact_past, own_code; the columns blocked_*, block_reason and delete_at of account.
//
// A recovery is asked for -> verified by its code -> proven by a document (or without one below the standard level) -> used, once. The
// page does the same work for every contact; a job finds the account, so neither text nor status nor time tells whether there is one.
//
// An account is open; or blocked by the person (recovery lifts it) or by the office (only the office does); or waits for its deletion,
// until a sign-in takes that back or the job erases it. Keeper.Admit, asked by account.Sessions before every sign-in, holds to it.
// Erasing deletes the row and all that hangs on it. The journal stays: an id that is nobody's is all that it says.
package safety
