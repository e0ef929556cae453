// Package applications is a citizen's application: draft, parties, signatures, time at an office, duty, submission, status. It
// knows no service by name: who takes part, what is asked, the window of times and the duty come from catalog.
//
// Rules are methods of Core and run in the caller's transaction, under the lock of the application's row, which is taken before
// any other; that of the person's account, which who begins or joins holds, comes last. Handler and Jobs only call them. Every query
// for a person goes through application_party: to all others an application does not exist.
//
// Routes (portal):
//
//	GET  /applications                       mine
//	GET  /applications/new?service=          where one comes back to from the identity provider; POST /applications begins
//	GET  /applications/:id                   status: what now, by when, parties, history
//	GET  /applications/:id/steps/:step       a page of questions; POST saves; …/stop when this way ends
//	GET  /applications/:id/files/:file       an attached file, for those who take part; GET /departments/files/:pass for a department
//	GET  /applications/:id/check             answers; POST /sign (or /submit) signs what was shown
//	GET  /applications/:id/invite, /cancel, /decline, each with its POST
//	GET  /invitations/:token                 a letter; POST …/accept, …/decline
//	GET  /applications/:id/messages          what the parties and the department said; POST writes, with files
//	GET  /applications/:id/appeal            a complaint before court, with the day of its decision; POST
//	GET  /applications/:id/requests/:request what the department needs, and nothing else; POST answers
//	GET  …/requests/:request/check           was and becomes; POST …/sign signs it
//	GET  /applications/:id/documents/:doc    a document that the department issued, or its signature
//	POST /applications/:id/copy              a new application with the answers of this one
//	GET  /applications/:id/erase             asks; POST erases a draft, or what came to nothing without money
//	GET  /verify, /verify/:number/:code      anybody: that an application was filed, and nothing of who filed it
//
// Routes (staff, right "applications"; for the staff of the department to which the application went):
//
//	GET  /files                              by number, for a purpose; POST lists the files
//	POST /files/:file                        one file, always an attachment; each look is in its owner's journal
//	GET  /appeals                            complaints that wait, by the day that the citizen was told, and those decided lately
//	GET  /appeals/:appeal                    one complaint, noted in the citizens' journal; POST decides it, once
//
// States (state.go has every move):
//
//	draft ──invite──▶ filling ◀──▶ signing ──all signed──▶ paying ──paid──▶ submitted ─▶ sent ─▶ accepted ─▶ completed
//	  └─alone: sign─────────────────────────▲   └─no duty─────────────────────▲        └▶ rejected, refused
//	filling, signing, paying ─▶ declined, expired, cancelled
//	submitted, sent, accepted, in_progress ─▶ cancelled (the department is told, the time is free, the money asked back)
//
// An edit voids all signatures: the text that is signed is canonical.go's, named by its SHA-256. It also takes an unpaid duty
// back; a paid one is remembered and never asked for again. The clock runs from the invitation; when it ends, slot and unpaid
// duty go in one transaction; only a payer who stands at the bank is waited for. Money of an application that came to nothing is
// refund_due, and staff see that at the payment; money for a duty that was taken back is a surplus, and the page says so.
//
// What a service's statuses allow after the submission: cancel and message until it is decided, message afterwards. A complaint is
// always possible (210-ФЗ). Its decision is written on the staff site (appeal.go) and stands in the conversation.
//
// A request of the department asks for documents or for some answers anew (correction.go). The new answers wait beside those that were
// submitted; as there is one canonical text for all, all parties sign the new one, and the last signature puts answers, hash and
// signatures in the place of the old ones and sends them, in one transaction. The duty is not counted again. What waits for signatures
// at another request is then put upon the new answers, and signed anew.
//
// Two windows on one page of questions, or on one request of the department: each form carries a tag of the answers it was opened with.
// Who saves second is shown both texts of each answer that differs and chooses (catalog/conflict.go).
//
// The last day of the department's term is counted once, at the submission (answer_by), and stands in the letter to the department
// and in the export: citizen and staff read the same day.
//
// How long an application is kept is its service's rule (keep in the YAML). The sweep erases it then, with files, messages, documents
// and the letters; the journal keeps that it did. Core.Export gives a person everything.
//
// Jobs: payments.paid (sends) and payments.surplus, which are never given up; applications.expire, applications.remind,
// applications.sweep (what the others missed; what is kept no longer).
//
// Files (file.go) are inspected and scanned before they are taken, and lie sealed in a folder; applications.scan asks a scanner that
// was away again, the sweep and applications.orphans remove what no answer names. Tables of migrations/portal/0010:
// application_file, application_file_gone; 0015: organisation.department; 0030: application_message, application_correction with its
// signatures, application_document, application_appointment.
//
// Tables (migrations/portal/0006): application, application_party, application_answers, application_invitation,
// application_booking, application_signature, application_event. A trigger refuses a submission that somebody has not signed; an
// index refuses a second booking.
package applications
