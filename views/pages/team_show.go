package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// Team is who belongs to an account. Forms: invite (email, role), each member's role
// (role) and removal, the transfer (to).
type Team struct {
	layout.Page
	Find        string
	Me, MyRole  string
	Members     []Member
	Invitations []InvitationRow
	Pager       components.Pager
	Roles       []RoleOption
	Transfer    *TransferOffer // nil: none stands
	TransferTo  string

	Email, Role    string // as typed
	Errors         Errors
	Denied         string // why the person may not invite; "" when they may
	TransferDenied string
}

// Member is one row.
type Member struct {
	ID, Name, Email, Role string
	Since                 time.Time
	Me                    bool
	Denied                string // why the person may not change this one
}

// InvitationRow is an open invitation.
type InvitationRow struct {
	ID, Email, Role   string
	SentAt, ExpiresAt time.Time
}

// RoleOption is a role that can be given.
type RoleOption struct{ Role, About, Denied string }

// TransferOffer is an offer of the account that stands.
type TransferOffer struct {
	From, To   string
	ExpiresAt  time.Time
	Mine, ToMe bool
}

func (v Team) roleOptions() (options []components.Option) {
	for _, r := range v.Roles {
		if r.Denied == "" {
			options = append(options, components.Option{Value: r.Role, Label: roleLabel(r.Role)})
		}
	}
	return options
}

func (v Team) heirs() []components.Option {
	options := []components.Option{{Value: "", Label: "Choose a member"}}
	for _, m := range v.Members {
		if !m.Me {
			options = append(options, components.Option{Value: m.ID, Label: m.Email})
		}
	}
	return options
}

func roleLabel(role string) string {
	labels := map[string]string{"owner": "Owner", "admin": "Admin", "developer": "Developer", "marketer": "Marketer", "billing": "Billing", "viewer": "Viewer"}
	if label, ok := labels[role]; ok {
		return label
	}
	return role
}

// InviteShow is an invitation as the invited sees it. Form: name, password,
// terms_version, accept_terms for a newcomer; only the button for others.
type InviteShow struct {
	layout.Page
	Token       string
	AccountName string
	InvitedBy   string
	Email       string
	Role, About string
	ExpiresAt   time.Time
	Known       bool   // the address has a user
	SignedInAs  string // "" when signed out
	Fits        bool   // signed in as the invited address
	Terms       Agreement
	MinPassword int
	Name        string
	Accepted    bool
	Errors      Errors
}

var joinOrder = []string{"name", "password", "accept_terms"}

// AccountNew is the form for one more account.
type AccountNew struct {
	layout.Page
	AccountName, AccountKind string
	Accepted                 bool
	Terms                    Agreement
	Errors                   Errors
}

var accountNewOrder = []string{"account_name", "account_kind", "accept_terms"}
