// Package utility is the utility accounts of flats: what their registers tell of them, the meters, and the readings that people
// type. The bill itself is a charge of package payments, paid whole, by line or in part like any other.
//
// A register tells of an account by a signed message (package signed), tamga.utility.account, the whole of it each time (docs/openapi/payments.yaml).
// Whoever names the number of an account and its holder's surname has it in the own cabinet (utility_link), with its open bills.
//
// Readings are taken from the account's first day of the month to its last (15 to 25 as a rule, ПП 354). One may not be lower than
// those before it, and one far above what is usual is asked about once more. A later reading of the same month takes the place
// of an earlier one. The register is told of each by the job utility.reading, signed, until it takes it or says why not.
//
// Routes of Handler (portal): GET and POST /utilities; GET /utilities/:id, POST /utilities/:id/readings, POST /utilities/:id/remove.
// Route of RegisterHandler (portal): POST /api/departments/:code/accounts.
// Tables: utility_account, utility_meter, utility_link, meter_reading.
package utility
