// Package cms reads, verifies and makes signed messages of CMS (RFC 5652, the SignedData of PKCS #7), with RSA, ECDSA and GOST
// R 34.10-2012 keys, in DER and in BER.
//
// A message is verified against a certificate that the caller has from elsewhere. The certificates inside a message are shown
// (SignedData.Certificates) and trusted for nothing: whoever picks one of them checks it first, by gost.VerifyChain and by its
// holder's name. Revocation is not asked for. See gost for what this code is not.
package cms
