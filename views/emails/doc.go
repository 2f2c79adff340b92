// Package emails is how system mails look: one Letter, drawn as text and as HTML.
// It tracks nothing and loads nothing. Like all views it asks and decides nothing.
package emails
