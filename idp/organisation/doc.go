// Package organisation is legal entities, sole proprietors and agencies, and the people who act in their names.
//
// Routes:
//
//	GET  /organisations                                my organisations: where I work, and what I have begun
//	GET  /organisations/states                         how an organisation comes to be, from the table of states
//	GET  /organisations/new                            what is opened; who is not confirmed learns how to be
//	GET, POST /organisations/new/{business,legal}      the form; it makes a draft
//	GET  /organisations/:oid                           a draft, its checks, or the organisation as its people see it
//	POST /organisations/:oid/{send,remove}             a draft goes to the checks, or away
//	GET, POST /organisations/:oid/edit                 corrects a draft; of an active one, what is not the register's
//	POST /organisations/:oid/recheck                   asks the register again
//	GET, POST /organisations/:oid/leave
//	GET  /organisations/:oid/employees                 people and letters; for who has the power manage_employees
//	GET, POST /organisations/:oid/invite               writes a letter
//	POST /organisations/:oid/invitations/:id           do: resend, withdraw
//	GET  /organisations/:oid/employees/:id             one employee; POST …/powers, …/revoke, …/admin
//	GET, POST /organisations/:oid/employees/:id/dismiss
//	GET, POST /organisations/invitation?token=         the letter's link: accept or decline
//	GET, POST /organisations/as                        «Войти как»; with ?request= on the way to a client
//
// Tables: organisation, organisation_state, organisation_check, organisation_employee, organisation_power, organisation_grant,
// organisation_invitation, organisation_choice.
//
// States: draft -> checking -> active, or refused -> (corrected) checking again with the next round; active -> liquidated when the
// register says so. An application for an organisation that is here without a head ends as joined: the applicant becomes the
// head, its people stay. Table organisation_state holds these steps, and a trigger holds the rows to them.
//
// The register is asked by a job, which tries again for two days. One answer gives the results of all parts: the number, the
// taxpayer's numbers, the name, the head. Active organisations are asked about every thirty days: one that ended is liquidated,
// and a head that is none any more loses the office. Only then somebody else can become the head.
//
// Who may do what. The head: everything. An administrator: everything with those who are neither head nor administrator, so
// nothing with themselves. Who has manage_employees: inviting, and dismissing ordinary employees. Powers are given for a time;
// queries judge by the database's clock, and nothing else does. The capacity chosen at sign-in is kept in the session as a number
// and is worth what RoleIn says at each use.
package organisation
