package broadcast

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

var errSoon = fault.New(fault.Unavailable, "Campaigns are not ready yet.")

// Create stores a draft.
func (s *Service) Create(ctx context.Context, scope account.Scope, b Brief) (Campaign, error) {
	return Campaign{}, errSoon
}

// Change stores what a person changed of a draft. revision is the one that they saw: when
// somebody else was faster, nothing changes and the fault is Conflict.
func (s *Service) Change(ctx context.Context, scope account.Scope, campaignID id.ID, revision int64, b Brief) error {
	return errSoon
}

// Get returns one campaign. An unknown id and another account's are the same NotFound.
func (s *Service) Get(ctx context.Context, scope account.Scope, campaignID id.ID) (Campaign, error) {
	return Campaign{}, errSoon
}

// Filter narrows a list of campaigns. Zero fields do not.
type Filter struct {
	Kind   Kind
	State  State
	Series id.ID
	Before id.ID // older than this one: the next page
	Limit  int
}

// List returns campaigns, newest first, one page of them.
func (s *Service) List(ctx context.Context, scope account.Scope, f Filter) ([]Campaign, error) {
	return nil, errSoon
}

// Copy returns a new draft like a campaign. With a Follows its audience comes from the
// campaign that it follows; then that one must have been sent.
func (s *Service) Copy(ctx context.Context, scope account.Scope, campaignID id.ID, f Follows) (Campaign, error) {
	return Campaign{}, errSoon
}

// Remove removes a draft.
func (s *Service) Remove(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return errSoon
}

// Start judges a draft and schedules it. For one that is started already it does nothing:
// a double click starts once.
func (s *Service) Start(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return errSoon
}

// Withdraw makes a scheduled campaign a draft again.
func (s *Service) Withdraw(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return errSoon
}

// Pause lets nothing more leave, whatever waits in the queue included, until Resume.
func (s *Service) Pause(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return errSoon
}

// Resume goes on where the campaign was paused, and answers yes to what it asks: a
// campaign whose time is long past starts now.
func (s *Service) Resume(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return errSoon
}

// Cancel ends a campaign: who waits is skipped.
func (s *Service) Cancel(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return errSoon
}

// Choose makes a variant the winner of the test.
func (s *Service) Choose(ctx context.Context, scope account.Scope, campaignID id.ID, variant int) error {
	return errSoon
}

// Sums returns a campaign's numbers; all are 0 before its audience is frozen.
func (s *Service) Sums(ctx context.Context, scope account.Scope, campaignID id.ID) (Sums, error) {
	return Sums{}, errSoon
}

// SumsOf returns the numbers of several campaigns of the account.
func (s *Service) SumsOf(ctx context.Context, scope account.Scope, campaigns []id.ID) (map[id.ID]Sums, error) {
	return nil, errSoon
}

// Page is a part of one list of recipients.
type Page struct {
	Recipients []Outcome
	Next       string // cursor of the next page; "": this was the last
}

// Recipients returns a page of the list behind one number of the sums.
func (s *Service) Recipients(ctx context.Context, scope account.Scope, campaignID id.ID, l Listed, cursor string, limit int) (Page, error) {
	return Page{}, errSoon
}

// OfMessage returns whose message of a campaign it is; NotFound when it is of none.
func (s *Service) OfMessage(ctx context.Context, scope account.Scope, messageID id.ID) (Recipient, error) {
	return Recipient{}, errSoon
}

// Sweep does what is due: it starts campaigns, freezes audiences, hands recipients over,
// decides tests, and ends what is complete. Any number of workers may call it at once.
func (s *Service) Sweep(ctx context.Context) error { return errSoon }
