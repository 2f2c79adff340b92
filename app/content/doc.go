// Package content turns what a person wrote for many into the mail of one.
//
// A Source (MJML, HTML or Markdown, with a subject, a preheader and maybe a text
// part) is compiled once, when it is saved, and rendered for each recipient.
// Everything that can be wrong is found while compiling, with its line: Compile
// renders a sample, so that what was saved can be sent.
//
// Merge fields are Liquid (package liquid), in a cage: there is nothing to reach
// but the strings of a Person, every loop and every string is bounded, and a
// render stops when its fuel is used up. A field is escaped by where it stands:
// text, attribute, link, style, plain text, subject.
//
// The life of a mail's content:
//
//  1. MJML is compiled by the engine that the editor uses (package mjml); Markdown
//     is set in our layout; styles of HTML are inlined (package inline).
//  2. The HTML is judged: no script, no frame, no handler; fields only where they
//     can be escaped.
//  3. The text part is made from the HTML (package plain), unless one was written.
//  4. Render fills in a Person. It compiles nothing and keeps nothing.
package content
