package person

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

type inquiryRow struct {
	InquiryID id.ID `gorm:"primaryKey"`
	Address   string
	TokenHash string
	CreatedAt time.Time
	ExpiresAt time.Time
	Tell      bool
	Erase     bool
	AskedAt   *time.Time
	PassedAt  *time.Time
}

// TableName implements gorm's Tabler.
func (inquiryRow) TableName() string { return "person_inquiries" }

// wishes are what the person ticked.
func (r inquiryRow) wishes() (list []Wish) {
	if r.Tell {
		list = append(list, Tell)
	}
	if r.Erase {
		list = append(list, Erase)
	}
	return list
}

type requestRow struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	RequestID   id.ID `gorm:"primaryKey"`
	InquiryID   id.ID
	Address     string
	Wish        Wish
	State       State
	AskedAt     time.Time
	DueAt       time.Time
	Reason      string
	AnsweredBy  id.ID
	AnsweredAt  *time.Time
	AnswerHash  string
	AnswerUntil *time.Time
	Answer      []byte
}

// TableName implements gorm's Tabler.
func (requestRow) TableName() string { return "person_requests" }

func (r requestRow) request() Request {
	return Request{
		ID: r.RequestID, Address: r.Address, Wish: r.Wish, State: r.State, AskedAt: r.AskedAt, DueAt: r.DueAt, Reason: r.Reason,
		AnsweredAt: r.AnsweredAt, inquiry: r.InquiryID,
	}
}

func (s *Service) inTx(ctx context.Context, fn func(context.Context) error) error {
	return s.Store.GlobalWrite(ctx, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
}

func (s *Service) insertInquiry(ctx context.Context, r inquiryRow) error {
	return s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error { return tx.Create(&r).Error })
}

const liveLink = "token_hash = ? AND expires_at > ?"

func (s *Service) takeInquiry(ctx context.Context, token string) (r inquiryRow, err error) {
	err = s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where(liveLink, secret.Hash(token), s.Store.Now()).Take(&r).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return r, errDeadLink()
	}
	return r, asIs("find a link", err)
}

// useInquiry uses a link up: of two at the same time one succeeds.
func (s *Service) useInquiry(ctx context.Context, token string, tell, erase bool) error {
	now := s.Store.Now()
	return s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		used := tx.Model(&inquiryRow{}).Where(liveLink, secret.Hash(token), now).Where("asked_at IS NULL").
			Updates(map[string]any{"tell": tell, "erase": erase, "asked_at": now, "expires_at": now.Add(StatusLife)})
		if used.Error == nil && used.RowsAffected == 0 {
			return fault.New(fault.Conflict, "This link was used already. Below is what came of it.")
		}
		return used.Error
	})
}

// List returns the account's requests: those that wait first, the most urgent on top.
func (s *Service) List(ctx context.Context, scope account.Scope, after id.ID, limit int) (list []Request, err error) {
	var rows []requestRow
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if after.IsZero() {
			var open []requestRow
			if err := tx.Where("state = ?", Open).Order("due_at, request_id").Limit(mostOpen).Find(&open).Error; err != nil {
				return err
			}
			rows = append(rows, open...)
		} else {
			tx = tx.Where("request_id < ?", after)
		}
		var answered []requestRow
		if err := tx.Where("state <> ?", Open).Order("request_id DESC").Limit(limit).Find(&answered).Error; err != nil {
			return err
		}
		rows = append(rows, answered...)
		return nil
	})
	for _, r := range rows {
		list = append(list, r.request())
	}
	return list, asIs("list requests", err)
}

// mostOpen bounds a page: an account with more has to answer some first.
const mostOpen = 200

// Waiting reports when the account has to answer next; ok is false when nobody waits.
func (s *Service) Waiting(ctx context.Context, scope account.Scope) (dueAt time.Time, ok bool, err error) {
	var rows []requestRow
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Select("account_id", "request_id", "due_at").Where("state = 'open'").Order("due_at").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return dueAt, false, asIs("see who waits", err)
	}
	return rows[0].DueAt, true, nil
}

// Get returns one request.
func (s *Service) Get(ctx context.Context, scope account.Scope, requestID id.ID) (Request, error) {
	var r requestRow
	err := s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("request_id = ?", requestID).Take(&r).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return Request{}, fault.New(fault.NotFound, "There is no such request.")
	}
	return r.request(), asIs("find a request", err)
}

// openOf counts what a person still waits for in this account.
func (s *Service) openOf(ctx context.Context, scope account.Scope, inquiry id.ID, wish Wish) (n int64, err error) {
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&requestRow{}).Where("inquiry_id = ? AND wish = ? AND state = ?", inquiry, wish, Open).Count(&n).Error
	})
	return n, err
}

// settle stores an answer to a request that is still open.
func (s *Service) settle(ctx context.Context, scope account.Scope, requestID id.ID, values map[string]any) error {
	return s.Store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&requestRow{}).Where("request_id = ? AND state = ?", requestID, Open).Updates(values)
		if done.Error == nil && done.RowsAffected == 0 {
			return errAnswered()
		}
		return done.Error
	})
}

func errAnswered() error {
	return fault.New(fault.Conflict, "This request was answered already.")
}
