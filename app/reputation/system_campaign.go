package reputation

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// campaignWindow reads what became of a campaign.
func campaignWindow(tx *gorm.DB, accountID, campaignID id.ID) (w Window, err error) {
	err = tx.Raw("SELECT delivered + bounced AS ended, hard, rejected AS refused, complained FROM campaign_totals WHERE account_id = ? AND campaign_id = ?", accountID, campaignID).Scan(&w).Error
	return w, err
}

// judgeCampaign pauses a campaign whose own figures are too bad.
func (s *Service) judgeCampaign(ctx context.Context, accountID, campaignID id.ID) error {
	var f Finding
	err := s.store.SystemRead(ctx, "judge a campaign by its figures", func(_ context.Context, tx *gorm.DB) error {
		w, err := campaignWindow(tx, accountID, campaignID)
		f = findInCampaign(w)
		return err
	})
	if err != nil || f.Level < BroadcastHeld || s.Campaigns == nil {
		return translate("judge a campaign", err)
	}
	return s.change(ctx, accountID, "pause a campaign because of its figures", func(ctx context.Context, tx *gorm.DB, st *Standing) error {
		let, err := letGo(tx, accountID, campaignID)
		if err != nil || let {
			return err
		}
		halted, err := s.Campaigns.Halt(ctx, accountID, campaignID, f.seen()+" So the rest waits. "+campaignWayOut)
		if err != nil || !halted {
			return err
		}
		if err := s.openCase(tx, st, f.seen()); err != nil {
			return err
		}
		return s.record(ctx, tx, st, Step{Kind: StepCampaign, CampaignID: campaignID, Words: f.seen() + " The campaign is paused; nothing else is held for that.", WayOut: campaignWayOut}.of(f), true)
	})
}

// letGo reports whether staff said that a campaign may go on whatever its figures.
func letGo(tx *gorm.DB, accountID, campaignID id.ID) (bool, error) {
	var n int64
	err := tx.Raw("SELECT COUNT(*) FROM standing_steps WHERE account_id = ? AND campaign_id = ? AND kind = ?", accountID, campaignID, StepLetGo).Scan(&n).Error
	return n > 0, err
}

// HoldContent notes that a mail is held because of what it says, for the account's history
// and for staff. campaignID is "" for a mail of a program.
func (s *Service) HoldContent(ctx context.Context, accountID, campaignID id.ID, words string) error {
	return s.change(ctx, accountID, "note that a mail is held because of what it says", func(ctx context.Context, tx *gorm.DB, st *Standing) error {
		var lately int64
		err := tx.Raw("SELECT COUNT(*) FROM standing_steps WHERE account_id = ? AND kind = ? AND campaign_id = ? AND at > ?", accountID, StepContent, campaignID, s.store.Now().Add(-time.Hour)).Scan(&lately).Error
		if err != nil || lately > 0 {
			return err // one word an hour says enough
		}
		if err := s.openCase(tx, st, "A mail is held because of what it says. "+words); err != nil {
			return err
		}
		what := "A message of a program is held; it stands in Messages, and can be cancelled there. "
		if !campaignID.IsZero() {
			what = "A campaign is held before anybody got it. "
		}
		return s.record(ctx, tx, st, Step{Kind: StepContent, CampaignID: campaignID, Words: what + words, WayOut: "Change what the rules object to and send it again. Or tell us on this page what it is: a person looks at it."}, true)
	})
}

// IsLetGo reports whether staff said that a campaign may go whatever it says.
func (s *Service) IsLetGo(ctx context.Context, accountID, campaignID id.ID) (let bool, err error) {
	err = s.store.SystemRead(ctx, "see whether staff let a campaign go", func(_ context.Context, tx *gorm.DB) error {
		let, err = letGo(tx, accountID, campaignID)
		return err
	})
	return let, translate("let go", err)
}
