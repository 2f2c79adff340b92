// Package notification tells senders who asked what became of their mail: delivery
// status notifications (RFC 3464) for NOTIFY= (RFC 3461).
//
// The life of one: the transaction that decides a delivery records the duty to tell
// (message.Notify) → within seconds the due duties of one message become one mail,
// stored and settled in one transaction, so that none is sent twice or forgotten → it
// goes out from the null path, from the operator's account, behind mail that people
// wait for.
//
// Rules: only who asked is told, each kind once per delivery; nothing answers a message
// from the null path, so two machines never answer each other (F-49); a duty that time
// has overtaken is settled without a mail.
package notification
