package pages

import (
	"fmt"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// SecurityShow is how a person signs in, where they are signed in, and what the
// account asks of its members.
type SecurityShow struct {
	layout.Page
	Email            string
	Denied           string // why nothing can be changed yet
	Password         bool
	App              bool
	CodesLeft        int
	CodesMadeAt      time.Time
	TwoFactors       bool // of this session
	Passkeys         []PasskeyRow
	PasskeysPossible bool
	Identities       []IdentityRow
	Sessions         []SessionRow
	Required         bool   // the account asks every member for two factors
	RequireDenied    string // why the person may not change that
	StaffRequired    bool   // the back office asks for two factors
}

// PasskeyRow is one passkey.
type PasskeyRow struct {
	ID, Name          string
	CreatedAt, UsedAt time.Time
}

// IdentityRow is one provider, linked or not.
type IdentityRow struct {
	Provider, Label string
	Linked          bool
	Email           string
	UsedAt          time.Time
	Gone            bool // linked, but set up here no longer
}

// SessionRow is one browser in which the person is signed in.
type SessionRow struct {
	Hash, Device, IP  string
	SeenAt, CreatedAt time.Time
	TwoFactors        bool
	This              bool
}

func (v SecurityShow) second() bool { return v.App || len(v.Passkeys) > 0 }

// sentence says how safe the sign-in is.
func (v SecurityShow) sentence() string {
	switch {
	case v.App && len(v.Passkeys) > 0:
		return "Signing in takes a passkey, or your first factor and a code of your app."
	case v.App:
		return "Signing in takes a second step: a code of your authenticator app."
	case len(v.Passkeys) > 0:
		return "Signing in takes a passkey."
	}
	return "Signing in takes one factor so far. A second one keeps out whoever learns your password."
}

func (v SecurityShow) codes() string {
	switch v.CodesLeft {
	case 0:
		return "None is left. Make new ones, so that a lost device does not lock you out."
	case 1:
		return "One of 10 is left. Make new ones soon."
	}
	return fmt.Sprintf("%d of 10 are left.", v.CodesLeft)
}

func (v SecurityShow) removeApp() components.Confirmation {
	return components.Confirmation{
		ID: "remove-app", Label: "Remove", About: "the authenticator app", Question: "Remove the authenticator app?",
		Consequence: "Codes of it open nothing any more. Without another second factor, one step is enough to sign in.",
		Yes:         "Remove it", URL: urls.AuthenticatorRemove, CSRF: v.CSRF, Denied: v.Denied,
	}
}

func (v SecurityShow) removePasskey(k PasskeyRow) components.Confirmation {
	return components.Confirmation{
		ID: "remove-" + k.ID, Label: "Remove", About: k.Name, Question: "Remove the passkey " + k.Name + "?",
		Consequence: "It signs nobody in any more. Delete it from the device too.",
		Yes:         "Remove it", URL: urls.PasskeyRemove(k.ID), CSRF: v.CSRF, Denied: v.Denied,
	}
}

func (v SecurityShow) unlink(i IdentityRow) components.Confirmation {
	return components.Confirmation{
		ID: "unlink-" + i.Provider, Label: "Unlink", About: i.Label, Question: "Unlink " + i.Label + "?",
		Consequence: "You can no longer sign in with it. Your account stays as it is.",
		Yes:         "Unlink it", URL: urls.IdentityUnlink(i.Provider), CSRF: v.CSRF, Denied: v.Denied,
	}
}

func (v SecurityShow) renewCodes() components.Confirmation {
	return components.Confirmation{
		ID: "renew-codes", Label: "Make new codes", Question: "Make new recovery codes?",
		Consequence: "The codes you have now open nothing any more.",
		Yes:         "Make new ones", URL: urls.RecoveryCodes, CSRF: v.CSRF, Denied: v.Denied,
	}
}

// how says with what the session was opened.
func (s SessionRow) how() string {
	if s.TwoFactors {
		return " with two factors."
	}
	return " with one factor."
}

// mustAdd says who asks for a second factor that is not there.
func (v SecurityShow) mustAdd() string {
	switch {
	case v.TwoFactors:
		return ""
	case v.Required && v.Account != nil:
		return v.Account.Name + " asks its members for two factors. Set up the second one; until then this page is all you can open there."
	case v.StaffRequired:
		return "The back office asks for two factors. Set up the second one; until then it stays closed."
	}
	return ""
}

func (v SecurityShow) requireDenied() string {
	if v.RequireDenied == "" && !v.TwoFactors {
		return "Set up a second factor for yourself first."
	}
	return v.RequireDenied
}
