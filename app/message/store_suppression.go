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

// SuppressionFilter narrows a list of suppressions. Zero fields do not.
type SuppressionFilter struct {
	Address string // its beginning, or "@" and a whole domain
	Stream  Stream
	After   string // Cursor of the last one of the page before
	Limit   int
}

// Cursor names the place of a suppression in the list.
func (s Suppression) Cursor() string { return s.Address + " " + string(s.Stream) }

// Suppressions returns a page of suppressed addresses in their order.
func (a *Archive) Suppressions(ctx context.Context, scope account.Scope, f SuppressionFilter) (rows []Suppression, err error) {
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		q := tx.Order("address, stream").Limit(f.Limit)
		switch text := strings.ToLower(f.Address); {
		case strings.HasPrefix(text, "@"):
			q = q.Where(`address LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text))
		case text != "":
			q = q.Where("address >= ? AND address < ?", text, text+"\uffff")
		}
		if f.Stream != "" {
			q = q.Where("stream = ?", f.Stream)
		}
		if i := strings.LastIndexByte(f.After, ' '); i >= 0 {
			q = q.Where("(address, stream) > (?, ?)", f.After[:i], f.After[i+1:])
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
			res := tx.Clauses(Lasting()).Create(&batch)
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

// Lasting inserts suppressions that last: what is there already stays, but a pause gives
// way.
func Lasting() clause.OnConflict {
	return clause.OnConflict{
		Columns:   []clause.Column{{Name: "account_id"}, {Name: "stream"}, {Name: "address"}},
		DoUpdates: clause.AssignmentColumns([]string{"reason", "message_id", "opted_out", "ends_at", "created_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "suppressions.ends_at IS NOT NULL"}}},
	}
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
