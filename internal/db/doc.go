// Package db opens PostgreSQL, migrates its schema, and names the errors of the server that a domain may want to know.
//
// Domains take a DB and write SQL by hand with pgx; nothing here hides a query. Begin on a transaction makes a savepoint, so
// a store function runs the same on the pool and inside a caller's (or a test's) transaction.
package db
