// Package stats counts payments for finance: how many were begun and paid, how much charges took and gave back, by service, payee, state
// and day. It tells of nobody, so that it is not journalled.
//
// Routes of Handler (intra, right "payments"): GET /finance. It has no tables of its own, and reads payment, charge and payee.
package stats
