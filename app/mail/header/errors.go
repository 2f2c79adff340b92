package header

import "errors"

// ErrMalformed is in the chain of every complaint about a message's header.
var ErrMalformed = errors.New("header: not well-formed")

// Rule names the rule that a header breaks, so that a server can choose its reply.
type Rule string

// The rules, with the reply that suits each.
const (
	Syntax    Rule = "syntax"    // 550 5.6.0
	Duplicate Rule = "duplicate" // 550 5.6.0: a field that may stand once stands twice
	NoFrom    Rule = "no_from"   // 550 5.6.0
	EightBit  Rule = "eight_bit" // 550 5.6.7: UTF-8 that was not announced, or is none
	LongLine  Rule = "long_line" // 550 5.6.0
	TooLarge  Rule = "too_large" // 552 5.3.4
	Loop      Rule = "loop"      // 554 5.4.6
	BadWish   Rule = "bad_wish"  // 550 5.6.0: a steering field that we cannot obey
)

// Error is a broken rule. Its text holds field names at most, never values, and
// may be shown to the sender.
type Error struct {
	Rule Rule
	Text string
	RFC  string // where the rule stands; "" for our own
}

// Error returns the text and the section that it rests on.
func (e *Error) Error() string {
	if e.RFC == "" {
		return "header: " + e.Text
	}
	return "header: " + e.Text + " (RFC " + e.RFC + ")"
}

// Is makes every Error an [ErrMalformed].
func (e *Error) Is(target error) bool { return target == ErrMalformed }
