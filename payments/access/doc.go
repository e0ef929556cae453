// Package access tells who may look payments up, and shows heads what their staff look for.
//
// It follows the head's request: RightsOf gives the right "payments" to whom the ministry approved, one by one, from the first day to the
// last, until it is ended; "payments_head" and "payments_access" are rows of payment_role, which the ministry gives and takes with a ground.
//
//	asked (by a head) ──▶ approved ──▶ open from its first day to its last ──▶ over
//	   └────────▶ refused, with a reason        └──▶ ended, by the head or the ministry
//
// Nobody approves a request that is the own, nor access for oneself.
//
// The head is shown what stands out by the thresholds of payment_watch_rule: too many look-ups, of oneself, of one person, at night,
// without result; whom they looked for stays hidden. The head's own are the ministry's to judge. Look-ups are written by package lookup.
//
// A department's system looks up by a key (Client), which is shown once, kept as a hash, limited by the minute, and ends on a day.
//
// Routes of Handler (intra). Right "payments_head": GET /payment-access, GET and POST /payment-access/new, GET /payment-access/:id and
// /request.pdf, POST /payment-access/:id/:position/end; GET and POST /payment-watch. Right "payments_access", of the ministry:
// GET /payment-requests, GET and POST /payment-requests/:id, POST /payment-requests/:id/:position/end; GET and POST /payment-heads;
// GET and POST /payment-clients, POST /payment-clients/:id/revoke; GET and POST /payment-roles, POST /payment-roles/take.
//
// Tables: payment_role, payment_access_request, payment_access_person, payment_watch_rule, payment_watch_note, payment_client.
package access
