package terms

import (
	"context"
	"fmt"
	"net/netip"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// By says who accepted, and from where.
type By struct {
	AccountID id.ID
	UserID    id.ID
	Channel   Channel
	IP        netip.Addr
	UserAgent string
}

// Record stores that a version was accepted, inside the transaction in ctx if
// there is one. It is a system step: at sign-up the account has no scope yet.
// A second acceptance of the same version is refused by the schema.
func (a *Archive) Record(ctx context.Context, v Version, by By) error {
	r := acceptanceRow{
		AccountID: by.AccountID, AcceptanceID: id.New(), Document: v.Document, Number: v.Number, Digest: v.Digest,
		UserID: by.UserID, Channel: by.Channel, IP: by.IP.Unmap().String(), UserAgent: by.UserAgent, AcceptedAt: a.store.Now(),
	}
	err := a.store.SystemWrite(ctx, "record who accepted which terms", func(_ context.Context, tx *gorm.DB) error {
		return tx.Create(&r).Error
	})
	if err != nil {
		return fmt.Errorf("terms: record: %w", err)
	}
	return nil
}
