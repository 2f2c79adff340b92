package terms

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// use records acceptance by use of the versions in force that the account was told of
// and has not accepted, or fails with Forbidden. Like state it is about one account,
// which each statement names.
func (a *Archive) use(ctx context.Context, scope account.Scope, now *snapshot, link func(slug string) string, by By) error {
	accountID, err := scope.Account()
	if err != nil {
		return err
	}
	by.AccountID = accountID
	switch actor := scope.Actor(); actor.Kind {
	case account.ActorUser:
		by.UserID = actor.ID
	case account.ActorCredential:
		by.CredentialID = actor.ID
	}
	return again(func() error {
		return a.store.SystemWrite(ctx, "record an account's acceptance by use", func(_ context.Context, tx *gorm.DB) error {
			return a.useIn(tx, accountID, now, link, by)
		})
	})
}

func (a *Archive) useIn(tx *gorm.DB, accountID id.ID, now *snapshot, link func(slug string) string, by By) error {
	var said []recordRow
	if err := tx.Where("account_id = ?", accountID).Order("seq").Find(&said).Error; err != nil {
		return err
	}
	history := records(said)
	for _, v := range now.versions {
		if Barring(history, now.all, v) != 0 {
			var slug string
			if err := tx.Raw("SELECT slug FROM accounts WHERE account_id = ?", accountID).Scan(&slug).Error; err != nil {
				return err
			}
			return fault.Newf(fault.Forbidden, "this account objected to the %s in force since %s and is closed: see %s", lower(v.Document.Name()), v.EffectiveOn.Long(), link(slug))
		}
	}
	for _, v := range now.versions {
		if Find(history, Accepted, v.Document, v.Number) != nil {
			continue
		}
		var told []noticeRow
		err := tx.Where("account_id = ? AND document = ? AND number = ?", accountID, v.Document, v.Number).Limit(1).Find(&told).Error
		if err != nil {
			return err
		}
		if len(told) == 0 {
			continue // use is acceptance after notice only
		}
		if err := a.append(tx, Accepted, v, told[0].NoticeID, by); err != nil {
			return err
		}
	}
	return nil
}
