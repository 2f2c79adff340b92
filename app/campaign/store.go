package campaign

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Sent is a campaign in whose audience a contact was, with what became of it.
type Sent struct {
	broadcast.Recipient
	Name  string
	State message.State // "" when nothing was handed over
}

// shownSent is how many campaigns a contact's page shows.
const shownSent = 20

// OfContact returns the latest campaigns in whose audience a contact was, newest first.
func (s *Service) OfContact(ctx context.Context, scope account.Scope, contactID id.ID) ([]Sent, error) {
	var rows []broadcast.Recipient
	names, states := map[id.ID]string{}, map[id.ID]message.State{}
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		// In the very words of the partial index.
		if err := tx.Where("contact_id = ? AND contact_id <> '' AND excluded <> 'duplicate'", contactID).Order("campaign_id DESC").Limit(shownSent).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		campaigns, messages := make([]id.ID, len(rows)), make([]id.ID, len(rows))
		for i, r := range rows {
			campaigns[i], messages[i] = r.CampaignID, r.MessageID
		}
		var found []broadcast.Campaign
		if err := tx.Select("account_id", "campaign_id", "name").Where("campaign_id IN ?", campaigns).Find(&found).Error; err != nil {
			return err
		}
		for _, c := range found {
			names[c.ID] = c.Name
		}
		var deliveries []message.Delivery
		if err := tx.Where("message_id IN ?", messages).Find(&deliveries).Error; err != nil {
			return err
		}
		for _, d := range deliveries {
			states[d.MessageID] = d.State
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("campaign: of a contact: %w", err)
	}
	sent := make([]Sent, len(rows))
	for i, r := range rows {
		sent[i] = Sent{r, names[r.CampaignID], states[r.MessageID]}
	}
	return sent, nil
}
