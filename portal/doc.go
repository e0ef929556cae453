// Package portal is the citizens' site: it knows who is signed in, and mounts the domains' pages.
//
// Routes:
//
//	GET  /                                what people come for: search, services, life situations, topics
//	GET, POST /register                   phone and consent; the first password comes by SMS
//	GET, POST /sign-in                    phone and password, «Запомнить меня», or ESIA; ?next= is a path of this site
//	GET, POST /welcome                    further data after the first sign-in, all optional
//	GET, POST /reset, /reset/code         a new password by a code from an SMS; documents and cards of an unbound cabinet go
//	POST /sign-out                        also at ESIA, if the person came from there
//	GET  /esia/start?level=&next=         to ESIA; GET /esia/callback is the way back
//	GET  /esia/level?level=&next=         which level a service needs, and why
//	GET  /esia/bind                       an ESIA account that no cabinet has: enter one, make one, compare the data
//	POST /esia/bind/enter, /new, /confirm
//	GET  /cabinet                         what waits for the person, duties, appointments, applications, works announced, ways to the rest
//	GET, POST /place; GET /offices        where somebody lives; offices there, open now or not, what can be done in each
//	GET  /settings                        GET, POST /settings/data, /settings/password, /settings/language
//	GET  /settings/esia                   «Привязка к ЕСИА»; POST /settings/esia/unbind
//	GET  /settings/sessions               where somebody is signed in: device, when, where from
//	POST /settings/sessions/:id/end, /settings/leave-others
//	GET  /settings/journal                «Кто смотрел мои данные»: post, organisation, deed, purpose
//	GET, POST /settings/export            a ZIP of everything held about the person, by password or a new sign-in at ESIA
//	GET, POST /settings/delete            removes the cabinet and its drafts; what was filed stays as the law has it
//	GET  /about, /support, /accessibility, /privacy
//	GET  /manifest.webmanifest, /worker.<language>.js, /offline
//
// The portal can be installed. Its worker keeps files of the looks and the page /offline, nothing of a person; a form sent without a
// network waits in its tab until it is sent again (frontend/assets/kept.js).
//
// Table: account (migrations/portal/0002). In Redis: sessions, attempts to sign in at ESIA, data that wait to be bound.
//
// An account is entered by phone (level "none": nobody has checked the person) or through ESIA (the level ESIA told). The level
// belongs to the session: whoever enters a bound cabinet by phone has level "none" too, and sees neither SNILS nor passport.
//
// Binding. An ESIA account has one cabinet, and a cabinet has one person:
//
//	cabinet's names are the same            bound at once
//	they are empty                          bound when the person says that this is the cabinet
//	they differ                             both are shown; «Подтвердить замену» copies ESIA's names and binds
//	«Оставить данные портала»               binds only when surname and name are the same but for spelling (rus.FoldName): for a
//	                                        name that is really another one, ESIA would vouch for somebody else
//	the cabinet was bound before            only an ESIA account with the same SNILS is bound again
//	the ESIA account has another cabinet    refused
//
// In an organisation's name a person acts while ESIA says so: its word is asked for again when it is older than capacityFresh, with tokens
// kept sealed in Redis (capacity.go). Without ESIA nobody acts for another. Power pay guards payments, see_all the list of what other
// employees filed, submit and sign are the applications'.
//
// Deleting locks what the person has begun first and the account last, as everything that changes an application does; whoever takes a
// place in an application holds the account (applications.Core.Present). Cards, rules and templates that would go on paying end with it.
//
// Parts with a package of their own: documents («Мои документы», filled at each sign-in through ESIA), portal/notices (what was sent by SMS
// and e-mail, read on the site), portal/situation (several applications with one set of answers).
//
// Names and documents that a department receives are ESIA's in every case (Person); the portal's own are how it addresses people
// and where it writes to. Unbinding forgets all that ESIA told except the keyed hash of the SNILS.
package portal
