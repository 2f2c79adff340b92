package account

import (
	"context"
	"time"
)

// Notifier writes the system mails about accounts. Its implementation must store the
// mail in the transaction that ctx carries.
type Notifier interface {
	// Invitation brings the link by which somebody joins.
	Invitation(ctx context.Context, to string, i InvitationMail) error
	// TransferAsked tells both sides that the account is offered to another owner.
	TransferAsked(ctx context.Context, to string, t TransferMail) error
	// Transferred tells both sides that the account has another owner.
	Transferred(ctx context.Context, to string, t TransferMail) error
}

// InvitationMail is what an invitation tells.
type InvitationMail struct {
	Account   string
	InvitedBy string // address
	Role      Role
	Token     string
	ExpiresAt time.Time
}

// TransferMail is what a mail about a transfer tells.
type TransferMail struct {
	Account, Slug string
	From, To      string // addresses
}

// SetNotifier gives the service its mails. Without it nothing can be sent, and what
// needs a mail fails.
func (s *Service) SetNotifier(n Notifier) { s.notifier = n }
