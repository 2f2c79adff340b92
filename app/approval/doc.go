// Package approval is for acts that take two people of the operator (four eyes).
//
// The life of a request: asked for by one who holds the permission, with a reason →
// approved by another who holds it, and done in the same transaction; or refused, or
// withdrawn by who asked, or expired. Of two who answer at the same time one does. The
// database refuses an approval by who asked. Each step is in the audit log.
//
// Which acts there are is said at the start, by Register. Text of terms has an approval
// of its own (app/terms): there it belongs to one wording and falls with each change.
package approval
