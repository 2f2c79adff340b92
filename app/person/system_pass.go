package person

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/id"
)

// passAtOnce bounds one round; the next one does the rest.
const passAtOnce = 20

// PassOn hands requests to the accounts that they concern. A round that is interrupted is
// taken up by the next: an account gets each request once.
func (s *Service) PassOn(ctx context.Context) error {
	var waiting []inquiryRow
	err := s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("asked_at IS NOT NULL AND passed_at IS NULL").Order("asked_at").Limit(passAtOnce).Find(&waiting).Error
	})
	if err != nil {
		return asIs("find requests to pass on", err)
	}
	var errs []error
	for _, r := range waiting {
		errs = append(errs, asIs("pass a request on", s.passOn(ctx, r)))
	}
	return errors.Join(errs...)
}

func (s *Service) passOn(ctx context.Context, r inquiryRow) error {
	holders, err := s.Contacts.Holders(ctx, r.Address)
	if err != nil {
		return err
	}
	for _, accountID := range holders {
		for _, wish := range r.wishes() {
			if err := s.give(ctx, r, accountID, wish); err != nil {
				return err
			}
		}
	}
	return s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&inquiryRow{}).Where("inquiry_id = ?", r.InquiryID).Update("passed_at", s.Store.Now()).Error
	})
}

// give makes the request of one account, with its event and the mails, unless it is there.
func (s *Service) give(ctx context.Context, r inquiryRow, accountID id.ID, wish Wish) error {
	row := requestRow{
		AccountID: accountID, RequestID: id.New(), InquiryID: r.InquiryID, Address: r.Address, Wish: wish, State: Open,
		AskedAt: *r.AskedAt, DueAt: r.AskedAt.Add(Deadline),
	}
	return s.Store.SystemWrite(ctx, "give an account a person's request", func(ctx context.Context, tx *gorm.DB) error {
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if made.Error != nil || made.RowsAffected == 0 {
			return made.Error
		}
		err := s.audit.System(ctx, accountID, audit.Entry{
			Action: "person.asked", Object: audit.Object{ID: row.RequestID, Name: audit.MaskEmail(r.Address)}, After: audit.Values{"wish": string(wish), "due": row.DueAt.Format("2006-01-02")},
		})
		if err != nil {
			return err
		}
		if wish == Erase && r.Tell {
			return nil // one mail tells of both
		}
		return s.tellMembers(ctx, tx, accountID, row)
	})
}

// mostTold bounds the mails of one request.
const mostTold = 20

// tellMembers mails the owner and the admins.
func (s *Service) tellMembers(ctx context.Context, tx *gorm.DB, accountID id.ID, r requestRow) error {
	var a account.Account
	var to []string
	if err := tx.Raw("SELECT account_id AS id, slug, name FROM accounts WHERE account_id = ?", accountID).Scan(&a).Error; err != nil {
		return err
	}
	err := tx.Raw(`SELECT u.email FROM members m JOIN users u ON u.user_id = m.user_id
		WHERE m.account_id = ? AND m.role IN ('owner', 'admin') AND u.email_confirmed_at IS NOT NULL ORDER BY m.role DESC, m.created_at LIMIT ?`, accountID, mostTold).Scan(&to).Error
	if err != nil {
		return err
	}
	for _, email := range to {
		if err := s.Notifier.PersonAsked(ctx, email, a, r.DueAt); err != nil {
			return err
		}
	}
	return nil
}
