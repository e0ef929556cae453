// Package catalog holds the services as data: one YAML file makes a service's page, its form and the rules of its answers.
//
// Routes (service_http.go, catalogue_http.go, search_http.go, places_http.go):
//
//	GET /services        the catalogue, by topic, audience, life situation, department and level
//	GET /services/:id    what a service is, whom it is for, and the button that starts an application
//	GET /search?q=       services by words, in Russian, Tatar and English, narrowed like the catalogue
//	GET /search/suggest  what the words may become, for the script of the search field
//	POST /search/feedback, GET /search/thanks  «не нашли?»; staff read it at /searches of the staff site
//	GET /situations      life situations
//	GET /organisations   departments: found by words (q) and by the district where they have an office
//	GET /organisations/:code  who heads one, contacts, offices with hours and a map, services
//
// Routes of the staff site, for the right "catalog" (staff_*_http.go):
//
//	GET  /catalog                                    services, their versions, what has changed in the folder
//	GET  /catalog/:service                           one: mistakes, publishing, history
//	POST /catalog/:service/publish, …/cancel         now or at a time; calling a plan off
//	GET  /catalog/:service/diff?from=1&to=draft      question by question
//	GET  /catalog/:service/preview/:version          as a citizen sees it; …/form walks through it and keeps nothing
//
// Tables (migrations/portal/0003, 0009): catalog_version, the immutable numbered versions; catalog_search, which version the search
// knows, with its words in catalog_posting (by lexeme) and catalog_word (as written, for misspelt words); search_feedback, what people
// did not find. What the search knows of the language is data: synonyms.yaml; what it is held to stands in queries.yaml.
//
// Table of publications (migrations/portal/0011): catalog_publication, planned -> published, cancelled or failed.
//
// A version is a definition with the parameters that it names, with their days (edition.go): it computes for ever as it was seen, and a
// changed sum is a change of every service that reads it. A running process that cannot serve a version goes on with the one before,
// takes over the rest, and says so in catalog_refusal (migrations/portal/0048), which the desk shows.
//
// Load reads and checks the files. Without TAMGA_CATALOG they are those of the binary, and Publish gives each changed definition the
// next number at a start. With it they are drafts of a folder: Adopt serves what is published, Press publishes (at once, or by the
// River job catalog.publish), and Watch lets running processes learn of it. Applications name their version and are read with that
// version for ever.
//
// The form engine is the methods of Service: StepsOf says which pages a party sees, Fields draws one, Parse reads it back,
// With stores it, Stopped says that a person is not eligible, Complete what is still missing, Summary shows all answers, and
// Canonical is the form that is signed. The engine keeps nothing between calls.
//
// # Types of questions
//
// A type knows its subject: how an answer is read, what is wrong with it, how it is drawn, shown and kept. Simple ones keep a
// string, in the form in brackets.
//
//	text, textarea               a line, several lines; max
//	name                         one part of a name, Russian or Tatar letters
//	date                         three fields, the month in words too; past [2006-01-02]
//	phone, email                 [+79171234567]
//	snils                        [11 digits]
//	inn, inn_org, inn_person     10 or 12 digits, 10, 12
//	ogrn, ogrnip, ogrn_any       13 digits, 15, either
//	kpp, oktmo, uin              codes of an organisation, of a territory, of a charge
//	passport_series, passport_number, division_code   parts of a Russian passport
//	foreign_passport, residence_permit, military_id, driving_licence   series and number of a paper
//	birth_certificate            [II-КБ 123456], typed in any mix of Latin and Cyrillic
//	plate, sts, cadastral        a car's plate [А123ВС116], its certificate, land or building [16:50:011102:33]
//	oms_policy, postal_index     16 digits, 6 digits
//	number, decimal, money       min, max, suffix; conditions see a number; money is roubles [1234.50]
//	bik, account                 a bank's code; an account whose key is checked with the code of the question in bank
//	radios, select, checkboxes   options; checkboxes keep a list
//	consent, flag                a box that must be ticked, one that may be [yes]
//	office, slot                 an office of the department; a free time of the office chosen in office, inside window
//	calculation                  shown, not asked: value, unit (money, percent); options may give words to results
//	file                         types (pdf, jpeg, png, heic, docx …), max_mb, count: a list of {id, name, type, size, sha256}
//
//	found                        a record of a department's system, chosen among radios; find, and options for whom none fits
//	fact, fact_money, fact_number, fact_date   what the chosen record says; nobody fills them in
//
// A found question asks the department's system (departments.Asker) by the answers of earlier steps, and keeps what the chosen record
// says in facts of its step, which conditions, calculations and the duty read. A slot with find takes its free times from there too:
// {id: slot, type: slot, office: doctor, find: {source: times, by: [doctor]}, window: {…}}.
//
//   - id: bill
//     type: found
//     find: {source: bills, by: [account], fill: {bill_title: title, bill_amount: amount}, empty: {…}}
//     options: [{value: none, label: {ru: "Моей квитанции здесь нет", …}}]    # leads to a stop
//   - {id: bill_title, type: fact, label: {…}}                                 # fields: id, title, text, amount, or the record's own
//   - {id: bill_amount, type: fact_money, label: {…}}
//
// Compound types ask several things as one and keep a map; conditions read its parts as spouse.last_name, and without leaves
// parts out: {id: spouse, type: spouse, without: [snils]}. With prefill: me all parts come from what is known of the reader.
//
//	names         last_name, first_name, middle_name, no_middle_name
//	passport      series, number, issued_on, issued_by, code
//	address       locality, street, house, flat, index, district (by the register); or text alone: always accepted, always there
//	bank_account  bik, account, bank (its name, filled in)
//	child         names, birth_date, snils, certificate
//	spouse        names, birth_date, snils
//	organisation  inn, ogrn, kpp, name
//
// # Keys of a service
//
// services/<id>.yaml; texts are {ru: "…", tt: "…", en: "…"}, all three. "tamga catalog check" names every mistake with its line.
//
//	name, summary, action, keywords, icon, popularity, who, before, documents, result, law   texts of the page
//	audience: [citizen, entrepreneur, organisation]     subjects.yaml; topics and situations likewise
//	department: zags                                     organisations.yaml: who gives it
//	level: standard                                      none, simplified, standard, confirmed
//	term: {count: 10, unit: working_days, text: {…}}     or days, months; the reader is told the day: «до 4 декабря»
//	channels: [{kind: mfc, ru: "В МФЦ", tt: "…", en: "…"}]          office, mfc, post, phone, kiosk, federal, or no kind
//	results: [{name: {…}, kind: document, note: {…}}]    document, record, money, appointment
//	region: {only: [kazan, arsk], text: {…}}             districts.yaml. The form then begins with the question district
//	offices_in: true                                     and office questions offer the offices of that district
//	route: [{department: social, when: veteran == "yes"}]           the first that holds; else the service's department
//	parties: [{id: first, name: {…}, signs: {…}}, {id: second, name: {…}, invited: true}]     signs: what a signature declares
//	statuses: {paying: {allow: [pay, cancel]}, submitted: {allow: [cancel, message], text: {…}}}
//
// A state that is left out of statuses allows what is usual: edit and cancel until it is sent, pay while the duty is awaited, and
// nothing afterwards. States: draft, filling, signing, paying, submitted, sent, accepted, in_progress, completed, rejected, refused.
//
// A duty is a dated rule. Its amount is an expression in rubles over all answers of who pays (or, in old definitions, a literal in
// kopecks). The first exemption that holds makes it free; of the discounts in force the greatest counts.
//
//	duty:
//	  amount: param("duty_marriage")                     # or: copies * param("copy_fee"), or: fine.amount
//	  purpose: {…}
//	  payee: zags
//	  paid_by: first
//	  uin: fine_uin                                      # a fact: the number by which the authority knows what is paid
//	  exempt:
//	    - {when: veteran == "yes", text: {ru: "Ветеран войны: НК РФ, ст. 333.35", tt: "…", en: "…"}}
//	  discount:
//	    - {percent: param("fine_discount"), when: today <= days_after(fine_date, 30), until: 2027-12-31, text: {…}}
//
// Amounts, rates and limits stand in parameters.yaml with their days and sources, and expressions name them: param("duty_marriage")
// is the value in force on the day of the last change of the answers (for a duty, on the day it is asked for). Money is in rubles.
//
//	parameters:
//	  - name: duty_marriage
//	    about: {…}
//	    unit: rubles                                     # rubles, percent, days, months, number
//	    values:
//	      - {from: 2015-01-01, value: 350, source: "НК РФ, ст. 333.26"}
//
// # Expressions
//
// when, validate, value, amount and percent are expr-lang. They see the answers by id, party.<id>.<question>, other.<question>, me,
// today and acting, and call param("name"), age(birth, on), months_after(date, n), days_after(date, n),
// working_days_after(date, n), days_between(from, to), day_of(slot), surnames, surname, same_surname, and the language's own
// sum, map, filter, count, any, all, min, max, round, floor, len, in, contains. A condition that fails does not hold.
//
// Eligibility is asked by a step, and answered by stops: pages with what to do instead, never an error.
//
//	stops:
//	  - when: age(birth_date, today) < 18
//	    title: {…}
//	    text: {…}                                        # paragraphs parted by empty lines
//	    next: [{text: {…}, url: /organisations}]
package catalog
