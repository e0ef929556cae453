// Package checks asks state registers what a department must find out by itself: whether a passport is valid, who the parents of a child
// are, what a family earns (inter-departmental requests, as СМЭВ carries them).
//
// What may be asked, of whom, by which departments, how long an answer may be used again and when it is erased stands in kinds.yaml. Each
// kind has a type of question (question.go) and of answer (answer.go). docs/registers.md is the contract of a register.
//
// # How a check goes
//
//	asked ──▶ answered     confirmed, differs, told (there was nothing to compare) or not_found
//	      ──▶ failed       refused (422), or still not usable when the kind's time is over
//	      ──▶ timed_out    no answer when the kind's time is over
//
// A check is asked by a clerk (Handler) or by the rule of the service (checks in its YAML), once the department has the application: Plan
// puts down a job and nothing else, so that nothing that goes wrong here can hold an application. The question is sealed; a fresh answer to
// the same question of the same department is used again, else a job asks the register, in a queue of its own, with growing pauses. Attempts
// are rows. A register that fails for five minutes is an incident of support.
//
// Each question and each look at an answer stands in the journal of the person whom it is about. A clerk sees the checks of the own
// department and no others, and may ask what kinds.yaml grants it. When the applicant corrects what a check had asked, its page says so
// and leads to the same question with the new answer; nothing is asked anew by itself.
//
// # Routes (intra, right "checks")
//
//	GET  /checks                    what was asked: state, kind, application
//	GET  /checks/new?application=   what may be asked about an application; with kind= the form; POST asks
//	GET  /checks/:id                question, answer, attempts; POST /checks/:id/again
//
// Jobs: checks.plan, checks.ask, checks.sweep each five minutes (erases, wakes what lost its job).
// Metrics: tamga_register_checks_total, tamga_register_seconds.
// Tables: register_endpoint, register_check, register_check_attempt. It reads, and never writes: employee, organisation, delivery,
// application_party, department_endpoint.
package checks
