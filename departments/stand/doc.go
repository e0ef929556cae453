// Package stand is the world around the portal, small and real, for the demo and for tests: departmental systems (systems.go), two
// registers, the operators of SMS and e-mail, and the sandbox bank. Everything speaks HTTP or SMTP and keeps its state in the
// database "stand", so a restart goes on where it stopped. Departmental systems speak the protocol of package departments from
// the other side.
//
// # Routes
//
//	GET  /                              the stands
//	GET  /:system                       zags, social, …: what the system has received, and its mode
//	GET  /:system/applications/:id      an application in words, and what the system may decide
//	POST /:system/applications/:id      action: accept, complete, refuse with a ground; ask, request, issue, invite: see spoken
//	GET  /:system/digest                what has been received, for the portal alone
//	GET  /:system/documents/:id         a result, for the portal alone
//	GET  /:system/certificates.pem      its certificate of GOST R 34.10-2012, once it signs so
//	POST /:system/signature             JWS or GOST CMS
//	POST /:system/mode                  how the system behaves: see System
//	POST /:system/events                messages of the portal: books the visit, settles the bill
//	POST /:system/records/:source       what the system knows: bills, fines, doctors, free times
//	GET  /:system/jwks.json             the system's public keys
//	POST /registers/pension             SNILS, names, birth date, sex
//	POST /registers/interior            passport or foreign document, names, birth date
//	POST /registers/interior/licence    and foreign-passport, permit, vehicle: number, names, birth date
//	POST /registers/tax                 ИНН, names, birth date
//	POST /registers/medical             policy, names, birth date
//	POST /registers/births              certificate, the child's names, birth date, sex, the parent's names
//	POST /registers/organisations       number, INN, KPP, names, and who says to be the head
//	GET  /registers                     how the registers that departments ask behave; POST /register-mode
//	POST /registers/:register/checks/:kind   a question of the portal (docs/registers.md); GET …/jwks.json its keys
//	POST /sms                           the operator's gateway
//	GET  /outbox, /outbox.json          messages that would have left for people, filter ?to=
//	GET  /post, POST /post/letters      registered letters
//
// The bank's routes are described at Bank and BankID. An SMTP server takes e-mail on Config.Mail.
//
// # Tables
//
// stand_system, stand_certificate, stand_application, stand_callback, stand_message, stand_document, stand_record, stand_visit, register_person, register_passport, register_paper, register_birth, register_organisation, register_mode, register_record, register_ask, outbox_message, post_letter, and
// the bank's.
//
// # States of an application at a stand
//
//	new -> accepted -> completed
//	new, accepted -> refused, with a ground
//	new, accepted -> cancelled by the applicant
package stand
