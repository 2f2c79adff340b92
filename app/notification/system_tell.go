package notification

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/message"
)

// subject is a message about which something is to be told.
type subject struct{ AccountID, MessageID id.ID }

const unsettled = "settled_at IS NULL" // the condition of the index notifications_due

// dueAccounts hops over the index from account to account.
const dueAccounts = `
WITH RECURSIVE hop(account_id) AS (
    SELECT (SELECT account_id FROM notifications WHERE ` + unsettled + ` ORDER BY account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT account_id FROM notifications WHERE ` + unsettled + ` AND account_id > hop.account_id ORDER BY account_id LIMIT 1)
    FROM hop WHERE hop.account_id IS NOT NULL
)
SELECT account_id FROM hop WHERE account_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM notifications n WHERE ` + unsettled + ` AND n.account_id = hop.account_id AND n.due_at <= ?)
LIMIT ?`

// due finds messages to tell about, some of each account.
func (s *Sender) due(ctx context.Context) (all []subject, err error) {
	err = s.store.SystemRead(ctx, "find notifications that are due", func(_ context.Context, tx *gorm.DB) error {
		var accounts []id.ID
		now := s.store.Now()
		if err := tx.Raw(dueAccounts, now, mostOfTurns).Scan(&accounts).Error; err != nil {
			return err
		}
		for _, account := range accounts {
			var rows []message.Notification
			err := tx.Where("account_id = ? AND due_at <= ?", account, now).Where(unsettled).Order("due_at").Limit(perRound).Find(&rows).Error
			if err != nil {
				return err
			}
			seen := map[id.ID]bool{}
			for _, n := range rows {
				if !seen[n.MessageID] {
					seen[n.MessageID] = true
					all = append(all, subject{n.AccountID, n.MessageID})
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("notification: due: %w", err)
	}
	return all, nil
}

// tell settles what is due about one message, and stores the mail in the same
// transaction when there is something to tell.
func (s *Sender) tell(ctx context.Context, about subject) (sent bool, err error) {
	reportID := id.New()
	err = s.store.SystemWrite(ctx, "tell a sender what became of a message", func(ctx context.Context, tx *gorm.DB) error {
		sent = false
		var rows []message.Notification
		err := tx.Where("account_id = ? AND message_id = ? AND due_at <= ?", about.AccountID, about.MessageID, s.store.Now()).Where(unsettled).
			Order("delivery_id").Limit(perReport).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		m, err := gather(tx, about, rows)
		if err != nil {
			return err
		}
		if len(m.deliveries) == 0 || m.message.MailFrom == "" {
			return s.settle(tx, rows, nil)
		}
		report, composed, err := s.compose(m, reportID)
		if err != nil { // what cannot be written now never can
			s.log.Error("a sender cannot be told", "message", about.MessageID, "error", err)
			return s.settle(tx, rows, nil)
		}
		from := address.Mailbox{Local: "postmaster", Domain: s.hostname}
		if err := s.mailer.SendReport(ctx, reportID, from, report.To, report.Subject(), composed); err != nil {
			return err
		}
		sent = true
		return s.settle(tx, rows, &reportID)
	})
	if err != nil {
		return false, fmt.Errorf("notification: tell: %w", err)
	}
	return sent, nil
}

// settle marks duties as done. Of two processes the second finds them done and takes
// its mail back with its transaction.
func (s *Sender) settle(tx *gorm.DB, rows []message.Notification, carrier *id.ID) error {
	for _, n := range rows {
		res := tx.Model(&message.Notification{}).
			Where("account_id = ? AND delivery_id = ? AND action = ?", n.AccountID, n.DeliveryID, n.Action).Where(unsettled).
			Updates(map[string]any{"settled_at": s.store.Now(), "sent_as": carrier})
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected != 1 {
			return errTaken
		}
	}
	return nil
}

// gather loads what is told, leaving out what is no longer true.
func gather(tx *gorm.DB, about subject, rows []message.Notification) (*matter, error) {
	m := &matter{}
	of := func() *gorm.DB {
		return tx.Where("account_id = ? AND message_id = ?", about.AccountID, about.MessageID)
	}
	if err := of().Take(&m.message).Error; err != nil {
		return nil, err
	}
	var bodies []message.Body
	if err := of().Find(&bodies).Error; err != nil {
		return nil, err
	}
	if len(bodies) == 1 {
		m.content = bodies[0].Content
	}
	for _, n := range rows {
		t := told{action: n.Action}
		if err := of().Where("delivery_id = ?", n.DeliveryID).Take(&t.Delivery).Error; err != nil {
			return nil, err
		}
		if !n.Action.Tells(&t.Delivery) {
			continue
		}
		var last []message.Event
		if err := of().Where("delivery_id = ?", n.DeliveryID).Order("event_id DESC").Limit(1).Find(&last).Error; err != nil {
			return nil, err
		}
		if len(last) == 1 {
			t.last = last[0]
		}
		if t.last.AttemptID != nil {
			var attempts []message.Attempt
			if err := of().Where("attempt_id = ?", *t.last.AttemptID).Omit("transcript").Find(&attempts).Error; err != nil {
				return nil, err
			}
			if len(attempts) == 1 {
				t.attempt = attempts[0]
			}
		}
		m.deliveries = append(m.deliveries, t)
	}
	return m, nil
}
