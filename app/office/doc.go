// Package office is who works for the operator, and what each of them may do.
//
// The life of a person of staff: invited with roles, by who manages staff or on the
// command line → signs in by a link that works once, sets up a second factor → roles
// change → ended: no role is left, every session is closed and every way to sign in is
// gone, while the name stays with what they did. Who has no role finds no back office.
//
// One table says which role grants what (role.go); routes, pages and the command line
// ask it. There is always somebody who may manage staff.
package office
