package urls

// Campaigns is the list of campaigns; POST makes a draft.
func (a Account) Campaigns() string { return a.page("campaigns") }

// CampaignNew is the form.
func (a Account) CampaignNew() string { return a.page("campaigns", "new") }

// Campaign is one campaign, wherever it stands.
func (a Account) Campaign(id string) string { return a.page("campaigns", id) }

// CampaignStep is one step of a draft. Steps live in the query, so that they are pages of
// the same thing.
func (a Account) CampaignStep(id, step string) string { return WithQuery(a.Campaign(id), "step", step) }

// CampaignVariant is the content step of one variant.
func (a Account) CampaignVariant(id, variant string) string {
	return WithQuery(a.Campaign(id), "step", "content", "variant", variant)
}

// CampaignAct is one of its actions (POST): audience, content, send, start, pause, resume,
// withdraw, cancel, copy, remove, test, winner.
func (a Account) CampaignAct(id, act string) string { return a.page("campaigns", id, act) }

// CampaignCount is the count of the audience, for the page to put in.
func (a Account) CampaignCount(id string, pairs ...string) string {
	return WithQuery(a.page("campaigns", id, "count"), pairs...)
}

// CampaignChecks is the checks before sending, for the page to put in.
func (a Account) CampaignChecks(id string) string { return a.page("campaigns", id, "checks") }

// CampaignProgress is the part of the report that moves.
func (a Account) CampaignProgress(id string) string { return a.page("campaigns", id, "progress") }

// CampaignFollow is that part as a stream of events.
func (a Account) CampaignFollow(id string) string { return a.page("campaigns", id, "follow") }

// CampaignPreview is the mail itself, for a sandboxed frame only.
func (a Account) CampaignPreview(id string, pairs ...string) string {
	return WithQuery(a.page("campaigns", id, "preview"), pairs...)
}

// CampaignClicks is the mail with what its links got, for a sandboxed frame only.
func (a Account) CampaignClicks(id string) string { return a.page("campaigns", id, "clicks") }

// CampaignRecipients is the list behind one number.
func (a Account) CampaignRecipients(id string, pairs ...string) string {
	return WithQuery(a.page("campaigns", id, "recipients"), pairs...)
}

// CampaignExport downloads that list.
func (a Account) CampaignExport(id, list string) string {
	return WithQuery(a.page("campaigns", id, "recipients.csv"), "list", list)
}

// CampaignReport downloads the figures of the report.
func (a Account) CampaignReport(id string) string { return a.page("campaigns", id, "report.csv") }
