// Package documents is «Мои документы»: what a person keeps, so that forms fill themselves.
//
// Routes:
//
//	GET       /documents              a cell for each kind; an empty one has a «+»
//	GET, POST /documents/new/:kind
//	GET, POST /documents/:id          an own document; ESIA's are changed at ESIA
//	GET, POST /documents/:id/remove
//
// Table: document (migrations/portal/0033). Kinds are the steps of kinds.yaml: catalog asks, checks and shows them as it does the
// questions of services. What ESIA tells at a sign-in replaces what it told before (Told); what the person typed stays beside it and
// fills forms only where ESIA says nothing (Sources).
//
// Two windows on one document are two windows on a page of a draft (catalog/conflict.go): who saves second is shown both texts.
//
// Who entered a bound cabinet by phone sees no document: a number may have a new owner.
package documents
