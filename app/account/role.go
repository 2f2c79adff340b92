package account

// Role is what a member may do in an account.
type Role string

// The roles. Invitations and finer permissions come with teams.
const (
	Owner     Role = "owner" // gets legal notices; exactly one per account
	Admin     Role = "admin"
	Developer Role = "developer"
	Marketer  Role = "marketer"
	Billing   Role = "billing"
	Viewer    Role = "viewer"
)

// Permission names something a member may do.
type Permission string

// The permissions that exist so far.
const (
	ManageDomains     Permission = "manage_domains"
	ManageCredentials Permission = "manage_credentials" //nolint:gosec // the name of a permission, no secret
	SendMail          Permission = "send_mail"
	ManageProfile     Permission = "manage_profile"
	ManageContacts    Permission = "manage_contacts"
	ExportContacts    Permission = "export_contacts"
)

// granted is the one table of permissions; routes and pages ask it through May.
var granted = map[Role]map[Permission]bool{
	Owner:     {ManageDomains: true, ManageCredentials: true, SendMail: true, ManageProfile: true, ManageContacts: true, ExportContacts: true},
	Admin:     {ManageDomains: true, ManageCredentials: true, SendMail: true, ManageProfile: true, ManageContacts: true, ExportContacts: true},
	Developer: {ManageDomains: true, ManageCredentials: true, SendMail: true},
	Marketer:  {SendMail: true, ManageContacts: true},
}

// May reports whether the role grants the permission.
func (r Role) May(p Permission) bool { return granted[r][p] }
