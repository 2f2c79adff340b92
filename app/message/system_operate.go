package message

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Reach is what an operation of the operator is about. Zero fields do not narrow.
type Reach struct {
	Account    id.ID
	Credential id.ID
	// Destination is a recipient domain, or a group of domains as the queue names it.
	Destination string
	Stream      Stream
	State       State
}

// OperateAll does something to all deliveries within reach, whoever's they are, account
// by account in small transactions. With purge, which goes with Cancel, the contents of
// what was cancelled are removed at once.
func OperateAll(ctx context.Context, s *store.Store, op Operation, r Reach, purge bool) (Done, error) {
	e, known := effects[op]
	if !known || purge && op != Cancel {
		return Done{}, fmt.Errorf("message: there is no operation %q", op)
	}
	accounts, err := accountsWaiting(ctx, s, e, r)
	if err != nil {
		return Done{}, fmt.Errorf("message: %s: %w", op, err)
	}
	var done Done
	for _, account := range accounts {
		for behind := id.ID(""); ; {
			rows, err := operateOn(ctx, s, e, account, r, behind, purge)
			if err != nil {
				return done, fmt.Errorf("message: %s: %w", op, err)
			}
			done.Changed += len(rows)
			if len(rows) < operateBatch {
				break
			}
			behind = rows[len(rows)-1].ID
		}
	}
	err = s.SystemRead(ctx, "count what is being tried at the moment", func(_ context.Context, tx *gorm.DB) error {
		var n int64
		err := r.narrow(tx.Model(&Delivery{}), e).Where("lease_until > ?", s.Now()).Count(&n).Error
		done.Busy = int(n)
		return err
	})
	return done, err
}

func accountsWaiting(ctx context.Context, s *store.Store, e effect, r Reach) (accounts []id.ID, err error) {
	if r.Account != "" {
		return []id.ID{r.Account}, nil
	}
	err = s.SystemRead(ctx, "find accounts with mail within the operator's reach", func(_ context.Context, tx *gorm.DB) error {
		return r.narrow(tx.Model(&Delivery{}), e).Distinct().Order("account_id").Pluck("account_id", &accounts).Error
	})
	return accounts, err
}

func operateOn(ctx context.Context, s *store.Store, e effect, account id.ID, r Reach, behind id.ID, purge bool) (rows []Delivery, err error) {
	now := s.Now()
	r.Account = account
	err = s.SystemWrite(ctx, "do what the operator wants with waiting mail", func(_ context.Context, tx *gorm.DB) error {
		rows = nil
		err := free(r.narrow(tx, e).Where("delivery_id > ?", behind), s.Engine(), now).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := e.apply(tx.Where("account_id = ?", account), rows, now, theOperator); err != nil || !purge {
			return err
		}
		var ids []id.ID
		for _, d := range rows {
			ids = append(ids, d.MessageID)
		}
		return removeContents(tx, account, slices.Compact(ids), now)
	})
	return rows, err
}

// narrow adds the conditions of the reach and of what the operation may change.
func (r Reach) narrow(tx *gorm.DB, e effect) *gorm.DB {
	tx = tx.Where("state IN ?", e.from).Where(isRare)
	if r.Account != "" {
		tx = tx.Where("account_id = ?", r.Account)
	}
	if r.Credential != "" {
		tx = tx.Where("credential_id = ?", r.Credential)
	}
	if r.Destination != "" {
		tx = tx.Where("destination = ? OR recipient_key LIKE ?", r.Destination, "%@"+r.Destination)
	}
	if r.Stream != "" {
		tx = tx.Where("stream = ?", r.Stream)
	}
	if r.State != "" {
		tx = tx.Where("state = ?", r.State)
	}
	return tx
}

// AccountBySlug finds an account by the name in its pages' addresses, or by its id.
func AccountBySlug(ctx context.Context, s *store.Store, name string) (accountID id.ID, err error) {
	err = s.SystemRead(ctx, "find the account that the operator named", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT account_id FROM accounts WHERE slug = ? OR account_id = ?", name, name).Scan(&accountID).Error
	})
	if err == nil && accountID.IsZero() {
		err = fmt.Errorf("there is no account %q", name)
	}
	return accountID, err
}

// free narrows to what nobody works on, one batch of it, and locks that.
func free(tx *gorm.DB, engine store.Engine, now time.Time) *gorm.DB {
	tx = tx.Where("lease_until IS NULL OR lease_until <= ?", now).Order("delivery_id").Limit(operateBatch)
	if engine == store.Postgres {
		tx = tx.Clauses(skipLocked)
	}
	return tx
}
