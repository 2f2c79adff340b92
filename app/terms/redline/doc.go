// Package redline compares two Markdown documents for people: word by word, in the
// sections that changed, with enough of their surroundings to be understood.
//
// It works in three steps. Both texts are read into blocks (headings, paragraphs,
// list items). Blocks are aligned: equal ones are left alone, similar ones are
// compared word by word ("30" → "60" is one word for another, never 3 → 6), and a
// block that stands elsewhere now is shown as moved. Then blocks are gathered into
// sections, and long unchanged stretches become one line.
//
// The result is data; pages and mails draw it, and escape it, by themselves.
package redline
