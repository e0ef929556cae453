// Package idp is the identity provider as a role: it puts the pages of people (idp/account) and the OpenID provider (idp/oauth)
// on one server with one session, and has the jobs and the demo people of both. It has a database of its own and knows no
// citizen domain: others reach it over OpenID Connect only.
package idp
