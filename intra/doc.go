// Package intra is the staff site, on the inner contour: an employee chooses the organisation, then the own name in its list, and
// gives a personal password. A temporary password opens nothing but the page that replaces it.
//
// Routes:
//
//	GET  /sign-in                 choose the organisation
//	GET  /sign-in?organisation=   choose the employee and type the password
//	POST /sign-in
//	GET  /password, POST          set an own password (always after a temporary one)
//	POST /sign-out
//	GET  /                        the start page: what this employee may open
//	GET  /services                «Государственные услуги»
//	/payments, /deliveries, /files, /catalog …  pages of the domains, each behind its right
//
// Tables: organisation, employee. An employee has a temporary or an own password, may be blocked, and has rights; all three are read
// again for each request, so that a right taken away is gone at once. Payment control is given for a term: payments tells who has it
// (Config.Given). A session lasts no longer than the password it began with.
package intra
