package audit

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// System records what the service itself did to an account, or what somebody did
// who has no scope yet, e.g. by signing up.
func (l *Log) System(ctx context.Context, accountID id.ID, e Entry) error {
	return l.record(ctx, accountID, "system", "", e)
}

// By is System for an act of a user without a scope: one who accepts an invitation
// or answers a link from a mail.
func (l *Log) By(ctx context.Context, accountID, userID id.ID, e Entry) error {
	return l.record(ctx, accountID, "user", userID, e)
}

func (l *Log) record(ctx context.Context, accountID id.ID, kind string, actorID id.ID, e Entry) error {
	r, err := l.newRow(ctx, kind, actorID, e)
	if err != nil {
		return err
	}
	r.AccountID = accountID
	err = l.store.SystemWrite(ctx, "record an event of an account", func(_ context.Context, tx *gorm.DB) error { return tx.Create(&r).Error })
	if err != nil {
		return fmt.Errorf("audit: record %s: %w", e.Action, err)
	}
	return nil
}
