package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/message"
	"smtpserver/app/terms"
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
		{get, "/terms", public(), s.documentCurrent(terms.Service)},
		{get, "/terms/feed.atom", public(), s.termsFeed},
		{get, "/terms/:number", public(), s.documentShow(terms.Service)},
		{get, "/terms/:number/changes", public(), s.documentChanges(terms.Service)},
		{get, "/privacy", public(), s.documentCurrent(terms.Privacy)},
		{get, "/privacy/:number", public(), s.documentShow(terms.Privacy)},
		{get, "/privacy/:number/changes", public(), s.documentChanges(terms.Privacy)},
		{get, "/acceptable-use", public(), s.documentCurrent(terms.AcceptableUse)},
		{get, "/acceptable-use/:number", public(), s.documentShow(terms.AcceptableUse)},
		{get, "/acceptable-use/:number/changes", public(), s.documentChanges(terms.AcceptableUse)},
		{get, "/data-processing", public(), s.documentCurrent(terms.Processing)},
		{get, "/data-processing/:number", public(), s.documentShow(terms.Processing)},
		{get, "/data-processing/:number/changes", public(), s.documentChanges(terms.Processing)},
		{post, "/theme", public(), s.themeSet},

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
		{get, "/login/second", public(), s.loginSecond},
		{post, "/login/second", public(), s.loginSecondCreate},
		{post, "/login/passkey", public(), s.loginPasskey},
		{post, "/login/passkey/options", public(), s.loginPasskeyOptions},
		{get, "/signup/complete", public(), s.signupComplete},
		{post, "/signup/complete", public(), s.signupCompleteCreate},
		{get, "/auth/:provider", public(), s.authBegin},
		{get, "/auth/:provider/callback", public(), s.authCallback},
		{post, "/auth/:provider/link", signedIn().freshly(), s.authLink},
		{post, "/auth/:provider/prove", signedIn(), s.authProve},

		// How a person signs in: theirs, not an account's.
		{get, "/security", signedIn(), s.securityOwn},
		{post, "/security/authenticator", signedIn().freshly(), s.authenticatorBegin},
		{get, "/security/authenticator", signedIn(), s.authenticatorNew},
		{post, "/security/authenticator/confirm", signedIn().freshly(), s.authenticatorConfirm},
		{post, "/security/authenticator/remove", signedIn().freshly(), s.authenticatorRemove},
		{post, "/security/recovery-codes", signedIn().freshly(), s.recoveryRenew},
		{post, "/security/passkeys/new", signedIn().freshly(), s.passkeyNew},
		{post, "/security/passkeys/options", signedIn().freshly(), s.passkeyOptions},
		{post, "/security/passkeys", signedIn().freshly(), s.passkeyCreate},
		{post, "/security/passkeys/:id/remove", signedIn().freshly(), s.passkeyRemove},
		{post, "/security/identities/:provider/unlink", signedIn().freshly(), s.identityUnlink},
		{post, "/security/sessions/:hash/end", signedIn(), s.sessionEnd},
		{post, "/security/sessions/end-others", signedIn(), s.sessionsEnd},
		{post, "/security/proof/options", signedIn(), s.proofOptions},

		{get, "/invite/:token", public(), s.inviteShow},
		{post, "/invite/:token", public(), s.inviteAccept},

		{get, "/accounts/new", signedIn(), s.accountNew},
		{post, "/accounts/new", signedIn(), s.accountCreate},

		// An account.
		{get, "/a", signedIn(), s.accountFirst},
		{get, "/a/:slug", member(), s.dashboardShow},
		{get, "/a/:slug/domains", member(), s.domainList},
		{post, "/a/:slug/domains", may(account.ManageDomains), s.domainAdd},
		{get, "/a/:slug/domains/:id", member(), s.domainShow},
		{get, "/a/:slug/domains/:id/zone.txt", member(), s.domainZone},
		{post, "/a/:slug/domains/:id/check", may(account.ManageDomains), s.domainCheck},
		{post, "/a/:slug/domains/:id/rotate", may(account.ManageDomains), s.domainRotate},
		{post, "/a/:slug/domains/:id/remove", may(account.ManageDomains).freshly(), s.domainRemove},
		{get, "/a/:slug/credentials", member(), s.credentialList},
		{post, "/a/:slug/credentials", may(account.ManageCredentials).freshly(), s.credentialCreate},
		{get, "/a/:slug/credentials/new", member(), s.credentialNew},
		{get, "/a/:slug/credentials/:id", member(), s.credentialShow},
		{post, "/a/:slug/credentials/:id/pause", may(account.ManageCredentials), s.credentialPause},
		{post, "/a/:slug/credentials/:id/resume", may(account.ManageCredentials), s.credentialResume},
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
		{get, "/a/:slug/settings/profile", member(), s.settingsProfile},
		{post, "/a/:slug/settings/profile", member(), s.settingsProfileSave},
		{post, "/a/:slug/settings/profile/password", member(), s.settingsPasswordSave},
		{post, "/a/:slug/settings/profile/sign-out-elsewhere", member(), s.settingsSessionsEnd},
		{get, "/a/:slug/settings/security", member().withOneFactor(), s.securityShow},
		{post, "/a/:slug/settings/security/two-factors", may(account.ManageSecurity).freshly(), s.securityRequire},
		{get, "/a/:slug/settings/terms", member(), s.settingsTerms},
		{get, "/a/:slug/settings/terms/evidence.json", member(), s.settingsTermsEvidence},
		{post, "/a/:slug/settings/terms/accept", may(account.AcceptTerms).whileUnconfirmed(), s.settingsTermsAccept},
		{post, "/a/:slug/settings/terms/object", may(account.AcceptTerms).whileUnconfirmed(), s.settingsTermsObject},
		{post, "/a/:slug/settings/account", may(account.ManageProfile).whileUnconfirmed(), s.settingsAccountSave},

		{get, "/a/:slug/settings/account", member(), s.accountDetails},
		{get, "/a/:slug/settings/data", member(), s.dataShow},
		{post, "/a/:slug/settings/data/export", may(account.ExportData), s.dataExport},
		{get, "/a/:slug/settings/data/exports/:id", may(account.ExportData), s.dataDownload},
		{post, "/a/:slug/settings/data/close", may(account.OwnAccount), s.dataClose},
		{post, "/a/:slug/settings/data/reopen", may(account.OwnAccount), s.dataReopen},
		{get, "/a/:slug/settings/support", member(), s.supportShow},
		{post, "/a/:slug/settings/support", may(account.GrantSupport), s.supportGive},
		{post, "/a/:slug/settings/support/:id/answer", may(account.GrantSupport), s.supportAnswer},
		{post, "/a/:slug/settings/support/:id/end", may(account.GrantSupport), s.supportEnd},
		{get, "/a/:slug/settings/team", member(), s.teamShow},
		{post, "/a/:slug/settings/team/invite", may(account.ManageMembers), s.teamInvite},
		{post, "/a/:slug/settings/team/invitations/:id/revoke", may(account.ManageMembers), s.teamRevoke},
		{post, "/a/:slug/settings/team/members/:id/role", may(account.ManageMembers), s.teamRole},
		{post, "/a/:slug/settings/team/members/:id/remove", may(account.ManageMembers), s.teamRemove},
		{post, "/a/:slug/settings/team/leave", member(), s.teamLeave},
		{post, "/a/:slug/settings/team/transfer", may(account.OwnAccount), s.transferOffer},
		{post, "/a/:slug/settings/team/transfer/accept", member(), s.transferAccept},
		{post, "/a/:slug/settings/team/transfer/withdraw", member(), s.transferWithdraw},
		{get, "/a/:slug/audit", may(account.ReadAudit), s.auditList},
		{get, "/a/:slug/audit/audit.csv", may(account.ReadAudit), s.auditExport},

		// Captured mail, for who develops at the machine.
		{get, "/dev/inbox", dev(), s.inboxList},
		{get, "/dev/inbox/:id", dev(), s.inboxShow},
		{get, "/dev/inbox/:id/preview", dev(), s.inboxPreview},
		{get, "/dev/inbox/:id/raw", dev(), s.inboxRaw},

		// The back office.
		{get, "/staff", operator(), s.staffHome},
		{get, "/staff/audit", operator(), s.staffAudit},
		{get, "/staff/accounts", operator(), s.staffAccounts},
		{get, "/staff/accounts/:id", operator(), s.staffAccount},
		{post, "/staff/accounts/:id/ask", operator(), s.staffAsk},
		{post, "/staff/accounts/:id/view", operator(), s.staffView},
		{post, "/staff/leave", operator(), s.staffLeave},
		{get, "/staff/terms", operator(), s.staffTerms},
		{get, "/staff/terms/draft", operator(), s.staffDraft},
		{post, "/staff/terms/draft", operator(), s.staffDraftSave},
		{post, "/staff/terms/draft/preview", operator(), s.staffDraftPreview},
		{post, "/staff/terms/draft/approve", operator(), s.staffDraftApprove},
		{post, "/staff/terms/draft/announce", operator(), s.staffDraftAnnounce},
		{post, "/staff/terms/draft/discard", operator(), s.staffDraftDiscard},
		{get, "/staff/terms/draft/notice", operator(), s.staffNotice},
		{get, "/staff/terms/draft/mail", operator(), s.staffNoticeMail},
		{get, "/staff/terms/:number", operator(), s.staffVersion},
		{post, "/staff/terms/:number/withdraw", operator(), s.staffVersionWithdraw},
		{get, "/staff/terms/:number/evidence.json", operator(), s.staffEvidenceJSON},
		{get, "/staff/terms/:number/evidence.csv", operator(), s.staffEvidenceCSV},
		{get, "/staff/enter/:token", public(), s.staffEnter},
		{post, "/staff/enter/:token", public(), s.staffEnterCreate},
	}
}
