// Package reputation protects the name of whoever sends from here: one account that mails
// people who do not want it, or who do not exist, has everybody's mail refused.
//
// What it goes by are counters that change in the transaction of each outcome
// (message.Hour, message.Total): hard bounces, complaints, and refusals that blame what a
// mail says or whom it is from; of an account by stream over the last 24 hours and 7 days,
// and of each campaign. Small samples say nothing and do nothing.
//
// What it does goes by steps, each a row that is never changed and that names its numbers,
// the threshold, what is held, and the way out:
//
//	good ─→ warned ─→ slowed ─→ broadcast held ─→ all held
//	  ↑________________________________________________│   the figures recover, or staff lift it
//
// A step up comes at once, and is never taken without the warning. Transactional mail is
// held last: only once broadcast mail has been held for an hour and transactional mail
// still crosses the same threshold by itself. A campaign that crosses it is paused.
// Beside the figures, staff can suspend an account, which a second person has to lift, and
// stop one or all at once.
//
// What is held is a row too (sending_guards): the queue leaves out whom it names, so mail
// that waits is untouched and goes on when the row goes. At the doors nothing more of a
// held stream is taken.
//
// New accounts may send little and more each day while their figures stay good (Ladder).
package reputation
