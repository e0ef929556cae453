// Package departments carries applications to the systems of the departments and their answers back: each message arrives
// exactly once, or staff see it as stuck with the reason. It knows nothing of what an application says.
//
// # Protocol
//
// A message is a CloudEvents 1.0 event in structured JSON mode (application/cloudevents+json). The header X-JWS-Signature
// carries a JWS over the body's bytes (compact, detached payload: RFC 7515, appendix F), alg ES256, with typ, kid and iat in
// its protected header; a message is signed anew for each attempt. Keys are published as a JWKS by both sides. A department may have GOST CMS
// in place of JWS (Endpoint.Signature, docs/adr/0007-gost-cms.md): X-CMS-Signature is a detached CMS, by certificates that staff register.
//
//	to a department     POST <its url>/events                    tamga.application.submitted, message, corrected, cancelled
//	from a department   POST /api/departments/:code/events       tamga.application.status, message, request, result, appointment
//
// docs/departments.md has all of it in words, docs/openapi/departments.yaml as OpenAPI; departments/check tries it on any department's
// endpoint, departments/schema tells what applications contain, clients/node is a department in another language.
//
// id is the idempotency key on both sides: a second message with a known id changes nothing. subject is the application,
// source who speaks, audience whom the message is for, sequence (optional, from departments) the order of an application's
// statuses: one that comes after a later one is kept but not applied.
//
// A department answers 200 (accepted; body {"text": "…"} or none), 202 (received, it will call back) or 422 (rejected, with
// {"reason": "…"}). Anything else, silence included, is tried again with growing pauses until the message expires after days.
// We answer a call-back 200, or {"error": code, "text": …} with 401 (signature, clock), 403 (not that department's
// application), 409 (the id is known with another content), 413 or 422.
//
// Answers may be signed like messages: ours are, and a signed one of a department must hold.
//
// The documents of a result are fetched by a job from the department's own host alone, by a request whose signature is over the address,
// and checked before the application is told. A nightly round compares the department's list of what it received (GET <its url>/digest) with
// ours: what is missing is sent again.
//
// Carriers: an address of http goes by Client, file by Folder (packages in a folder), any other scheme by Jobs.Carriers; the workplace of
// departments without a system tells its decisions by Handler.Tell.
//
// A department may also be asked what it knows (Asker): POST <its url>/records/<source> with {"audience", "source", "keys"}, signed
// like a message, is answered 200 {"records": [{"id", "title", "text", "amount", "fields"}]}. Asking changes nothing.
//
// # Routes
//
//	portal  GET  /api/departments/jwks.json       our public keys
//	portal  GET  /api/departments/certificates.pem   our certificates, when departments want GOST CMS
//	portal  POST /api/departments/:code/events    call-backs
//	portal  GET  /services/:id, /applications/:id   Notices: planned works, before the page's own route
//	intra   GET  /deliveries                      stuck first
//	intra   GET  /deliveries/:id                  its attempts and call-backs
//	intra   POST /deliveries/:id/retry            «Повторить сейчас», journalled
//	intra   POST /deliveries/:id/result           fetches a result's documents again
//	intra   POST /deliveries/:id/route            sends what has not arrived to another department, with a reason
//	intra   GET  /deliveries/departments          what may be sent to which department
//	intra   GET  /deliveries/departments/:code    pause and planned works of one
//	intra   POST …/pause, /resume, /works, /works/:id/cancel, /digest, /key, /certificate   each journalled
//
// # Tables
//
// department_endpoint (with breaker and pause), department_works, delivery (the outbox), delivery_attempt, department_event,
// department_result (documents to be fetched), department_key (keys and certificates: which has signed, which is refused), department_refusal, department_digest (comparisons), department_trouble (what opens incidents: see OnTrouble).
//
// # States of a delivery
//
//	waiting -> delivered    the department has it (200, 202, or a call-back came before the answer)
//	waiting -> rejected     it answered 422
//	delivered -> waiting    a comparison found that the department has lost it
//	waiting -> stuck        expired; staff may put it back to waiting, and a call-back proves it delivered
//
// Each department has a queue of its own in River. After five failures in a row of whatever messages its breaker opens: the queue is
// paused, and a probe sends the message that was tried longest ago until one is answered. A pause by staff and planned works hold the
// queue in the same way.
//
// Deliveries of one application leave in the order in which they were enqueued. The River job only wakes the worker: the row is
// the truth, and a periodic watch starts a job again when a worker died in the middle.
package departments
