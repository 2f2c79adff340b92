package newsletter

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Wanted reports whether a person gets news as the owner of an account.
func (s *Service) Wanted(ctx context.Context, userID id.ID) (wanted bool, err error) {
	err = s.Store.SystemRead(ctx, "whether an owner wants the operator's news", func(_ context.Context, tx *gorm.DB) error {
		var refused int64
		err := tx.Raw(`SELECT count(*) FROM users u WHERE u.user_id = ? AND (EXISTS (SELECT 1 FROM news_refusals r WHERE r.user_id = u.user_id)
			OR EXISTS (SELECT 1 FROM suppressions s WHERE s.account_id = ? AND s.stream = ? AND s.address = u.email_key AND s.opted_out AND s.ends_at IS NULL))`,
			userID, s.Operator, message.Broadcast).Scan(&refused).Error
		wanted = refused == 0
		return err
	})
	return wanted, translate("wanted", "", err)
}

// SetWanted records the person's own wish, in their settings. It is about mailings alone:
// notices and mail about the account go another way and never ask.
func (s *Service) SetWanted(ctx context.Context, userID id.ID, wanted bool) error {
	err := s.Store.SystemWrite(ctx, "record whether an owner wants the operator's news", func(_ context.Context, tx *gorm.DB) error {
		var address string
		if err := tx.Raw("SELECT email_key FROM users WHERE user_id = ?", userID).Scan(&address).Error; err != nil {
			return err
		}
		if wanted {
			if err := tx.Where("user_id = ?", userID).Delete(&refusal{}).Error; err != nil {
				return err
			}
			return s.lift(tx, address)
		}
		now := s.Store.Now()
		row := refusal{UserID: userID, Address: address, Source: BySettings, RefusedAt: now}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		// What is under way to them stops as well, before its next attempt (promise 5).
		stop := message.Suppression{
			AccountID: s.Operator, Stream: message.Broadcast, Address: address, Reason: "They turned our news off in their settings.", OptedOut: true, CreatedAt: now,
		}
		return tx.Clauses(message.Lasting()).Create(&stop).Error
	})
	return translate("set wanted", "", err)
}

// Settle carries what people said by the link of a mail over to who they are: subscribers
// leave, and owners stay away even when they change their address. Who took it back by the
// same link returns. The suppression itself held from the moment of the click; this is its
// evidence, so a late or repeated run does no harm.
func (s *Service) Settle(ctx context.Context) error {
	now := s.Store.Now()
	err := s.Store.SystemWrite(ctx, "carry opt-outs of the operator's mailings over to people", func(_ context.Context, tx *gorm.DB) error {
		steps := []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO news_refusals (user_id, address, source, refused_at)
				SELECT u.user_id, u.email_key, ?, s.created_at FROM suppressions s JOIN users u ON u.email_key = s.address
				WHERE s.account_id = ? AND s.stream = ? AND s.opted_out AND s.ends_at IS NULL ON CONFLICT (user_id) DO NOTHING`, []any{ByMail, s.Operator, message.Broadcast}},
			{`DELETE FROM news_refusals WHERE source = ? AND user_id IN (SELECT u.user_id FROM users u WHERE u.user_id = news_refusals.user_id AND u.email_key = news_refusals.address)
				AND NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.account_id = ? AND s.stream = ? AND s.address = news_refusals.address AND s.opted_out AND s.ends_at IS NULL)`,
				[]any{ByMail, s.Operator, message.Broadcast}},
		}
		for _, step := range steps {
			if err := tx.Exec(step.sql, step.args...).Error; err != nil {
				return err
			}
		}
		if err := s.leave(tx, Left, `b.state = 'confirmed' AND s.address IS NOT NULL`, map[string]any{"state": Gone, "left_by": ByMail, "left_at": now}); err != nil {
			return err
		}
		return s.leave(tx, Returned, `b.left_by = 'mail' AND s.address IS NULL`, map[string]any{"state": Subscribed, "left_by": "", "left_at": nil})
	})
	return translate("settle", "", err)
}

const settledAtOnce = 500

// leave changes the subscribers for whom the condition holds of them and the operator's
// suppression of their address, and writes the evidence.
func (s *Service) leave(tx *gorm.DB, kind EvidenceKind, where string, change map[string]any) error {
	var rows []struct {
		Subscriber
		MessageID *id.ID
	}
	err := tx.Raw(`SELECT b.*, s.message_id FROM subscribers b LEFT JOIN suppressions s
		ON s.account_id = ? AND s.stream = ? AND s.address = b.address AND s.opted_out AND s.ends_at IS NULL WHERE `+where+` LIMIT ?`, s.Operator, message.Broadcast, settledAtOnce).Scan(&rows).Error
	if err != nil {
		return err
	}
	for _, r := range rows {
		proof := "the link of a mail"
		if r.MessageID != nil {
			proof = fmt.Sprintf("the link of message %s", *r.MessageID)
		}
		e := Evidence{ID: id.New(), Address: r.Address, Given: r.Given, Kind: kind, Language: r.Language, Proof: proof, At: s.Store.Now()}
		if err := tx.Create(&e).Error; err != nil {
			return err
		}
		if err := tx.Model(&Subscriber{}).Where("subscriber_id = ?", r.ID).Updates(change).Error; err != nil {
			return err
		}
	}
	return nil
}

// Purge forgets forms that nobody confirmed.
func (s *Service) Purge(ctx context.Context) error {
	err := s.Store.SystemWrite(ctx, "forget newsletter forms that nobody confirmed", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`DELETE FROM subscriber_evidence WHERE kind = ? AND at < ?
			AND NOT EXISTS (SELECT 1 FROM subscriber_evidence c WHERE c.asked_id = subscriber_evidence.evidence_id)`, Asked, s.Store.Now().Add(-AskLife)).Error
	})
	return translate("purge", "", err)
}
