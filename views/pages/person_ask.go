package pages

import (
	"time"

	"smtpserver/views/layout"
)

// PersonAsk takes the address of somebody who asks what is held about them (POST
// /privacy/request). Field: email.
type PersonAsk struct {
	layout.Page
	Email   string
	Sent    bool // the answer is the same for every address
	Capture bool
	Errors  Errors
}

// PersonShow is what the link of the mail opens. Fields: tell, erase.
type PersonShow struct {
	layout.Page
	Token       string
	Address     string
	Gone        bool // the link is too old
	Tell, Erase bool
	AskedAt     time.Time // zero: the link was not used yet
	DueAt       time.Time
	ExpiresAt   time.Time
	Answers     []PersonAnswerRow
	Errors      Errors
}

func (v PersonShow) wish() string {
	switch {
	case v.Tell && v.Erase:
		return "to be told what is held about you, and to have it erased"
	case v.Erase:
		return "to have erased what is held about you"
	}
	return "to be told what is held about you"
}

// PersonAnswerRow is what one sender answered.
type PersonAnswerRow struct {
	Sender, Wish, State, Reason string
	At                          time.Time
}

// PersonAnswer is one answer, behind the link of its mail.
type PersonAnswer struct {
	layout.Page
	Token string
	Gone  bool
	PersonAnswerRow
	Until time.Time
	Held  *Held // of an answer that sent it
}
