package message

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// ErasedRecipient stands in the place of an address that was erased. It is no address:
// .invalid never exists (RFC 6761 §6.4).
const ErasedRecipient = "erased@erased.invalid"

// forgetAtOnce bounds one transaction, so that mail goes on meanwhile.
const forgetAtOnce = 200

// forget takes an address out of the next deliveries to it that have ended. A system
// step, because transcripts and contents are changed by the message, not by the row.
func (a *Archive) forget(ctx context.Context, accountID id.ID, address string) (more bool, err error) {
	err = a.store.SystemWrite(ctx, "take an erased person out of an account's mail", func(_ context.Context, tx *gorm.DB) error {
		var rows []struct{ DeliveryID, MessageID id.ID }
		err := tx.Raw("SELECT delivery_id, message_id FROM deliveries WHERE account_id = ? AND recipient_key = ? AND final_at IS NOT NULL ORDER BY delivery_id LIMIT ?",
			accountID, address, forgetAtOnce).Scan(&rows).Error
		if more = len(rows) == forgetAtOnce; err != nil || len(rows) == 0 {
			return err
		}
		var deliveries, messages []id.ID
		for _, r := range rows {
			deliveries, messages = append(deliveries, r.DeliveryID), append(messages, r.MessageID)
		}
		values := map[string]any{"account": accountID, "deliveries": deliveries, "messages": messages, "none": ErasedRecipient}
		for _, step := range []string{
			"UPDATE deliveries SET recipient = @none, recipient_key = @none, orcpt = '', last_reply = '', reason = '' WHERE account_id = @account AND delivery_id IN @deliveries",
			"UPDATE events SET reply = '', reason = '' WHERE account_id = @account AND message_id IN @messages AND delivery_id IN @deliveries",
			"UPDATE attempts SET transcript = '[]' WHERE account_id = @account AND message_id IN @messages",
			"UPDATE messages SET subject = '', metadata = '{}' WHERE account_id = @account AND message_id IN @messages AND recipients = 1",
		} {
			if err := tx.Exec(step, values).Error; err != nil {
				return err
			}
		}
		return removeContents(tx, accountID, messages, a.store.Now())
	})
	return more, err
}
