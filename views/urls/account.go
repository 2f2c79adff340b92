package urls

// Account is an account's slug; its methods are the pages below /a/{slug}.
type Account string

// Dashboard is the overview.
func (a Account) Dashboard() string { return join("/a", string(a)) }

// Messages is the list of messages.
func (a Account) Messages() string { return a.page("messages") }

// Message is one message.
func (a Account) Message(id string) string { return a.page("messages", id) }

// MessageTab is one tab of a message; "" is the journey. Tabs live in the query,
// so that they are pages of the same thing.
func (a Account) MessageTab(id, delivery, tab string) string {
	return WithQuery(a.Message(id), "delivery", delivery, "tab", tab)
}

// MessagePreview is the mail's own HTML, for a sandboxed frame only.
func (a Account) MessagePreview(id string) string { return a.page("messages", id, "preview") }

// MessageRaw downloads the message as it was sent.
func (a Account) MessageRaw(id string) string { return a.page("messages", id, "raw") }

// MessageRetry asks for the next try now (POST).
func (a Account) MessageRetry(id string) string { return a.page("messages", id, "retry") }

// MessageCancel ends what still waits (POST).
func (a Account) MessageCancel(id string) string { return a.page("messages", id, "cancel") }

// MessageHold keeps back what still waits (POST).
func (a Account) MessageHold(id string) string { return a.page("messages", id, "hold") }

// MessageRelease lets go what is held (POST).
func (a Account) MessageRelease(id string) string { return a.page("messages", id, "release") }

// MessagesWith is the list with a filter, given as name and value in turn.
func (a Account) MessagesWith(pairs ...string) string { return WithQuery(a.Messages(), pairs...) }

// MessageBulk asks before an operation on all that a filter names; POST does it.
func (a Account) MessageBulk(op string, pairs ...string) string {
	return WithQuery(a.page("messages", "bulk"), append([]string{"op", op}, pairs...)...)
}

// Domains is the list of sending domains; POST adds one.
func (a Account) Domains() string { return a.page("domains") }

// Domain is one sending domain.
func (a Account) Domain(id string) string { return a.page("domains", id) }

// DomainCheck looks at DNS now (POST).
func (a Account) DomainCheck(id string) string { return a.page("domains", id, "check") }

// DomainRotate makes the next DKIM key sign (POST).
func (a Account) DomainRotate(id string) string { return a.page("domains", id, "rotate") }

// DomainRemove gives a domain up (POST).
func (a Account) DomainRemove(id string) string { return a.page("domains", id, "remove") }

// DomainZone downloads the records as zone-file lines.
func (a Account) DomainZone(id string) string { return a.page("domains", id, "zone.txt") }

// Credentials is the list; POST creates one.
func (a Account) Credentials() string { return a.page("credentials") }

// CredentialNew is the form.
func (a Account) CredentialNew() string { return a.page("credentials", "new") }

// Credential shows how to connect with it, without its secret.
func (a Account) Credential(id string) string { return a.page("credentials", id) }

// CredentialRevoke ends it at once (POST).
func (a Account) CredentialRevoke(id string) string { return a.page("credentials", id, "revoke") }

// CredentialPause stops it for a time (POST).
func (a Account) CredentialPause(id string) string { return a.page("credentials", id, "pause") }

// CredentialResume lets it work again (POST).
func (a Account) CredentialResume(id string) string { return a.page("credentials", id, "resume") }

// CredentialTest sends a test message (POST).
func (a Account) CredentialTest(id string) string { return a.page("credentials", id, "test") }

// Suppressions is the list of addresses not to be mailed; POST adds some.
func (a Account) Suppressions() string { return a.page("suppressions") }

// SuppressionRemove lets an address be mailed again (POST).
func (a Account) SuppressionRemove() string { return a.page("suppressions", "remove") }

// SuppressionExport downloads the list as CSV.
func (a Account) SuppressionExport() string { return a.page("suppressions", "suppressions.csv") }

// Audit is what was done in the account.
func (a Account) Audit() string { return a.page("audit") }

// AuditExport downloads it as CSV.
func (a Account) AuditExport() string { return a.page("audit", "audit.csv") }

// Settings is where settings begin.
func (a Account) Settings() string { return a.SettingsProfile() }

// SettingsProfile is the signed-in person's own data; POST saves it.
func (a Account) SettingsProfile() string { return a.page("settings", "profile") }

// SettingsAccount saves the account's name and kind (POST).
func (a Account) SettingsAccount() string { return a.page("settings", "account") }

// Data is where an account takes its data, and leaves.
func (a Account) Data() string { return a.page("settings", "data") }

// DataAct is an action there (POST), or an export's file.
func (a Account) DataAct(segments ...string) string { return join(a.Data(), segments...) }

// SettingsTracking is what is tracked; POST saves it.
func (a Account) SettingsTracking() string { return a.page("settings", "tracking") }

// DomainTracking stores where a domain differs from that (POST).
func (a Account) DomainTracking(id string) string { return a.page("domains", id, "tracking") }

// Support is what staff may see; POST lets them.
func (a Account) Support() string { return a.page("settings", "support") }

// SupportAct answers a request or ends a grant (POST).
func (a Account) SupportAct(id, act string) string { return a.page("settings", "support", id, act) }

// Team is who belongs to the account.
func (a Account) Team() string { return a.page("settings", "team") }

// TeamAct is an action on the team (POST): invite, leave, transfer and so on.
func (a Account) TeamAct(segments ...string) string { return join(a.Team(), segments...) }

// SettingsPassword changes the password (POST).
func (a Account) SettingsPassword() string { return a.page("settings", "profile", "password") }

// SettingsSessions signs out everywhere else (POST).
func (a Account) SettingsSessions() string {
	return a.page("settings", "profile", "sign-out-elsewhere")
}

// SettingsTerms is where the account stands with the terms.
func (a Account) SettingsTerms() string { return a.page("settings", "terms") }

// SettingsTermsAccept accepts a version (POST).
func (a Account) SettingsTermsAccept() string { return a.page("settings", "terms", "accept") }

// SettingsTermsObject objects to an announced version (POST).
func (a Account) SettingsTermsObject() string { return a.page("settings", "terms", "object") }

// SettingsTermsPaper downloads what is on record as a paper.
func (a Account) SettingsTermsPaper() string { return a.page("settings", "terms", "evidence.pdf") }

// SettingsTermsEvidence downloads the same for programs.
func (a Account) SettingsTermsEvidence() string {
	return a.page("settings", "terms", "evidence.json")
}

func (a Account) page(segments ...string) string { return join(a.Dashboard(), segments...) }
