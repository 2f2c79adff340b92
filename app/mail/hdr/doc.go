// Package header reads and rewrites the header section of a message (RFC 5322
// §2.2) without touching a field it does not mean to change: fields are slices
// of the message as it came.
package header
