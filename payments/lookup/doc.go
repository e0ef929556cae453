// Package lookup finds payments for staff: by one box on the staff site, in a call of the contact centre, and for departments' systems by an API.
//
// One box takes the number of a receipt, a УИН, an application, a phone, or a name (readQuery). A name is looked for in payment_name in the
// orders people write it in (readings), and only when nobody is called so, or when asked, with one typo or in another spelling
// (closeProbes): words one edit apart are found in the small table of all words of names, name_word with name_typo, so that the cost does
// not grow with the payments.
//
// A name that was typed whole is one place of an index (wholeRows). A frequent one of which only a part was typed is not sorted whole: its
// surname's newest payments are walked until the page is full (fewRows, manyRows); both indexes of payment_name hold all that a search is
// narrowed by. When nothing is found, why tells which narrowing keeps the payment away, what is charged and not paid, and for a receipt
// number with a wrong digit, which numbers one digit away were given (slipsOf). Package payments/bench measures it with millions of payments.
//
// Each look-up is journalled, where the citizen reads of it, and whoever paid for another too; it stands in payment_lookup, over which the
// head watches (package access, which also tells who may look). An answer without its mark is not given, be it that of a mistyped number.
// POST, because a name must not stand in an address.
//
// Routes of Handler (intra, right "payments"): GET and POST /payments (also the files, CSV and XLSX); GET and POST /payments/calls,
// /payments/calls/:call: contact centre, where the caller is written down first.
// Routes of APIHandler (intra, a key of payment_client, no CSRF): POST /api/payments/lookups (docs/openapi/payments.yaml).
//
// Tables: payment_call, payment_lookup, payment_lookup_seen. It reads payment, charge, payee, discrepancy, and payment_name, name_word, name_typo,
// which a trigger of payment fills.
package lookup
