// Signatures of messages: detached JWS, ES256, as docs/departments.md has them.
import {createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify} from 'node:crypto'

const TYPE = 'tamga-message+jws'
const WINDOW = 5 * 60 // seconds
const b64 = (data) => Buffer.from(data).toString('base64url')

/** A signing key and what is published of it. pem is a P-256 key in PKCS #8; a new one is made without it. */
export class Key {
  constructor(pem) {
    this.private = pem ? createPrivateKey(pem) : generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey
    const {kty, crv, x, y} = createPublicKey(this.private).export({format: 'jwk'})
    const thumbprint = createHash('sha256').update(JSON.stringify({crv, kty, x, y})).digest('base64url') // RFC 7638
    this.public = {kty, crv, x, y, alg: 'ES256', use: 'sig', kid: thumbprint}
  }

  pem() { return this.private.export({type: 'pkcs8', format: 'pem'}) }

  /** The value of X-JWS-Signature over the bytes of body. */
  sign(body, now = Date.now()) {
    const header = b64(JSON.stringify({alg: 'ES256', typ: TYPE, kid: this.public.kid, iat: Math.floor(now / 1000)}))
    const signature = sign('sha256', Buffer.from(`${header}.${b64(body)}`), {key: this.private, dsaEncoding: 'ieee-p1363'})
    return `${header}..${b64(signature)}`
  }
}

/** The keys of somebody, fetched when needed: kept for ten minutes, asked for again at an unknown kid not sooner than after 15 s. */
export class Keys {
  constructor(url) { Object.assign(this, {url, all: new Map(), fetched: 0, tried: 0}) }

  async get(kid) {
    const now = Date.now()
    if (this.all.has(kid) && now - this.fetched < 600_000) return this.all.get(kid)
    if (now - this.tried >= 15_000) {
      this.tried = now
      try {
        const answer = await fetch(this.url, {redirect: 'error', signal: AbortSignal.timeout(5000)})
        if (!answer.ok) throw new Error(`answer ${answer.status}`)
        const {keys} = await answer.json()
        this.all = new Map(keys.filter((k) => k.kty === 'EC' && k.crv === 'P-256' && k.use !== 'enc')
          .map((k) => [k.kid, createPublicKey({key: k, format: 'jwk'})]))
        this.fetched = now
      } catch (cause) {
        this.tried = now - 14_000
        if (!this.all.has(kid)) throw new Unavailable(`keys of ${this.url}: ${cause.message}`)
      }
    }
    return this.all.get(kid)
  }
}

/** The keys could not be had: the message may be good and should come again. */
export class Unavailable extends Error {}

/** Says what is wrong with a signature over body, or null when nothing is. */
export async function wrong(signature, body, keys, now = Date.now()) {
  const parts = (signature ?? '').split('.')
  if (parts.length !== 3 || parts[1] !== '' || signature.length > 2048) return 'signature is missing or malformed'
  let header
  try { header = JSON.parse(Buffer.from(parts[0], 'base64url')) } catch { return 'signature is missing or malformed' }
  if (header.alg !== 'ES256' || header.typ !== TYPE || !header.kid) return 'signature is of another kind'
  if (!Number.isInteger(header.iat) || Math.abs(now / 1000 - header.iat) > WINDOW) return 'signature is too old, or from the future'
  const key = await keys.get(header.kid)
  if (!key) return 'signature is by an unknown key'
  const signed = Buffer.from(`${parts[0]}.${b64(body)}`)
  const good = verify('sha256', signed, {key, dsaEncoding: 'ieee-p1363'}, Buffer.from(parts[2], 'base64url'))
  return good ? null : 'signature does not fit the message'
}
