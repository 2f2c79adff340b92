package delivery

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// stopped lists the accounts and credentials that may not send.
func (q *queue) stopped(ctx context.Context) (map[id.ID]bool, error) {
	var ids []id.ID
	err := q.store.SystemRead(ctx, "find who may not send", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT account_id FROM accounts WHERE state <> 'active' UNION ALL SELECT credential_id FROM credentials WHERE paused_at IS NOT NULL").Scan(&ids).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: who is paused: %w", err)
	}
	found := make(map[id.ID]bool, len(ids))
	for _, one := range ids {
		found[one] = true
	}
	return found, nil
}

// suppressed finds which recipients of one message are suppressed by now.
func (q *queue) suppressed(ctx context.Context, recipients []*message.Delivery) (map[id.ID]Outcome, error) {
	first := recipients[0]
	keys := make([]string, len(recipients))
	for i, d := range recipients {
		keys[i] = d.RecipientKey
	}
	var rows []message.Suppression
	err := q.store.SystemRead(ctx, "see whether a recipient was suppressed meanwhile", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id = ? AND stream = ? AND address IN ?", first.AccountID, first.Stream, keys).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: suppressions: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	reasons := map[string]string{}
	for _, s := range rows {
		reasons[s.Address] = s.Reason
	}
	found := map[id.ID]Outcome{}
	for _, d := range recipients {
		if reason, ok := reasons[d.RecipientKey]; ok {
			found[d.ID] = Outcome{
				State: message.Suppressed, Class: message.ClassRecipient, Verdict: message.OnSuppressionList, NextStep: message.NextForSuppressed,
				Reason: "This address came on your suppression list after the message was accepted: " + strings.TrimSuffix(reason, ".") + ".",
			}
		}
	}
	return found, nil
}
