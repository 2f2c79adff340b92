// Package boot puts the program together: settings in, running parts out. It is the
// only place that knows every part, and the order in which they start and stop.
//
// Start: database (schema checked, or migrated when it is the embedded one) → Redis
// → domain services → worker → SMTP → pages. Stop, in turn: SMTP and pages take
// nothing new and finish what was begun, the worker finishes its attempts, commits
// and journals are closed, the database last.
package boot
