// Package payments makes charges with their УИН, takes money for them through banks, gives it back, and keeps the books of it.
// Inside it, banks speaks with the banks; signed takes the messages of departments, by which they charge (department) and keep accounts with
// meters (utility); lookup finds payments for staff, access tells who may look, and stats counts.
//
// A charge (начисление) belongs to an origin: an application, or outside of us a register of fines and taxes, a utility
// account, a department (Outside). It has a payee with requisites in force on its day, dated discounts (discount_rule), and
// may be exempted from in part, paid in parts, cancelled. The numbers of its payer are sealed, and found by keyed hashes
// (Identity, Reader); whoever merely names its УИН or a number may pay it and reads no name (ClaimByUIN, ClaimByNumber).
//
//	open ──all has come, discount taken──▶ paid ──a payment of it went back whole──▶ refunded
//	 │  ◀──the bank took a payment back─────┘
//	 └──cancelled (parts that have come are asked back)
//
// Each attempt to pay it is a payment; at most one of them is alive, and the index one_live_attempt holds that whatever the
// code does. What a payment may do stands as rows in payment_transition; each step is a row of payment_event, and that row
// moves the payment: a trigger refuses every other way. An event that has no transition changes nothing, so call-backs may
// come twice, late, or before the payer. The bank's word is always re-read at the bank before it counts.
//
//	created ──registered──▶ pending ──authorised──▶ authorised ──paid (captured)──▶ succeeded     (two stages: Holder)
//	   │                       ├─paid──────▶ succeeded ──refunded──▶ refunded
//	   └──refused──▶ failed    │                 └──────reversed──▶ reversed     (an employee, told by the bank's registry)
//	                           ├─declined──▶ failed  ──paid──▶ succeeded         (money that has come always wins)
//	                           ├─expired───▶ expired ──paid──▶ succeeded
//	                           ├─amount_differs──▶ mismatch ──accepted──▶ succeeded, ──to_return──▶ surplus   (an employee)
//	                           └─paid_extra──▶ surplus ──refunded──▶ refunded    (the charge was paid already, or cancelled)
//
// Money goes back as a refund: its states stand in refund_transition, and two different employees let it go. What refunds take
// is reserved at the payment, so that never more goes back than came.
//
//	asked (by the portal) ──▶ proposed (first employee) ──▶ approved (another one) ──▶ sent ──▶ done
//	  └────── rejected ◀──────────┘                            └────── refused by the bank ◀─┘
//
// The payer sees before paying, to the kopeck, what a bank takes on top: commission_rule by bank, means and kind of charge (feeOf). The
// button carries that commission; when the rule or the sum has changed meanwhile, it is shown again and nothing is paid. What came is
// the charge's money and the commission's (credited, fee_taken); what belongs to neither is surplus.
//
// A card is remembered by its bank at the payer's wish; we keep its token sealed (saved_card) and charge it only after one more question, whose
// yes holds for the total and for what had come by then (shown). When two people were led to one payment (payment.shared), nobody knows whose card
// it was: none is kept, and the receipt goes to both and names neither. Cards of a cabinet bound to ESIA are for who came through ESIA, not by phone.
//
// A bill has lines (Line); who pays chooses some of them, or a sum that is spread over them. Whoever pays for another stands with the payment
// by name, is found by it, and reads initials alone of the other.
//
// A template (payment_template) repeats what was found by a number; a rule (autopay.go) pays new charges by a remembered card within two
// limits, announced a day before, one order for a charge ever: jobs payments.autopay, hourly, and payments.autopay_order.
//
// Under it lies a ledger of double entry: receivable, accrued, clearing, settled, commission, suspense, surplus. Each step of
// a payment books the difference between what it has put into the books before and after (positionOf); the database refuses
// an entry that does not balance, and CheckBooks, nightly and by «tamga payments check», compares ledger, tables and history.
//
// Each day the bank's registry is taken and matched, also those of ten days before that did not come; where the bank's own word explains a line
// it ends by itself, the rest are discrepancies that employees resolve, a file that does not come or does not read among them. What one has
// dismissed does not come back. TestModel drives all of it in random order.
//
// Whoever has no account pays as a guest: the УИН that a browser has named opens that charge to this browser for a day, without
// its payer's name. Charges of a vehicle, a licence, a flat or an ИНН are found by whoever is signed in; by SNILS and passport
// from ESIA each finds the own ones without asking. Attempts are limited by address and account, and journalled.
//
// Routes of Handler (portal): GET /payments (what is to be paid), GET /payments/history (what somebody has paid), POST /payments/find; GET
// /payments/:id, /payments/:id/{bill,bill.pdf,qr.svg,sbp,sbp.svg,return,receipt,receipt.pdf}; POST /payments/:id/pay; GET /payments/cards,
// POST /payments/cards/:id/remove; GET and POST /payments/templates, POST /payments/templates/:id/remove; GET and POST /payments/autopay, POST
// /payments/autopay/:id/stop, GET /payments/autopay/orders/:id, POST .../skip; GET and POST /receipts (anybody checks a receipt by number and
// amount); POST /payments/callback/<bank> (no CSRF: signed, or re-read).
// Routes of BooksHandler (intra, right "refunds"): GET and POST /refunds, POST /refunds/:id (take, approve, reject); GET /quittances, POST
// /quittances/:id (send again); GET /discrepancies, POST /discrepancies/:id (accept, return, reread, reverse, dismiss).
// What is refused there comes back with the list: the words at the row, and what was typed (refusal_http.go).
// Jobs: payments.check follows one payment until the bank has told its end; payments.refund follows one refund; payments.registry takes the
// file of the day before, payments.books checks the books, payments.claims forgets what guests have looked up, all daily. payments.quittance
// tells the outside owner of a charge of money that came or of each part that went back, signed, until it takes it (Jobs.Owners). payments.paid and
// payments.surplus, news of money that was owed and of money that was not, are worked by the charge's origin.
// Tables: charge_line, payment_line, payment_template, autopay_rule, autopay_key, autopay_order; payee, discount_rule, charge, charge_key,
// charge_discount, charge_claim, charge_event, quittance; payment, payment_transition, payment_event; commission_rule, saved_card; refund,
// refund_transition, refund_event; ledger_account, ledger_entry, ledger_posting; registry, registry_line, discrepancy, payment_name,
// name_word, name_typo.
package payments
