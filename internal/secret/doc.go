// Package secret keeps what must not be read by whoever gets the database: personal numbers sealed with AES-256-GCM and found
// by a keyed hash (Box), passwords as argon2id (Hasher), tokens and one-time codes as hashes (HashToken, Codes).
//
// Locale keys of its faults: code.too_soon (seconds to wait), code.wrong (attempts left), code.spent, code.expired.
package secret
