// Package support answers people and watches that it does so in time.
//
// An incident is raised by a citizen's form, by staff, or by the system itself (Raise, idempotent by key: call it in the transaction
// that found the fault). The topic and the kind choose its line (support_route), and the line its reaction clock (support_line): hours
// of work from internal/calendar, or round the clock. What may happen in which state stands in support_transition:
//
//	new ──taken──▶ working ──answered──▶ answered ──closed──▶ closed
//	 │ ▲ escalated (stays)      ▲            │                  │
//	 │ └─ asked_again           └────────────┴── asked_again ◀──┘   (a new clock, from the first step of duty)
//	 └──merged──▶ merged    (what the other incident is answered goes to this citizen too)
//
// A citizen's incident cannot be closed without an answer. An unanswered one moves along the chain of duty (support_duty: specialist,
// responsible officer, technical support) when its row of support_escalation comes due; the job support.escalate takes each row once,
// however many workers run.
//
// The status page shows what the job support.probe measures each minute: our database, Redis, and each department's public keys. What
// was not measured lately is shown as unknown, and three failures in a row raise an incident. Planned works are announced at least one
// working day before they start.
//
// Routes of Handler (portal): GET /support, /help; GET, POST /support/new; GET /support/sent; GET /support/requests and
// /support/requests/:id; POST /support/requests/:id (ask again, «my question is answered»); GET /support/requests/:id/files/:file;
// GET /questions, /questions/:topic; GET /status.
// Routes of StaffHandler (intra, right "support"): GET /support; GET, POST /support/new; GET /support/report; GET /support/:id, POST
// /support/:id/{take,answer,note,escalate,close,merge,link}; GET /support/:id/files/:file; GET, POST /support/status, POST
// /support/status/:id/end; GET, POST /support/calls; GET, POST /support/calls/:id, POST /support/calls/:id/end.
// Jobs: support.escalate each 20 s, support.probe each minute.
// Tables: support_line, support_topic, support_route, support_duty, support_transition, support_incident, support_message, support_file,
// support_event, support_clock, support_escalation; support_call, support_call_lookup; status_component, status_check, status_notice.
// A call finds by whole numbers: an application, else a payment by its receipt or a charge by its УИН. A citizen names a surname besides; a
// department's employee (support_call.body is the department's code) sees what went to it and what it charges, and only whether it is paid.
// Each look-up is a row of support_call_lookup, and one that found somebody a line of the journal (support.call_lookup).
// It reads, and never writes: application, application_party, delivery, charge, payment, department_endpoint, department_works.
// Find gives the catalogue's search the questions that a query is about.
// Texts: knowledge.yaml (questions and answers), answers.yaml (templates of answers).
package support
