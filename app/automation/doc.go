// Package automation sends an account's mail to each contact at the contact's own time: a
// welcome, a sequence, a birthday, a try to win somebody back.
//
// An automation is a recipe (how people come in) and a plain list of steps, each so many
// days after the one before. The mail of a step goes the way of campaigns: each step has a
// campaign of app/broadcast that people are added to one by one, so that it is handed over
// exactly once, and its sums add up.
//
// Rules it keeps:
//
//	each person each step once   a row says so, by address, in the transaction that adds them
//	                             to the step's campaign; two workers, a kill, a step that
//	                             was changed or a contact that came back change nothing
//	only who comes               who fit before it was turned on is not written to; an import
//	                             welcomes nobody
//	it stops when they leave     the list, the topic, everything; when the contact is removed
//	                             or has another address; when who was silent shows up. It is
//	                             asked at each step, and once more by the engine
//	off means off                nobody comes in and nothing leaves; who waits goes on when it
//	                             is turned on again
//
// A person lives: entered → waiting for step 1, 2, 3 … → finished; or stopped, with why.
package automation
