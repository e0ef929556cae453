// Package departments carries applications to the systems of the departments and their answers back: each message arrives
// exactly once, or staff see it as stuck with the reason. It knows nothing of what an application says.
//
// # Protocol
//
// A message is a CloudEvents 1.0 event in structured JSON mode (application/cloudevents+json). The header X-JWS-Signature
// carries a JWS over the body's bytes (compact, detached payload: RFC 7515, appendix F), alg ES256, with typ, kid and iat in
// its protected header; a message is signed anew for each attempt. Keys are published as a JWKS by both sides.
//
//	to a department     POST <its url>/events                    type tamga.application.submitted
//	from a department   POST /api/departments/:code/events       type tamga.application.status
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
// A department may also be asked what it knows (Asker): POST <its url>/records/<source> with {"audience", "source", "keys"}, signed
// like a message, is answered 200 {"records": [{"id", "title", "text", "amount", "fields"}]}. Asking changes nothing.
//
// # Routes
//
//	portal  GET  /api/departments/jwks.json       our public keys
//	portal  POST /api/departments/:code/events    call-backs
//	portal  GET  /services/:id, /applications/:id   Notices: planned works, before the page's own route
//	intra   GET  /deliveries                      stuck first
//	intra   GET  /deliveries/:id                  its attempts and call-backs
//	intra   POST /deliveries/:id/retry            «Повторить сейчас», journalled
//	intra   GET  /deliveries/departments          what may be sent to which department
//	intra   GET  /deliveries/departments/:code    pause and planned works of one
//	intra   POST …/pause, /resume, /works, /works/:id/cancel   each journalled
//
// # Tables
//
// department_endpoint (with breaker and pause), department_works, delivery (the outbox), delivery_attempt, department_event.
//
// # States of a delivery
//
//	waiting -> delivered    the department has it (200, 202, or a call-back came before the answer)
//	waiting -> rejected     it answered 422
//	waiting -> stuck        expired; staff may put it back to waiting, and a call-back proves it delivered
//
// Each department has a queue of its own in River. After five failures in a row of whatever messages its breaker opens: the queue is
// paused, and a probe sends the message that was tried longest ago until one is answered. A pause by staff and planned works hold the
// queue in the same way.
//
// Deliveries of one application leave in the order in which they were enqueued. The River job only wakes the worker: the row is
// the truth, and a periodic watch starts a job again when a worker died in the middle.
package departments
