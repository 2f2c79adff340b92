package billing

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/limit"
)

// hold writes what the account's plan holds to where it is heeded: how long contents are
// kept, and how evenly mail leaves. It is part of each change of a subscription.
func hold(tx *gorm.DB, sub Subscription) error {
	limits := sub.Plan.Limits
	if sub.EndedOn != "" {
		limits = Limits{}
	}
	var days *int // what the settings say
	if limits.RetentionDays > 0 {
		days = &limits.RetentionDays
	}
	if err := tx.Exec("UPDATE accounts SET content_days = ? WHERE account_id = ?", days, sub.AccountID).Error; err != nil {
		return err
	}
	if limits.PerMinute <= 0 {
		return tx.Where("account_id = ? AND kind = ?", sub.AccountID, limit.OfPlan).Delete(&limit.SendingRate{}).Error
	}
	row := limit.SendingRate{AccountID: sub.AccountID, Kind: limit.OfPlan, PerMinute: limits.PerMinute, FreeAt: sub.CreatedAt}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account_id"}, {Name: "kind"}, {Name: "subject"}},
		DoUpdates: clause.AssignmentColumns([]string{"per_minute"}),
	}).Create(&row).Error
}

// plansLimits are what an account's plan bounds; all zero without one.
func plansLimits(tx *gorm.DB, accountID id.ID) (Limits, bool, error) {
	sub, found, err := subscription(tx, accountID)
	if err != nil || !found || sub.EndedOn != "" {
		return Limits{}, false, err
	}
	return sub.Plan.Limits, true, nil
}
