// Package notices keeps what the portal tells people where they read it on the site, and what they have turned off.
//
//	GET  /notices            the list; opening it reads what it shows
//	GET, POST /notices/settings   ways of telling, by topic
//
// Tables: account_notice, account_mute (migrations/portal/0034). notify.Outbox calls Inbox.Take for every SMS and e-mail in the sender's
// transaction: no sender knows of this package. Where a message is sent long after somebody asked for it (a rule of payments), its way is
// asked for on that day (WayTo). Codes and passwords are neither kept here nor can they be turned off.
package notices
