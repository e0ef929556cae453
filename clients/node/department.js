// A department's side of the exchange: receives, verifies, answers 200, 202 or 422, and calls back until the portal has taken it.
import {createHash, randomUUID} from 'node:crypto'
import {Key, Keys, Unavailable, wrong} from './jws.js'
import {Store} from './store.js'

export {Key, Store}

const MEDIA = 'application/cloudevents+json'
const LIMIT = 1 << 20
const TYPES = ['submitted', 'message', 'corrected', 'cancelled'].map((t) => `tamga.application.${t}`)
const sha256 = (data) => createHash('sha256').update(data).digest('hex')

/** Thrown by a handler: the message is refused for good, and the citizen reads why. */
export class Refusal extends Error {}

/**
 * options: code (ours), portal (its public address), key, store, and on: handlers by the last word of the type. A handler gets
 * (data, event) before anything is answered; what it returns is told to the citizen with 200; undefined answers 202.
 */
export class Department {
  constructor({code, portal, key = new Key(), store = new Store(), on = {}}) {
    Object.assign(this, {code, portal: portal.replace(/\/$/, ''), key, store, on, stopped: false})
    this.portalKeys = new Keys(`${this.portal}/api/departments/jwks.json`)
    this.timer = setInterval(() => this.flush(), 200)
    this.timer.unref()
  }

  stop() { this.stopped = true; clearInterval(this.timer) }

  /** For http.createServer: serves /jwks.json, /events and /digest below prefix. */
  listener(prefix = '') {
    return async (request, response) => {
      let status = 500, said = {error: 'internal'}
      try {
        [status, said] = await this.route(request, prefix)
      } catch (cause) {
        if (cause instanceof Unavailable) [status, said] = [503, {error: cause.message}]
        else console.error(cause)
      }
      const body = JSON.stringify(said)
      response.writeHead(status, {'Content-Type': 'application/json', 'X-JWS-Signature': this.key.sign(body)})
      response.end(body)
    }
  }

  async route(request, prefix) {
    const url = new URL(request.url, `http://${request.headers.host}`)
    switch (`${request.method} ${url.pathname}`) {
      case `GET ${prefix}/jwks.json`: return [200, {keys: [this.key.public]}]
      case `POST ${prefix}/events`: return this.receive(request)
      case `GET ${prefix}/digest`: return this.digest(request, url)
    }
    return [404, {error: 'no such page'}]
  }

  async receive(request) {
    const body = await read(request)
    if (!body) return [413, {error: 'too large'}]
    const problem = await wrong(request.headers['x-jws-signature'], body, this.portalKeys)
    if (problem) return [401, {error: problem}]
    if (!(request.headers['content-type'] ?? '').startsWith(MEDIA)) return [415, {error: `want ${MEDIA}`}]
    let event
    try { event = JSON.parse(body) } catch { return [400, {error: 'not JSON'}] }
    if (event.specversion !== '1.0' || !event.id || !event.subject || !event.time) return [400, {error: 'not an event'}]
    if (event.audience !== this.code || event.source !== this.portal) return [403, {error: 'not for us'}]
    if (!TYPES.includes(event.type)) return [400, {error: 'unknown type'}]
    return this.take(event, sha256(body))
  }

  /** Decides once: a message that comes again is answered as before. */
  async take(event, hash) {
    const known = this.store.messages.get(event.id)
    if (known) return known.sha256 === hash ? known.answer : [409, {error: 'the id is known with another content'}]
    const kind = event.type.split('.').at(-1)
    let answer
    try {
      if (kind !== 'submitted' && !this.store.applications.has(event.subject)) throw new Refusal('Такого заявления у нас нет')
      const text = await this.on[kind]?.(event.data, event)
      answer = text === undefined ? [202, {}] : [200, {text}]
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause
      answer = [422, {reason: cause.message}]
    }
    const message = {id: event.id, sha256: hash, answer, at: Date.now()}
    this.store.write(answer[0] === 422 ? {message} : {message, application: event.subject})
    return answer
  }

  async digest(request, url) {
    const address = `http://${request.headers.host}${request.url}`
    const problem = await wrong(request.headers['x-jws-signature'], address, this.portalKeys)
    if (problem) return [401, {error: problem}]
    const since = Date.parse(url.searchParams.get('since') ?? '')
    const all = [...this.store.messages.values()].filter((m) => !(m.at < since))
    return [200, {received: all.map(({id, sha256}) => ({id, sha256}))}]
  }

  /** Queues news for the portal: kind is status, message, request, result or appointment. */
  tell(application, kind, data) {
    this.store.write({news: {
      specversion: '1.0', id: randomUUID(), source: `urn:tamga:department:${this.code}`, type: `tamga.application.${kind}`,
      subject: application, time: new Date().toISOString(), audience: this.portal, sequence: String(this.store.next(application)),
      datacontenttype: 'application/json', data,
    }})
  }

  /** Sends what the portal has not taken, in order; what it cannot take ever is given up and logged. */
  async flush() {
    if (this.busy) return
    this.busy = true
    const waiting = new Set() // applications whose earlier news have not arrived
    for (const news of [...this.store.news.values()]) {
      if (this.stopped) break
      if (waiting.has(news.subject)) continue
      const status = await this.send(JSON.stringify(news)).catch(() => 0)
      if (status === 200) this.store.write({taken: news.id})
      else if ([403, 409, 413, 422].includes(status)) {
        console.error(`news ${news.id} are refused: ${status}`)
        this.store.write({taken: news.id})
      } else waiting.add(news.subject)
    }
    this.busy = false
  }

  async send(body) {
    const answer = await fetch(`${this.portal}/api/departments/${this.code}/events`, {
      method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(10_000),
      headers: {'Content-Type': MEDIA, 'X-JWS-Signature': this.key.sign(body)},
    })
    return answer.status
  }
}

/** The body, or null when it is too long. */
async function read(request) {
  const parts = []
  let size = 0
  for await (const part of request) {
    if ((size += part.length) <= LIMIT) parts.push(part)
  }
  return size > LIMIT ? null : Buffer.concat(parts)
}
