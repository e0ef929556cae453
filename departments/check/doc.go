// Package check runs the protocol of package departments against any department's endpoint and says, rule by rule, what is right, and
// what is wrong and how to mend it. It plays the portal: it publishes keys, sends messages good and bad, and takes call-backs at a
// listener of its own, so the department must be told, for the time of the check, that the portal is at Config.Portal.
//
// The command is `tamga departments check URL`; docs/departments.md has the protocol in words.
package check
