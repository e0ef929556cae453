// Package banks speaks with the banks that take money for us, each behind Acquirer, and behind Holder when it may hold the money first.
//
// Sandbox is the bank of departments/stand, whose requests and call-backs are signed; YooKassa is tried against departments/stand/yookassa,
// and signs nothing. What a call-back claims is never believed: it names a payment, which is read again. A definite no is ErrRefused;
// after any other error nobody knows what the bank did, and the same is asked again with the same Idempotence-Key.
//
// What the answers mean for a payment is decided in package payments, which this one does not know. No tables, no routes.
package banks
