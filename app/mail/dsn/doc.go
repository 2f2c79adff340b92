// Package dsn writes delivery status notifications (RFC 3464) for senders who asked
// for them (RFC 3461), and speaks the encodings of their parameters.
//
// [Message.Compose] returns a multipart/report (RFC 6522) of three parts: what
// happened in plain words, the same for programs, and the message or its header. It
// is sent with the null reverse-path (RFC 3461 §6.1), and never in answer to a message
// that came with one: the caller must see to both.
//
// To read one, see package feedback.
package dsn
