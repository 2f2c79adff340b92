package office

import (
	"context"

	"smtpserver/app/id"
)

// Doors opens and closes the ways by which staff sign in. app/identity does.
type Doors interface {
	// CreateStaff makes a person of the operator, or finds them, and returns a token
	// by which they sign in once.
	CreateStaff(ctx context.Context, email string) (id.ID, string, error)
	// CloseStaff ends every session of theirs and takes every way to sign in away.
	CloseStaff(ctx context.Context, userID id.ID) error
}

// Notifier writes to staff.
type Notifier interface {
	// StaffInvited brings the link by which somebody enters the back office.
	StaffInvited(ctx context.Context, to, invitedBy string, roles Roles, token string) error
}
