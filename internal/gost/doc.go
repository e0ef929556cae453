// Package gost is Russian public-key cryptography in plain Go: the hash Streebog (GOST R 34.11-2012, RFC 6986), the signatures
// of GOST R 34.10-2012 (RFC 7091) with the curves of RFC 4357 and RFC 7836, their keys and X.509 certificates (RFC 9215).
// Certificates with RSA and ECDSA keys are read by the same functions, so that a caller asks for a signature, not for its kind.
//
// It is not a certified cryptographic tool (сертифицированное СКЗИ), has not been audited, and makes no legally qualified
// signature: where the law asks for one, sign and verify with a certified product. Signing takes the same steps whatever the
// key and the nonce are (field.go, group.go), but that has not been proved of the compiled code, and the reading of private
// keys and the multiplication by a public key take no such care. Streebog looks its tables up by the data that it hashes.
//
// Byte orders are those of OpenSSL's GOST engine and RFC 9215: a public key is X‖Y, each little-endian; a private key is
// little-endian; a signature is s‖r, each big-endian; a digest is read as a little-endian number.
package gost
