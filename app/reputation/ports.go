package reputation

import (
	"context"

	"smtpserver/app/audit"
	"smtpserver/app/id"
)

// Campaigns pauses campaigns. It belongs to the transaction in ctx.
type Campaigns interface {
	// Halt pauses a campaign that is under way, with the reason for people; false when
	// there was nothing to pause.
	Halt(ctx context.Context, accountID, campaignID id.ID, reason string) (bool, error)
	// LetGo lets a campaign that was paused by Halt go on.
	LetGo(ctx context.Context, accountID, campaignID id.ID) (bool, error)
}

// Accounts turns an account's own state, which its doors and pages go by, and records it.
type Accounts interface {
	Suspend(ctx context.Context, staffID, accountID id.ID, reason string) error
	Lift(ctx context.Context, staffID, accountID id.ID, reason string) error
}

// Mailer writes to an account's owner, in the transaction of ctx.
type Mailer interface {
	// Stood tells of a step.
	Stood(ctx context.Context, to Owner, s Step) error
	// Answered brings an answer to an appeal.
	Answered(ctx context.Context, to Owner, text string) error
}

// Owner is who is told.
type Owner struct{ Mail, Account, Slug string }

// Recorder keeps what was done and by whom.
type Recorder interface {
	Record(ctx context.Context, scope audit.Scope, e audit.Entry) error
	Staff(ctx context.Context, e audit.StaffEntry) error
	System(ctx context.Context, accountID id.ID, e audit.Entry) error
}

// Metrics counts steps.
type Metrics interface{ Step(kind string) }
