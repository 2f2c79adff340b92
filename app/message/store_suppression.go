package message

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/audit"
)

// Suppressions returns a page of suppressed addresses in their order, after one of them.
func (a *Archive) Suppressions(ctx context.Context, scope account.Scope, prefix, after string, limit int) (rows []Suppression, err error) {
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		q := tx.Order("address, stream").Limit(limit)
		if prefix = strings.ToLower(prefix); prefix != "" {
			q = q.Where("address >= ? AND address < ?", prefix, prefix+"\uffff")
		}
		if after != "" {
			q = q.Where("address > ?", after)
		}
		return q.Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("message: suppressions: %w", err)
	}
	return rows, nil
}

// Suppress adds addresses and returns how many were new. One that is there already
// keeps its reason.
func (a *Archive) Suppress(ctx context.Context, scope account.Scope, rows []Suppression) (added int, err error) {
	now := a.store.Now()
	for start := 0; start < len(rows); start += batchRows {
		batch := rows[start:min(start+batchRows, len(rows))]
		for i := range batch {
			batch[i].CreatedAt = now
		}
		err := a.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
			res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&batch)
			added += int(res.RowsAffected)
			if res.Error != nil || res.RowsAffected == 0 {
				return res.Error
			}
			entry := audit.Entry{Action: "suppression.added", After: audit.Values{"entries": strconv.FormatInt(res.RowsAffected, 10)}}
			if len(rows) <= 2 && rows[0].Address == rows[len(rows)-1].Address { // one address, in one stream or both
				entry.Object.Name = audit.MaskEmail(rows[0].Address)
			}
			return a.audit.Record(ctx, scope, entry)
		})
		if err != nil {
			return added, fmt.Errorf("message: suppress: %w", err)
		}
	}
	return added, nil
}

// Unsuppress lets an address be mailed again in a stream; found is false when it could
// be mailed before.
func (a *Archive) Unsuppress(ctx context.Context, scope account.Scope, address string, stream Stream) (found bool, err error) {
	err = a.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		res := tx.Where("address = ? AND stream = ?", strings.ToLower(address), stream).Delete(&Suppression{})
		found = res.RowsAffected > 0
		if res.Error != nil || !found {
			return res.Error
		}
		return a.audit.Record(ctx, scope, audit.Entry{
			Action: "suppression.removed", Object: audit.Object{Name: audit.MaskEmail(address)}, Before: audit.Values{"stream": string(stream)},
		})
	})
	if err != nil {
		return false, fmt.Errorf("message: unsuppress: %w", err)
	}
	return found, nil
}
