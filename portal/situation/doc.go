// Package situation begins several applications with one set of answers: a child is born, a family moves.
//
//	GET       /bundles                 the situations, and what the reader has begun
//	GET, POST /bundles/new/:situation  which applications, and the questions that they share, asked once
//	GET       /bundles/:id             the applications together: each is checked, signed and sent as ever
//
// Tables: bundle, bundle_application (migrations/portal/0035). Data: situations.yaml and forms/*.yaml. A shared question has the id that
// it has in the services; whatever of a service's form is known then is filled in its draft (applications.Core.BeginFilled), the rest
// is asked there. Nothing is signed or sent from here.
package situation
