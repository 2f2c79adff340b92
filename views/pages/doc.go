// Package pages has one struct per page: its fields are all the page needs, its
// method View draws it. The web layer fills the struct; nothing here asks, decides
// or fails.
//
// Conventions:
//
//   - Every struct embeds layout.Page.
//   - Forms keep what was typed in their fields (never a password) and what is
//     wrong in Errors: form field name → one sentence. The key "" is about the form
//     as a whole. A refused form is rendered again with status 422.
//   - A field named …Denied is a reason why the person may not act: the button is
//     shown disabled with it. "" means allowed.
//   - Times are given as time.Time; zero means never.
//   - States are the domain's own words ("delivered", "pending"); see components.Badge.
package pages

// Errors says what is wrong with a form: field name → sentence; "" is the whole form.
type Errors = map[string]string
