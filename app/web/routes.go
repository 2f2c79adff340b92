package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/message"
)

const (
	get  = fiber.MethodGet
	post = fiber.MethodPost
)

// Routes is the table: every page and action of the site. The order matters only
// where a path with a parameter could take another's place.
func (s *Server) Routes() []Route {
	return []Route{
		{get, "/healthz", open(), s.alive},
		{get, "/readyz", open(), s.ready},
		{get, "/static/*", open(), s.staticFile},

		// The public site.
		{get, "/", public(), s.publicLanding},
		{get, "/terms", public(), s.termsCurrent},
		{get, "/terms/:number", public(), s.termsShow},
		{get, "/privacy", public(), s.privacyShow},
		{post, "/theme", public(), s.themeSet},
		{get, "/f/:id", public(), s.formShow},
		{post, "/f/:id", public(), s.formSend},
		{get, "/subscribe/:token", public(), s.subscribeConfirm},
		{post, "/subscribe/:token", public(), s.subscribeDo},
		{get, "/p/:token", public(), s.preferenceShow},
		{post, "/p/:token", public(), s.preferenceSave},

		// Identity.
		{get, "/signup", public(), s.signupNew},
		{post, "/signup", public(), s.signupCreate},
		{get, "/confirm", public(), s.confirmSent},
		{post, "/confirm", public(), s.confirmResend},
		{get, "/confirm/:token", public(), s.confirmNew},
		{post, "/confirm/:token", public(), s.confirmCreate},
		{get, "/login", public(), s.loginNew},
		{post, "/login", public(), s.loginCreate},
		{post, "/logout", public(), s.logout},
		{get, "/password", public(), s.passwordForgot},
		{post, "/password", public(), s.passwordForgotSend},
		{get, "/password/:token", public(), s.passwordReset},
		{post, "/password/:token", public(), s.passwordResetSave},

		// An account.
		{get, "/a", signedIn(), s.accountFirst},
		{get, "/a/:slug", member(), s.dashboardShow},
		{get, "/a/:slug/domains", member(), s.domainList},
		{post, "/a/:slug/domains", may(account.ManageDomains), s.domainAdd},
		{get, "/a/:slug/domains/:id", member(), s.domainShow},
		{get, "/a/:slug/domains/:id/zone.txt", member(), s.domainZone},
		{post, "/a/:slug/domains/:id/check", may(account.ManageDomains), s.domainCheck},
		{post, "/a/:slug/domains/:id/rotate", may(account.ManageDomains), s.domainRotate},
		{post, "/a/:slug/domains/:id/remove", may(account.ManageDomains), s.domainRemove},
		{get, "/a/:slug/credentials", member(), s.credentialList},
		{post, "/a/:slug/credentials", may(account.ManageCredentials), s.credentialCreate},
		{get, "/a/:slug/credentials/new", member(), s.credentialNew},
		{get, "/a/:slug/credentials/:id", member(), s.credentialShow},
		{post, "/a/:slug/credentials/:id/revoke", may(account.ManageCredentials), s.credentialRevoke},
		{post, "/a/:slug/credentials/:id/test", may(account.SendMail), s.credentialTry},
		{get, "/a/:slug/messages", member(), s.messageList},
		{get, "/a/:slug/messages/bulk", may(account.SendMail), s.messageBulkNew},
		{post, "/a/:slug/messages/bulk", may(account.SendMail), s.messageBulk},
		{get, "/a/:slug/messages/:id", member(), s.messageShow},
		{get, "/a/:slug/messages/:id/preview", member(), s.messagePreview},
		{get, "/a/:slug/messages/:id/raw", member(), s.messageRaw},
		{post, "/a/:slug/messages/:id/retry", may(account.SendMail), s.messageOperate(message.Retry)},
		{post, "/a/:slug/messages/:id/hold", may(account.SendMail), s.messageOperate(message.Hold)},
		{post, "/a/:slug/messages/:id/release", may(account.SendMail), s.messageOperate(message.Release)},
		{post, "/a/:slug/messages/:id/cancel", may(account.SendMail), s.messageOperate(message.Cancel)},
		{get, "/a/:slug/suppressions", member(), s.suppressionList},
		{post, "/a/:slug/suppressions", may(account.SendMail), s.suppressionAdd},
		{post, "/a/:slug/suppressions/remove", may(account.SendMail), s.suppressionRemove},
		{get, "/a/:slug/suppressions/suppressions.csv", may(account.SendMail), s.suppressionExport},
		{get, "/a/:slug/contacts", member(), s.contactList},
		{post, "/a/:slug/contacts", may(account.ManageContacts), s.contactAdd},
		{get, "/a/:slug/contacts/new", member(), s.contactNew},
		{get, "/a/:slug/contacts/fields", member(), s.contactFields},
		{post, "/a/:slug/contacts/fields", may(account.ManageContacts), s.contactFieldAdd},
		{get, "/a/:slug/contacts/export", may(account.ExportContacts), s.contactExport},
		{get, "/a/:slug/contacts/:id", member(), s.contactShow},
		{post, "/a/:slug/contacts/:id", may(account.ManageContacts), s.contactSave},
		{post, "/a/:slug/contacts/:id/remove", may(account.ManageContacts), s.contactRemove},
		{post, "/a/:slug/contacts/:id/join", may(account.ManageContacts), s.contactJoin},
		{post, "/a/:slug/contacts/:id/leave", may(account.ManageContacts), s.contactLeave},
		{get, "/a/:slug/lists", member(), s.listList},
		{post, "/a/:slug/lists", may(account.ManageContacts), s.listAdd},
		{get, "/a/:slug/lists/:id", member(), s.listShow},
		{post, "/a/:slug/lists/:id", may(account.ManageContacts), s.listSave},
		{post, "/a/:slug/lists/:id/form", may(account.ManageContacts), s.listForm},
		{post, "/a/:slug/topics", may(account.ManageContacts), s.topicAdd},
		{get, "/a/:slug/segments", member(), s.segmentList},
		{post, "/a/:slug/segments", may(account.ManageContacts), s.segmentCreate},
		{get, "/a/:slug/segments/new", member(), s.segmentNew},
		{get, "/a/:slug/segments/:id", member(), s.segmentShow},
		{post, "/a/:slug/segments/:id", may(account.ManageContacts), s.segmentSave},
		{get, "/a/:slug/segments/:id/count", member(), s.segmentCount},
		{post, "/a/:slug/segments/:id/remove", may(account.ManageContacts), s.segmentRemove},
		{get, "/a/:slug/imports", member(), s.importList},
		{post, "/a/:slug/imports", may(account.ManageContacts), s.importUpload},
		{get, "/a/:slug/imports/:id", member(), s.importShow},
		{get, "/a/:slug/imports/:id/progress", member(), s.importProgress},
		{get, "/a/:slug/imports/:id/rows", may(account.ManageContacts), s.importRows},
		{post, "/a/:slug/imports/:id/read", may(account.ManageContacts), s.importRead},
		{post, "/a/:slug/imports/:id/check", may(account.ManageContacts), s.importCheck},
		{post, "/a/:slug/imports/:id/start", may(account.ManageContacts), s.importStart},
		{post, "/a/:slug/imports/:id/cancel", may(account.ManageContacts), s.importCancel},
		{post, "/a/:slug/imports/:id/undo", may(account.ManageContacts), s.importUndo},
		{post, "/a/:slug/imports/:id/discard", may(account.ManageContacts), s.importDiscard},
		{get, "/a/:slug/settings/profile", member(), s.settingsProfile},
		{post, "/a/:slug/settings/profile", member(), s.settingsProfileSave},
		{post, "/a/:slug/settings/profile/password", member(), s.settingsPasswordSave},
		{post, "/a/:slug/settings/profile/sign-out-elsewhere", member(), s.settingsSessionsEnd},
		{post, "/a/:slug/settings/account", may(account.ManageProfile).whileUnconfirmed(), s.settingsAccountSave},

		// Captured mail, for who develops at the machine.
		{get, "/dev/inbox", dev(), s.inboxList},
		{get, "/dev/inbox/:id", dev(), s.inboxShow},
		{get, "/dev/inbox/:id/preview", dev(), s.inboxPreview},
		{get, "/dev/inbox/:id/raw", dev(), s.inboxRaw},

		// The back office.
		{get, "/staff", operator(), s.staffHome},
		{get, "/staff/enter/:token", public(), s.staffEnter},
		{post, "/staff/enter/:token", public(), s.staffEnterCreate},
	}
}
