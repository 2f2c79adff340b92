package terms

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// settleBatch is how many mails one transaction settles.
const settleBatch = 500

// settle takes over from the operator's message log what became of the mails.
func (c *Courier) settle(ctx context.Context, v Version) error {
	after := id.ID("")
	return c.batches(ctx, func(ctx context.Context) (bool, error) {
		ends, err := c.ends(ctx, v, after)
		if err != nil || len(ends) == 0 {
			return false, err
		}
		after = ends[len(ends)-1].MailID
		return true, c.store.SystemWrite(ctx, "note what became of mails about a version", func(_ context.Context, tx *gorm.DB) error {
			for _, e := range ends {
				if err := e.note(tx); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// end is the final state of a mail's delivery.
type end struct {
	AccountID id.ID
	MailID    id.ID
	State     string
	Reason    string
	QueuedAt  time.Time
	FinalAt   time.Time
}

func (c *Courier) ends(ctx context.Context, v Version, after id.ID) (ends []end, err error) {
	err = c.store.SystemRead(ctx, "find what became of mails about a version", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT m.account_id, m.mail_id, d.state, d.reason, m.queued_at, d.final_at
			FROM terms_mails m JOIN deliveries d ON d.account_id = (SELECT value FROM instance_values WHERE name = 'operator_account') AND d.message_id = m.message_id
			WHERE m.state = 'queued' AND m.document = ? AND m.number = ? AND m.mail_id > ? AND d.final_at IS NOT NULL
			ORDER BY m.mail_id LIMIT ?`, v.Document, v.Number, after, settleBatch).Scan(&ends).Error
	})
	return ends, err
}

func (e end) note(tx *gorm.DB) error {
	state, why, at := MailDelivered, "", e.FinalAt
	if e.State != "delivered" {
		state, why = MailUndeliverable, e.Reason
	}
	if at.Before(e.QueuedAt) {
		at = e.QueuedAt // another machine's clock is behind
	}
	return tx.Model(&mailRow{}).Where("account_id = ? AND mail_id = ? AND state = ?", e.AccountID, e.MailID, MailQueued).
		Updates(map[string]any{"state": state, "why": why, "settled_at": at}).Error
}

// missing counts the required notices that are not given yet.
const missing = `SELECT
	(SELECT COUNT(*) FROM accounts a WHERE a.kind <> 'operator' AND a.state <> 'closed'
		AND NOT EXISTS (SELECT 1 FROM terms_notices n WHERE n.account_id = a.account_id AND n.document = ? AND n.number = ?))
	+ (SELECT COUNT(*) FROM terms_notices n JOIN accounts a ON a.account_id = n.account_id AND a.state <> 'closed'
		WHERE n.document = ? AND n.number = ? AND n.required
		AND NOT EXISTS (SELECT 1 FROM terms_mails m WHERE m.account_id = n.account_id AND m.document = n.document AND m.number = n.number AND m.kind = 'notice' AND m.state <> 'queued'))`

// complete notes when the last required notice was given, once all are, and moves the
// effective date when thirty days from then end later than announced.
func (c *Courier) complete(ctx context.Context, v Version) error {
	var open int64
	err := c.store.SystemRead(ctx, "count the notices of a version that are not given", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(missing, v.Document, v.Number, v.Document, v.Number).Scan(&open).Error
	})
	if err != nil || open > 0 {
		return wrap("complete", err)
	}
	err = c.store.SystemWrite(ctx, "note that every required notice of a version is given", func(_ context.Context, tx *gorm.DB) error {
		given, err := lastGiven(tx, v)
		if err != nil {
			return err
		}
		effective := max(v.EffectiveOn, Lawful(given))
		return tx.Model(&versionRow{}).Where("document = ? AND number = ? AND notified_at IS NULL AND withdrawn_at IS NULL", v.Document, v.Number).
			Updates(map[string]any{"notified_at": given, "effective_on": effective}).Error
	})
	return wrap("complete", err)
}

// lastGiven is when the last account got its required notice: by mail where one was
// delivered, else by the portal.
func lastGiven(tx *gorm.DB, v Version) (time.Time, error) {
	var mails []struct {
		AccountID id.ID
		SettledAt time.Time
	}
	err := tx.Raw(`SELECT m.account_id, m.settled_at FROM terms_mails m
		JOIN terms_notices n ON n.account_id = m.account_id AND n.document = m.document AND n.number = m.number AND n.required
		WHERE m.document = ? AND m.number = ? AND m.kind = 'notice' AND m.state = 'delivered'`, v.Document, v.Number).Scan(&mails).Error
	if err != nil {
		return time.Time{}, err
	}
	first := map[id.ID]time.Time{}
	for _, m := range mails {
		if at, ok := first[m.AccountID]; !ok || m.SettledAt.Before(at) {
			first[m.AccountID] = m.SettledAt
		}
	}
	last := v.AnnouncedAt
	for _, at := range first {
		if at.After(last) {
			last = at
		}
	}
	return last, nil
}
