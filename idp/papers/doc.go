// Package papers keeps people's documents, addresses and vehicles, and asks the state's registers about them.
//
// Routes, the same for /documents, /addresses, /vehicles and, of a child, /children/:child/documents:
//
//	GET       /documents               a cell for each kind; an empty one has a «+»
//	GET, POST /documents/new/:kind     one document per page; kinds have the names of ESIA
//	GET       /documents/:id           the document, its state and why
//	GET, POST /documents/:id/edit      a change voids what was confirmed
//	GET, POST /documents/:id/remove
//
// Others read Documents, Former, Taxpayer, Addresses and Vehicles. The identity document is no paper but a round of identity
// (idp/account): it stands first among Documents, and Former are the passports before it.
//
// Table: paper. Its id is the document's number towards clients; the fields are one sealed JSON.
//
// States: unchecked (no register knows the kind, or the owner's name is not confirmed yet) | checking -> verified or refused;
// a change begins again. A register that is away is asked for two days; then the paper is refused with the reason «away».
package papers
