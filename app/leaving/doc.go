// Package leaving is how people stop mail: the link that each mail to many carries, and
// the page behind it.
//
// The link's token names the account and the message, signed; no address stands in it. Who
// it is about is looked up from the message's delivery, so only mail to one person carries
// one (RFC 8058 §3.1). Looking changes nothing: programs open links. A POST acts at once,
// without sign-in, cookie or redirect (RFC 8058 §3.2), and from its commit on no attempt
// to that address begins (promise 5). It is recorded with the mail it came from.
package leaving
