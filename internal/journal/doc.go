// Package journal records who did what to whose data and for what purpose, so that nobody can change it unseen.
//
// Write adds a row in the caller's transaction: what is rolled back is not in the journal, and what is done cannot be missing
// from it. A row takes part in no chain when it is written, since that would make all writers wait in one line (1 500 rows a
// second instead of 11 000). Seal, every few seconds, hashes the rows that have come into a block of a chain:
//
//	journal -> journal_pending (by trigger) -> Seal -> journal_leaf (a hash per row), journal_block (Merkle root, chain)
//
// Ids are given before commit, so a row may appear below one that is sealed already. The trigger notes each row as pending in
// the row's own transaction, and Seal takes what it sees there: a late commit goes into a later block and into no gap. Unlike
// a bound by transaction number, this also holds after a restore into another cluster, where the numbers start anew.
//
// Verify recomputes everything and names the first bad row. Triggers refuse changes, but their owner can disable them: what
// proves a rewritten chain wrong is a Head kept elsewhere (a file, the security officer's mail) and given to Verify. Rows
// younger than the last Seal are protected by the triggers alone.
package journal
