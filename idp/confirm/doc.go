// Package confirm is how an account comes to the confirmed level, and what the employees of service centres do for people.
//
// Routes of people:
//
//	GET  /levels                              the state machine of levels, what each opens, where one stands
//	GET  /confirm                             the ways to the confirmed level; /confirm/done when one is there
//	GET  /confirm/centres                     where to come with a passport
//	GET, POST /confirm/letter, POST …/code    a code by registered letter (only with a post)
//	GET, POST /confirm/bank, GET …/back       an online bank says who its customer is (only with a bank)
//	GET, POST /confirm/signature              a text to be signed; /:id/text is the text as a file (only with trusted authorities)
//	GET, POST /confirm/password?token=        a password by a link in an SMS, after an operator's help
//	GET, POST /confirm/keep?token=            the holder says no to what was asked for in a centre
//
// Routes of operators, who are employees of accredited organisations with the power confirm_identity, asked for with each request:
//
//	GET  /operator, POST …/search             by phone or СНИЛС, for a purpose; begins a visit
//	GET  /operator/visits/:id                 what is needed of the person, and the one thing that the visit is for
//	POST /operator/visits/:id/confirm         the number of the passport in hand, twice
//	GET, POST …/contacts, POST …/code         new phone and address of a person who has lost both
//	POST …/factors                            takes lost second proofs off, a day later, unless the holder says no
//	POST …/block                              shuts an account or opens it, with a reason
//	GET, POST /operator/registration, …/:id   an account for a visitor who has none; the code from the SMS
//
// Tables: level_way, level_change (written by account.Raise), confirm_letter, confirm_bank, confirm_text, confirm_pending,
// service_centre, operator_visit, operator_registration, first_password, factor_reset.
//
// Levels: simplified -checks-> standard -centre | letter | bank | signature-> confirmed. The steps stand in level_way; each one taken is
// a row of level_change with its ground, and triggers refuse a level without one.
//
// A letter is queued -> sent -> used, or void. A question to the bank is asked -> used -> confirmed or refused, once, at the sign-in
// that asked. A visit ends with the one thing it was for, or by time. Who was registered at a desk is confirmed when the registers
// confirm the very data that the operator has seen.
//
// Operators work at a sign-in by two proofs, and serve neither themselves nor their kin, as far as the provider knows it: parents and
// children, and parents of one child. All that an operator does is in the person's own event log: actor role "operator", the centre, the purpose. What was searched for is
// sealed there.
package confirm
