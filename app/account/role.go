package account

import (
	"slices"
	"strings"
)

// Role is what a member may do in an account.
type Role string

// The roles.
const (
	Owner     Role = "owner" // gets legal notices; exactly one per account
	Admin     Role = "admin"
	Developer Role = "developer"
	Marketer  Role = "marketer"
	Billing   Role = "billing"
	Viewer    Role = "viewer"
)

// Roles lists them, the most powerful first.
var Roles = []Role{Owner, Admin, Developer, Marketer, Billing, Viewer}

// about says what a role is for, as the team's page shows it.
var about = map[Role]string{
	Owner:     "Everything. Gets legal notices, alone may transfer or close the account.",
	Admin:     "Everything except transferring or closing the account.",
	Developer: "Domains, credentials, webhooks, and messages.",
	Marketer:  "Messages, contacts and campaigns.",
	Billing:   "Plan, invoices and payment.",
	Viewer:    "Looks at everything that is not about money or safety, and changes nothing.",
}

// About says what the role is for.
func (r Role) About() string { return about[r] }

// Known reports whether r is one of the roles, for what comes from a form.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Permission names something a member may do.
type Permission string

// The permissions.
const (
	ManageDomains     Permission = "manage_domains"
	ManageCredentials Permission = "manage_credentials" //nolint:gosec // the name of a permission, no secret
	ManageWebhooks    Permission = "manage_webhooks"
	SendMail          Permission = "send_mail" // and what becomes of it: retry, cancel, suppressions
	ManageContacts    Permission = "manage_contacts"
	ExportContacts    Permission = "export_contacts"
	ManageCampaigns   Permission = "manage_campaigns"
	ReadBilling       Permission = "read_billing"
	ManageBilling     Permission = "manage_billing"
	ManageProfile     Permission = "manage_profile"
	ManageMembers     Permission = "manage_members"
	ManageSecurity    Permission = "manage_security" // what sign-in the account demands
	ReadAudit         Permission = "read_audit"
	AnswerPersons     Permission = "answer_persons" // who ask what is held about them
	ExportData        Permission = "export_data"
	GrantSupport      Permission = "grant_support" // staff may look at content
	AcceptTerms       Permission = "accept_terms"  // and object to them
	OwnAccount        Permission = "own_account"   // transfer it, close it
)

// granted is the one table of permissions: routes, pages and the API ask it by May.
var granted = map[Permission][]Role{
	ManageDomains:     {Owner, Admin, Developer},
	ManageCredentials: {Owner, Admin, Developer},
	ManageWebhooks:    {Owner, Admin, Developer},
	SendMail:          {Owner, Admin, Developer, Marketer},
	ManageContacts:    {Owner, Admin, Marketer},
	ExportContacts:    {Owner, Admin},
	ManageCampaigns:   {Owner, Admin, Marketer},
	ReadBilling:       {Owner, Admin, Billing},
	ManageBilling:     {Owner, Admin, Billing},
	ManageProfile:     {Owner, Admin},
	ManageMembers:     {Owner, Admin},
	ManageSecurity:    {Owner, Admin},
	ReadAudit:         {Owner, Admin},
	AnswerPersons:     {Owner, Admin, Marketer},
	ExportData:        {Owner, Admin},
	GrantSupport:      {Owner},
	AcceptTerms:       {Owner},
	OwnAccount:        {Owner},
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

// May reports whether the role grants the permission.
func (r Role) May(p Permission) bool { return slices.Contains(granted[p], r) }

// WhyNot says why the role does not grant the permission, and whose does.
func (r Role) WhyNot(p Permission) string {
	return "Your role in this account, " + string(r) + ", does not allow this. It takes " + oneOf(granted[p]) + "."
}

// oneOf words a choice: "the owner", "the owner or an admin".
func oneOf(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		article := "a "
		switch r {
		case Owner:
			article = "the "
		case Admin:
			article = "an "
		}
		words[i] = article + string(r)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// Outranks reports whether a member of role r may change one of the other role:
// nobody but the owner touches admins, and nobody touches the owner.
func (r Role) Outranks(other Role) bool {
	switch r {
	case Owner:
		return other != Owner
	case Admin:
		return other != Owner && other != Admin
	}
	return false
}
