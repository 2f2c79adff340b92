package identity

import (
	"context"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/id"
)

// NoticeKind says what a security notice is about.
type NoticeKind string

// The notices.
const (
	NewDevice            NoticeKind = "new_device"
	AuthenticatorAdded   NoticeKind = "authenticator_added"
	AuthenticatorRemoved NoticeKind = "authenticator_removed"
	RecoveryCodesMade    NoticeKind = "recovery_codes_made"
	RecoveryCodeUsed     NoticeKind = "recovery_code_used"
	PasskeyAdded         NoticeKind = "passkey_added"
	PasskeyRemoved       NoticeKind = "passkey_removed"
	IdentityLinked       NoticeKind = "identity_linked"
	IdentityUnlinked     NoticeKind = "identity_unlinked"
	CredentialIssued     NoticeKind = "credential_issued" //nolint:gosec // the name of a notice, no secret
)

// Notice tells a person of something about how they sign in.
type Notice struct {
	Kind   NoticeKind
	Detail string // the provider's name
	Device string // "Firefox on Windows"
	IP     string
	At     time.Time
}

// tell mails the notice and records the event, in the transaction of ctx.
func (s *Service) tell(ctx context.Context, u userRow, c Client, n Notice) error {
	n.Device, n.IP, n.At = c.Words(), c.ip(), s.now()
	if err := s.Notifier.Security(ctx, u.recipient(), n); err != nil {
		return err
	}
	if n.Kind == CredentialIssued {
		return nil // the account that it belongs to has it in its audit, and no other shall
	}
	return s.record(ctx, u, c, audit.Action("member."+n.Kind), n.Detail)
}

// TellOf mails somebody a notice about what was done in an account of theirs, in the
// transaction of ctx.
func (s *Service) TellOf(ctx context.Context, userID id.ID, c Client, kind NoticeKind) error {
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return err
	}
	return s.tell(ctx, u, c, Notice{Kind: kind})
}
