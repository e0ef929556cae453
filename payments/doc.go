// Package payments makes charges with their УИН, takes money for them through a bank, and finds payments for staff.
//
// A charge (начисление) belongs to an origin, an application for one. Each attempt to pay it is a payment; at most one of them
// is alive, and the index one_live_attempt holds that whatever the code does. What a payment may do stands as rows in
// payment_transition; each step is a row of payment_event, and an event that has no transition changes nothing. So call-backs
// may come twice, late, or before the payer. The bank's word is always re-read at the bank before it counts.
//
//	created ──registered──▶ pending ──paid──▶ succeeded
//	   │                       ├─declined──▶ failed  ──paid──▶ succeeded    (money that has come always wins)
//	   └──refused──▶ failed    ├─expired───▶ expired ──paid──▶ succeeded
//	                           ├─amount_differs──▶ mismatch                 (a person looks at it)
//	                           └─paid_extra──▶ surplus                      (the charge was paid already, or cancelled)
//
// Routes of Handler (portal): GET /payments/:id, /payments/:id/bill, /payments/:id/qr.svg, /payments/:id/return,
// /payments/:id/receipt; POST /payments/:id/pay; POST /payments/callback/<bank> (no CSRF: signed).
// Routes of StaffHandler (intra): GET and POST /payments. POST, because a name must not stand in an address.
// Jobs: payments.check follows one payment until the bank has told its end; payments.paid and payments.surplus, news
// of money that was owed and of money that was not, are worked by the charge's origin.
// Tables: payee, charge, payment, payment_transition, payment_event.
package payments
