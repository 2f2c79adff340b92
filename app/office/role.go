package office

import (
	"slices"
	"strings"
)

// Role is a part of the operator's work. A person may hold several.
type Role string

// The roles.
const (
	Operator Role = "operator"
	Support  Role = "support"
	Finance  Role = "finance"
	Abuse    Role = "abuse"
	Terms    Role = "terms"
)

// All lists the roles, the most powerful first.
var All = Roles{Operator, Support, Finance, Abuse, Terms}

var about = map[Role]string{
	Operator: "Runs the instance: staff, delivery, plans, terms and own mailings. Everything except giving credits.",
	Support:  "Helps customers: accounts, notes, limits, messages in figures, and content under a grant.",
	Finance:  "Plans, invoices, payments and credits.",
	Abuse:    "Guards the reputation: suspends accounts and lifts it, stops links, sees where mail goes.",
	Terms:    "Writes, approves and announces terms.",
}

// About says what the role is for.
func (r Role) About() string { return about[r] }

// Known reports whether r is one of the roles, for what comes from a form.
func (r Role) Known() bool { return slices.Contains(All, r) }

// Permission names something that staff may do.
type Permission string

// The permissions.
const (
	Enter           Permission = "enter" // the back office's front page
	SeeAccounts     Permission = "see_accounts"
	AskSupport      Permission = "ask_support" // for a look at content, and the look
	WriteNotes      Permission = "write_notes"
	SetLimits       Permission = "set_limits"
	GiveCredit      Permission = "give_credit"
	SuspendAccounts Permission = "suspend_accounts"
	LiftSuspensions Permission = "lift_suspensions" // ask for it, and approve what another asked for
	SeeMessages     Permission = "see_messages"
	SeeMoney        Permission = "see_money" // plans and invoices
	ManageMoney     Permission = "manage_money"
	SeeTerms        Permission = "see_terms"
	ManageTerms     Permission = "manage_terms"
	ManageMailings  Permission = "manage_mailings" // our own, and who gets them
	SeeDelivery     Permission = "see_delivery"
	ManageDelivery  Permission = "manage_delivery"
	StopLinks       Permission = "stop_links"
	SeeSystem       Permission = "see_system"
	ReadAudit       Permission = "read_audit"
	ManageStaff     Permission = "manage_staff"
)

// granted is the one table of permissions: routes, pages and the command line ask it by May.
var granted = map[Permission][]Role{
	Enter:           All,
	SeeAccounts:     {Operator, Support, Finance, Abuse},
	AskSupport:      {Operator, Support, Abuse},
	WriteNotes:      {Operator, Support, Finance, Abuse},
	SetLimits:       {Operator, Support, Abuse},
	GiveCredit:      {Finance},
	SuspendAccounts: {Operator, Abuse},
	LiftSuspensions: {Operator, Abuse},
	SeeMessages:     {Operator, Support, Abuse},
	SeeMoney:        {Operator, Support, Finance},
	ManageMoney:     {Operator, Finance},
	SeeTerms:        {Operator, Support, Terms},
	ManageTerms:     {Operator, Terms},
	ManageMailings:  {Operator},
	SeeDelivery:     {Operator, Support, Abuse},
	ManageDelivery:  {Operator},
	StopLinks:       {Operator, Abuse},
	SeeSystem:       {Operator, Support},
	ReadAudit:       {Operator, Abuse},
	ManageStaff:     {Operator},
}

// Permissions lists every permission of the table, in the order of its names.
func Permissions() []Permission {
	all := make([]Permission, 0, len(granted))
	for p := range granted {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}

// Roles are those of one person.
type Roles []Role

// May reports whether one of the roles grants the permission.
func (r Roles) May(p Permission) bool {
	return slices.ContainsFunc(granted[p], func(one Role) bool { return slices.Contains(r, one) })
}

// Has reports whether the role is among them.
func (r Roles) Has(one Role) bool { return slices.Contains(r, one) }

// Words lists them for people.
func (r Roles) Words() string {
	words := make([]string, len(r))
	for i, one := range r {
		words[i] = string(one)
	}
	return strings.Join(words, ", ")
}

// tidy keeps each known role once, in the order of All.
func (r Roles) tidy() Roles {
	var kept Roles
	for _, one := range All {
		if r.Has(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// WhyNot says which roles grant what somebody's do not.
func WhyNot(p Permission) string {
	return "Your roles in the back office do not allow this. It takes " + Takes(p) + "."
}

// Takes names the roles that grant a permission: "finance", "operator or abuse".
func Takes(p Permission) string {
	words := make([]string, len(granted[p]))
	for i, one := range granted[p] {
		words[i] = string(one)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
