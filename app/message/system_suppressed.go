package message

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Unwanted finds which deliveries may not be tried, and why: their address is suppressed, or
// has left the topic of their campaign.
func Unwanted(tx *gorm.DB, deliveries []*Delivery) (reasons map[id.ID]string, err error) {
	accounts, campaigns, addresses := map[id.ID]bool{}, map[id.ID]bool{}, map[string]bool{}
	for _, d := range deliveries {
		accounts[d.AccountID], addresses[d.RecipientKey] = true, true
		if !d.CampaignID.IsZero() {
			campaigns[d.CampaignID] = true
		}
	}
	suppressed, err := Suppressions(tx, keys(accounts), keys(addresses))
	if err != nil {
		return nil, err
	}
	left, err := leftAmong(tx, keys(accounts), keys(campaigns), keys(addresses))
	if err != nil {
		return nil, err
	}
	reasons = map[id.ID]string{}
	for _, d := range deliveries {
		s, found := suppressed[SuppressionKey{d.AccountID, d.Stream, d.RecipientKey}]
		switch {
		case found && s.OptedOut && d.CredentialID.IsZero() && d.CampaignID.IsZero():
			// The product's own: what a notice or a report is owed for, no opt-out of mailings ends.
		case found:
			reasons[d.ID] = "This address is on your suppression list: " + strings.TrimSuffix(s.Reason, ".") + "."
		case left[leaver{d.AccountID, d.CampaignID, d.RecipientKey}]:
			reasons[d.ID] = "They have left the topic of this campaign."
		}
	}
	return reasons, nil
}

// leaver is an address that has left the topic of a campaign.
type leaver struct {
	account, campaign id.ID
	address           string
}

// leftAmong finds which of the addresses have left the topics of some campaigns.
func leftAmong(tx *gorm.DB, accounts, campaigns []id.ID, addresses []string) (map[leaver]bool, error) {
	found := map[leaver]bool{}
	if len(campaigns) == 0 {
		return found, nil
	}
	ofAccount, accountList := store.In(tx, accounts)
	ofCampaign, campaignList := store.In(tx, campaigns)
	for chunk := range slices.Chunk(addresses, addressesAtOnce) {
		ofAddress, addressList := store.In(tx, chunk)
		var rows []struct {
			AccountID, CampaignID id.ID
			Address               string
		}
		err := tx.Raw(`SELECT c.account_id, c.campaign_id, t.address FROM campaigns c
			JOIN topic_suppressions t ON t.account_id = c.account_id AND t.topic_id = c.topic_id
			WHERE c.account_id `+ofAccount+` AND c.campaign_id `+ofCampaign+` AND c.topic_id <> '' AND t.address `+ofAddress,
			accountList, campaignList, addressList).Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("message: who left a topic: %w", err)
		}
		for _, r := range rows {
			found[leaver{r.AccountID, r.CampaignID, r.Address}] = true
		}
	}
	return found, nil
}

// SuppressionKey is an address that an account must not mail in a stream.
type SuppressionKey struct {
	Account id.ID
	Stream  Stream
	Address string // lower case
}

// addressesAtOnce bounds the parameters of one look-up.
const addressesAtOnce = 5000

// Suppressions finds which of the addresses some of the accounts must not mail, with
// the reason. Both streams are named because the index goes account, stream, address:
// left out, a look would go over the account's whole list.
func Suppressions(tx *gorm.DB, accounts []id.ID, addresses []string) (map[SuppressionKey]Suppression, error) {
	found := map[SuppressionKey]Suppression{}
	ofAccount, accountList := store.In(tx, accounts)
	for chunk := range slices.Chunk(addresses, addressesAtOnce) {
		ofAddress, addressList := store.In(tx, chunk)
		rows, err := scan(tx.Raw(`SELECT account_id, stream, address, reason, opted_out FROM suppressions
			WHERE account_id `+ofAccount+` AND stream IN ('transactional', 'broadcast') AND address `+ofAddress+`
			AND (ends_at IS NULL OR ends_at > ?)`, accountList, addressList, tx.NowFunc()), scanSuppression)
		if err != nil {
			return nil, fmt.Errorf("message: suppressions: %w", err)
		}
		for _, r := range rows {
			found[SuppressionKey{r.AccountID, r.Stream, r.Address}] = *r
		}
	}
	gone, err := erased(tx, accounts, addresses)
	for _, key := range gone {
		found[key] = Suppression{Reason: erasedReason}
	}
	return found, err
}

// EndPauses removes suppressions whose time is over: they hold nothing back any more.
func EndPauses(ctx context.Context, s *store.Store) error {
	err := s.SystemWrite(ctx, "remove pauses that are over", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("DELETE FROM suppressions WHERE ends_at <= ?", s.Now()).Error
	})
	if err != nil {
		return fmt.Errorf("message: end pauses: %w", err)
	}
	return nil
}
