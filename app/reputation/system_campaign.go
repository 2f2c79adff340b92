package reputation

import (
	"context"

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
