// Package catalog holds the services as data: one YAML file makes a service's page, its form and the rules of its answers.
//
// Routes (service_http.go, catalogue_http.go, search_http.go, places_http.go):
//
//	GET /services        the catalogue, by topic, audience, life situation and department
//	GET /services/:id    what a service is, whom it is for, and the button that starts an application
//	GET /search?q=       services by words, in Russian, Tatar and English
//	GET /situations      life situations
//	GET /organisations   departments and their offices
//
// Tables (migrations/portal/0003): catalog_version, the immutable numbered versions; catalog_search, one row of words for each
// service.
//
// A definition has no states: Load reads and checks the files, Publish gives each changed definition the next number. Drafts
// name their version and are read with that version for ever.
//
// The form engine is the methods of Service: StepsOf says which pages a party sees, Fields draws one, Parse reads it back,
// With stores it, Stopped says that a person is not eligible, Complete what is still missing, Summary shows all answers, and
// Canonical is the form that is signed. The engine keeps nothing between calls.
package catalog
