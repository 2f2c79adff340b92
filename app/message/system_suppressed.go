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
		reason, found := suppressed[SuppressionKey{d.AccountID, d.Stream, d.RecipientKey}]
		switch {
		case found:
			reasons[d.ID] = "This address is on your suppression list: " + strings.TrimSuffix(reason, ".") + "."
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
			JOIN topic_choices t ON t.account_id = c.account_id AND t.topic_id = c.topic_id
			WHERE c.account_id `+ofAccount+` AND c.campaign_id `+ofCampaign+` AND c.topic_id <> '' AND t.choice = 'out' AND t.address `+ofAddress,
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
// SuppressionKey is an address that an account must not mail in a stream, or with one of
// its campaigns.
type SuppressionKey struct {
	Account  id.ID
	Stream   Stream // "" with a campaign
	Campaign id.ID
	Address  string // lower case
}

// ReasonFor returns why a delivery must not be tried; ok is false when it may be.
func ReasonFor(d *Delivery, found map[SuppressionKey]string) (reason string, ok bool) {
	if reason, ok = found[SuppressionKey{Account: d.AccountID, Stream: d.Stream, Address: d.RecipientKey}]; ok || d.CampaignID.IsZero() {
		return reason, ok
	}
	reason, ok = found[SuppressionKey{Account: d.AccountID, Campaign: d.CampaignID, Address: d.RecipientKey}]
	return reason, ok
}

// addressesAtOnce bounds the parameters of one look-up.
const addressesAtOnce = 5000

// Suppressions finds which of the addresses some of the accounts must not mail, at all or
// with some of the campaigns, with the reason. Both streams are named because the index goes account, stream, address:
// left out, a look would go over the account's whole list.
func Suppressions(tx *gorm.DB, accounts []id.ID, addresses []string, campaigns []id.ID) (map[SuppressionKey]string, error) {
	found := map[SuppressionKey]string{}
	ofAccount, accountList := store.In(tx, accounts)
	for chunk := range slices.Chunk(addresses, addressesAtOnce) {
		ofAddress, addressList := store.In(tx, chunk)
		rows, err := scan(tx.Raw(`SELECT account_id, stream, address, reason FROM suppressions
			WHERE account_id `+ofAccount+` AND stream IN ('transactional', 'broadcast') AND address `+ofAddress+`
			AND (ends_at IS NULL OR ends_at > ?)`, accountList, addressList, tx.NowFunc()), scanSuppression)
		if err != nil {
			return nil, fmt.Errorf("message: suppressions: %w", err)
		}
		for _, r := range rows {
			found[SuppressionKey{Account: r.AccountID, Stream: r.Stream, Address: r.Address}] = r.Reason
		}
		if err := leftTopics(tx, campaigns, addressList, ofAddress, found); err != nil {
			return nil, err
		}
	}
	gone, err := erased(tx, accounts, addresses)
	for _, key := range gone {
		found[key] = erasedReason
	}
	return found, err
}

// leftTopics finds who of the addresses left the topic of one of the campaigns.
func leftTopics(tx *gorm.DB, campaigns []id.ID, addresses any, ofAddress string, found map[SuppressionKey]string) error {
	if len(campaigns) == 0 {
		return nil
	}
	ofCampaign, campaignList := store.In(tx, campaigns)
	var rows []struct {
		AccountID, CampaignID id.ID
		Address               string
	}
	err := tx.Raw(`SELECT c.account_id, c.campaign_id, s.address FROM campaigns c
		JOIN topic_suppressions s ON s.account_id = c.account_id AND s.topic_id = c.topic_id AND s.address `+ofAddress+`
		WHERE c.campaign_id `+ofCampaign+` AND c.topic_id <> ''`, addresses, campaignList).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("message: topics that people left: %w", err)
	}
	for _, r := range rows {
		found[SuppressionKey{Account: r.AccountID, Campaign: r.CampaignID, Address: r.Address}] = "They do not want mail about its topic."
	}
	return nil
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
