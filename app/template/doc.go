// Package template keeps the contents that an account saved to write from, and the
// images that its mails show.
//
// Rules it keeps:
//
//	saved means sendable    a content that does not compile is refused (package content)
//	nothing is overwritten  each save makes a version; restoring one makes another
//	no silent overwriting   who saves says which version they began with; if somebody
//	                        else saved meanwhile, that is a conflict and not a loss
//	images are checked      decoded and encoded again, so that what is served is an image
//	                        and nothing else, without the place where it was taken
//	images are public       mail programs fetch them without signing in: their address
//	                        is 128 random bits, and they are in SQL, so that any process
//	                        serves them
//
// A campaign copies the content of a template when it is written: changing a template
// changes no campaign.
//
// A template lives: made from a starter, from nothing or as a copy → saved again and
// again → an old version restored → removed, with its versions.
package template
