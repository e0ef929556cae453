// Package notify sends SMS and e-mail.
//
// Send writes a row of notification and a job in the caller's transaction, and nothing else: a gateway that does not answer
// delays a message and never an application. The job carries the row's id alone; recipient, subject and body are sealed in the
// row, and subject and body are erased once sent. A message may arrive twice when the worker dies between sending and noting
// it; both copies carry the row's id, by which a gateway can drop the second.
//
//	queued -> sent      the SMTP server or the gateway took it
//	       -> failed    refused for good, too old, or tried too often; last_error says which
package notify
