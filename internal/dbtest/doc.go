// Package dbtest gives tests a real PostgreSQL and a Redis.
//
// One private cluster serves all test processes of the machine's user. The first test that asks starts it, in a keeper: a
// process of its own that outlives the test, so that forty packages pay for one start. The keeper ends by itself some minutes
// after the last use and deletes everything. Each set of migrations is run once into a template, named by the hash of its
// files, and tests get copies:
//
//	dbtest.Tx(t, dbtest.Portal)   a transaction that is rolled back: under a millisecond, the default
//	dbtest.DB(t, dbtest.Portal)   a database of its own, about 0.1 s: where commits, locks, jobs or NOTIFY matter
//
// Parallel tests of one package share the database behind Tx. Two of them that insert the same unique key wait for each
// other, and in crossed order deadlock: make keys random, or use DB.
//
// Without PostgreSQL the tests fail and say what to install. They never skip.
package dbtest
