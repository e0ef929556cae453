// Package department lets departments make, clarify, cancel and list their own charges by signed messages (package signed), for the payees
// of department_payee alone, each message once: the same id with the same words gets the same answer, with other words it is refused. They
// hear of the money by quittances of package payments, which also keeps the charges.
//
//	tamga.charge.created ──▶ open ──tamga.charge.clarified, before anybody has begun to pay──▶ open
//	                           └──tamga.charge.cancelled──▶ cancelled
//
// Route of Handler (portal, no CSRF: signed): POST /api/departments/:code/charges (docs/openapi/payments.yaml).
//
// Tables: department_payee, charge_notice.
package department
