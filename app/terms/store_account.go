package terms

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
)

// Records returns the account's chain, the earliest first.
func (a *Archive) Records(ctx context.Context, scope account.Scope) ([]Record, error) {
	var rows []recordRow
	err := a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("seq").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("terms: records: %w", err)
	}
	return records(rows), nil
}

func records(rows []recordRow) []Record {
	out := make([]Record, len(rows))
	for i, r := range rows {
		out[i] = r.record()
	}
	return out
}

// Notices returns what the account was told, the newest first, with the mails.
func (a *Archive) Notices(ctx context.Context, scope account.Scope) ([]Notice, error) {
	var notices []noticeRow
	var mails []mailRow
	err := a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Order("portal_at DESC, notice_id DESC").Find(&notices).Error; err != nil {
			return err
		}
		return tx.Order("queued_at, mail_id").Find(&mails).Error
	})
	if err != nil {
		return nil, fmt.Errorf("terms: notices: %w", err)
	}
	out := make([]Notice, len(notices))
	for i, n := range notices {
		out[i] = Notice{ID: n.NoticeID, Document: n.Document, Number: n.Number, Required: n.Required, PortalAt: n.PortalAt, SeenAt: n.SeenAt}
		for _, m := range mails {
			if m.Document == n.Document && m.Number == n.Number {
				out[i].Mails = append(out[i].Mails, m.mail())
			}
		}
	}
	return out, nil
}

// Seen notes that a member opened the page of an announced version for the first time.
func (a *Archive) Seen(ctx context.Context, scope account.Scope, v Version) error {
	err := a.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&noticeRow{}).Where("document = ? AND number = ? AND seen_at IS NULL", v.Document, v.Number).
			Updates(map[string]any{"seen_at": a.store.Now(), "seen_by": orNil(scope.Actor().ID)}).Error
	})
	if err != nil {
		return fmt.Errorf("terms: seen: %w", err)
	}
	return nil
}
