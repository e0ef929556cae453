// Package workplace is where departments without a system of their own work: what citizens file comes into an inbox of the staff site,
// and what a clerk decides goes back the way a department's call-back goes.
//
// A department has the workplace when its endpoint's address is "workplace:". The Carrier takes its messages from the exchange into
// workplace_case, at most once each; Handler.Exchange.Tell gives the answers to the application in the transaction of the decision.
//
// # States
//
//	new ──accept──▶ accepted ──begin──▶ in_progress ──complete──▶ completed
//	 └────────────────┴─────────refuse──────┴───────────────────▶ refused     (with a ground of grounds.yaml)
//	 any open state ──the citizen takes it back──▶ cancelled
//
// A clerk may ask for documents and answers, write, invite, and issue PDF documents, signed or not, while the case is open; documents
// also after it is completed. A signature beside a document (detached CMS) must hold over it; who signed, until when the certificate holds
// and whether a chain leads to a trusted root (TAMGA_WORKPLACE_ROOTS) is kept as it was when it came. A foreign root is marked, not refused.
// Each form carries a key: sent twice it does nothing the second time.
//
// # Routes (intra, right "workplace"; an employee sees the cases of the own organisation's department and no others)
//
//	GET  /workplace                        inbox: state, service, office, whose
//	GET  /workplace/:id                    a case; whoever reads it stands in the citizen's journal
//	GET  /workplace/:id/print              the application for signing at the visit, PDF
//	GET  /workplace/:id/files/:n           what the citizen attached
//	GET  /workplace/:id/documents/:document   what was issued
//	POST /workplace/:id/{assign,accept,begin,complete,refuse,request,say,appointment,note,result}
//
// Tables: workplace_case, workplace_entry, workplace_document. It reads, and never writes: employee, organisation, application_party.
package workplace
