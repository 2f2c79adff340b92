// Package mime shows what is in a message: its header, its text and HTML in UTF-8,
// its attachments by name, type and size (RFC 2045 to 2049, 2183, 2231).
//
// It is a view for people and never changes a message. Messages come from
// strangers: depth, parts, sizes and the work done are bounded, and what is
// malformed is shown as well as it can be instead of being an error.
package mime
