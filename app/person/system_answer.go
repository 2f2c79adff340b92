package person

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// answersTo returns what accounts answered to a person, never that one has not.
func (s *Service) answersTo(ctx context.Context, inquiry id.ID) (list []Answer, err error) {
	var rows []answerRow
	err = s.Store.SystemRead(ctx, "show a person what accounts answered", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(answered+" AND r.inquiry_id = ? ORDER BY r.answered_at, r.request_id", inquiry).Scan(&rows).Error
	})
	for _, r := range rows {
		list = append(list, r.answer())
	}
	return list, err
}

// answered is every answer, with the account's name; the account that gave it wants it known.
const answered = `SELECT a.name AS sender, r.request_id, r.wish, r.state, r.reason, r.answered_at, r.answer_until, r.answer
	FROM person_requests r JOIN accounts a ON a.account_id = r.account_id WHERE r.state <> 'open'`

type answerRow struct {
	Sender string
	Row    requestRow `gorm:"embedded"`
}

func (r answerRow) answer() Answer {
	a := Answer{Sender: r.Sender, Wish: r.Row.Wish, State: r.Row.State, Reason: r.Row.Reason}
	if r.Row.AnsweredAt != nil {
		a.AnsweredAt = *r.Row.AnsweredAt
	}
	if r.Row.AnswerUntil != nil {
		a.Until = *r.Row.AnswerUntil
	}
	return a
}

// OpenAnswer returns the answer that a person's link brings, with what was sent.
func (s *Service) OpenAnswer(ctx context.Context, token string) (Answer, error) {
	var rows []answerRow
	err := s.Store.SystemRead(ctx, "open an account's answer by the person's link", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(answered+" AND r.answer_hash = ? AND r.answer_hash <> '' AND r.answer_until > ?", secret.Hash(token), s.Store.Now()).Scan(&rows).Error
	})
	if err != nil {
		return Answer{}, asIs("open an answer", err)
	}
	if len(rows) == 0 {
		return Answer{}, fault.New(fault.NotFound, "This link is too old, or it was not copied whole. The link of your request still shows what was answered.")
	}
	a := rows[0].answer()
	if len(rows[0].Row.Answer) > 0 {
		a.Data, err = s.Box.Open(purpose(rows[0].Row.RequestID), rows[0].Row.Answer)
	}
	return a, asIs("open an answer", err)
}

func (s *Service) nameOf(ctx context.Context, accountID id.ID) (name string, err error) {
	err = s.Store.SystemRead(ctx, "name the account that answers a person", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT name FROM accounts WHERE account_id = ?", accountID).Scan(&name).Error
	})
	return name, err
}

// purgeAtOnce bounds one transaction.
const purgeAtOnce = 500

// Purge forgets links whose time is over, and what answered requests need no longer: the
// copy, and the person's address.
func (s *Service) Purge(ctx context.Context) error {
	now := s.Store.Now()
	err := s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("expires_at <= ?", now).Delete(&inquiryRow{}).Error
	})
	for more := true; err == nil && more; {
		var rows []requestRow
		err = s.Store.SystemWrite(ctx, "forget what answered requests of people need no longer", func(_ context.Context, tx *gorm.DB) error {
			rows = nil
			err := tx.Select("account_id", "request_id", "address").Where("answer_hash <> '' AND answer_until <= ?", now).Limit(purgeAtOnce).Find(&rows).Error
			for _, r := range rows {
				if err == nil {
					err = tx.Model(&requestRow{}).Where("account_id = ? AND request_id = ?", r.AccountID, r.RequestID).
						Updates(map[string]any{"answer": nil, "answer_hash": "", "address": audit.MaskEmail(r.Address)}).Error
				}
			}
			return err
		})
		more = len(rows) == purgeAtOnce
	}
	return asIs("purge", err)
}
