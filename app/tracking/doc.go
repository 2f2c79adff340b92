// Package tracking tells who opened a mail and who followed which link, as far as that
// can be told.
//
// A Tracker marks the HTML of a mail: links to http and https lead through us, a picture
// of one pixel tells of opens, and a link that no person sees tells of programs. What a
// mail carries is signed and holds all that an answer needs, so a link leads on when the
// database is down, and nothing but an address that we signed is ever led to.
//
// A visit is judged at the moment: human, machine or unknown, with the reason in words
// (Judge; what only the database knows is added when the visit is stored). The address of
// the visitor is not kept. Visits are gathered in memory and stored together a few times
// a second (Recorder): a stop stores what is there, a process that is killed loses what it
// gathered within the last second.
//
// Each mail and link counts once as unique for each verdict, however often it is visited;
// a forged link counts nothing. Reports read running counters.
package tracking
