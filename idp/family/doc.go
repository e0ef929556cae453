// Package family keeps the accounts of children under fourteen, for their parents.
//
// Routes:
//
//	GET       /children                  the person's children
//	GET, POST /children/new              names, birth date, certificate; sending them asks the register of births
//	GET       /children/:child           the child, and how the check went; :child is the oid
//	GET, POST /children/:child/edit      a change comes into force when the register has confirmed it
//	GET, POST /children/:child/invite    ?for=parent: a link for the second parent; ?for=child: for the child, from fourteen
//	GET, POST /children/:child/remove    ends this parent's hold; without parents the child is forgotten
//	GET, POST /children/join?token=      the second parent's link; the register is asked about them, too
//	GET, POST /children/own?token=       the child's link: leads into registration (idp/account) under the child's number
//
// The child's documents are papers (idp/papers) whose owner is the child.
//
// Tables: child, child_parent, child_invitation.
//
// A parent's hold is checking -> verified or refused; once verified it stays, and later checks are about changes only. Every query names
// the parent. A parent whom the register has not confirmed sees only what they entered themselves.
//
// When the child takes the account over, the row of child becomes one of account with the same id and oid, the papers go along, and all
// holds end, in the transaction that makes the account.
package family
