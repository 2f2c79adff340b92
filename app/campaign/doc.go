// Package campaign is an account's own mail to its contacts: whom a campaign is for, what
// is known about each of them, and whether it may start. Rows, life and sending are
// app/broadcast's, which knows no contact; this package is the customer's side of it.
//
// Rules it keeps:
//
//	one statement, two uses    the count that is shown before sending and the frozen rows
//	                           come from the same SQL: they cannot differ but by what
//	                           changed meanwhile
//	everybody has a row        who is left out has one as well, with the reason
//	once by address            contacts are unique by address; whoever is on several of the
//	                           lists is one row
//	opt-outs win               suppressions, topics and pauses are asked here, and once more
//	                           by the engine before each attempt (promise 5)
package campaign
