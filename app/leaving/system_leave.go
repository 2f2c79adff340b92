package leaving

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/tracking"
)

// mailed is the mail of a link and who got it.
type mailed struct {
	AccountID, MessageID, DeliveryID, CampaignID, TopicID id.ID
	Address, Destination, Sender                          string
	IP                                                    string `gorm:"-"`
}

func (m mailed) person() Person { return Person{m.AccountID, m.MessageID, m.Address, m.IP} }

// scope is the right that the link of a mail gives: what this package does for the one
// address of the mail.
type scope id.ID

// Account implements store.Scope.
func (s scope) Account() (id.ID, error) {
	if s == "" {
		return "", errors.New("leaving: a link of no account")
	}
	return id.ID(s), nil
}

// find looks the mail of a link up, across accounts: the link is all that a stranger has.
func (s *Service) find(ctx context.Context, token string) (m mailed, err error) {
	accountID, messageID, ok := s.open(token)
	if !ok {
		return m, errNoLink
	}
	err = s.store.SystemRead(ctx, "find the mail that a person leaves by", func(_ context.Context, tx *gorm.DB) error {
		found := tx.Raw(`SELECT m.account_id, m.message_id, m.campaign_id, d.delivery_id, d.recipient_key AS address, d.destination, a.name AS sender, COALESCE(c.topic_id, '') AS topic_id
			FROM messages m JOIN deliveries d ON d.account_id = m.account_id AND d.message_id = m.message_id
			JOIN accounts a ON a.account_id = m.account_id
			LEFT JOIN campaigns c ON c.account_id = m.account_id AND c.campaign_id = m.campaign_id
			WHERE m.account_id = ? AND m.message_id = ? AND m.recipients = 1 LIMIT 1`, accountID, messageID).Scan(&m)
		if found.Error == nil && (found.RowsAffected == 0 || m.Address == message.ErasedRecipient) {
			return store.ErrNotFound
		}
		return found.Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return m, errNoLink
	}
	if err != nil {
		return m, fmt.Errorf("leaving: find: %w", err)
	}
	return m, nil
}

// act does one thing for the person behind a link, in a transaction.
func (s *Service) act(ctx context.Context, token, ip string, do func(context.Context, mailed) error) error {
	m, err := s.find(ctx, token)
	if err != nil {
		return err
	}
	m.IP = ip
	err = s.store.Write(ctx, scope(m.AccountID), func(ctx context.Context, _ *gorm.DB) error { return do(ctx, m) })
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	if err != nil {
		return fmt.Errorf("leaving: %w", err)
	}
	return nil
}

// suppression returns what holds back mail to many to the person; nil when nothing does.
func (s *Service) suppression(ctx context.Context, m mailed) (found *message.Suppression, err error) {
	err = s.store.Read(ctx, scope(m.AccountID), func(_ context.Context, tx *gorm.DB) error {
		var rows []message.Suppression
		err := tx.Where("address = ? AND stream = ? AND (ends_at IS NULL OR ends_at > ?)", m.Address, message.Broadcast, s.store.Now()).Limit(1).Find(&rows).Error
		if err == nil && len(rows) > 0 {
			found = &rows[0]
		}
		return err
	})
	return found, err
}

func (s *Service) standing(ctx context.Context, m mailed) (st Standing, err error) {
	held, err := s.suppression(ctx, m)
	switch {
	case err != nil:
		return st, fmt.Errorf("leaving: standing: %w", err)
	case held == nil:
	case held.OptedOut && held.EndsAt != nil:
		st.PausedUntil = *held.EndsAt
	case held.OptedOut:
		st.Out = true
	default:
		st.Held = true
	}
	return st, nil
}

func (s *Service) leave(ctx context.Context, m mailed) error {
	held, err := s.suppression(ctx, m)
	if err != nil || held != nil && held.OptedOut && held.EndsAt == nil {
		return err // they are out already: the same link again, by an impatient hand or program
	}
	return s.suppress(ctx, m, "They unsubscribed by the link of a mail.", nil, message.EventUnsubscribed)
}

func (s *Service) pause(ctx context.Context, m mailed, until time.Time) error {
	held, err := s.suppression(ctx, m)
	if err != nil || held != nil && held.EndsAt == nil {
		return err // a pause would be more than they get
	}
	until = until.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return s.suppress(ctx, m, "They paused by the link of a mail, until "+until.Format("2 January 2006")+".", &until, message.EventPaused)
}

func (s *Service) suppress(ctx context.Context, m mailed, reason string, until *time.Time, kind message.EventKind) error {
	var changed int64
	err := s.store.Write(ctx, scope(m.AccountID), func(_ context.Context, tx *gorm.DB) error {
		row := message.Suppression{Stream: message.Broadcast, Address: m.Address, Reason: reason, MessageID: &m.MessageID, OptedOut: true, EndsAt: until, CreatedAt: s.store.Now()}
		stored := tx.Clauses(message.Lasting()).Create(&row)
		changed = stored.RowsAffected
		return stored.Error
	})
	if err != nil {
		return err
	}
	if changed == 0 { // it bounced, or the same link was used twice at once: told once
		if told, err := s.told(ctx, m, kind); told || err != nil {
			return err
		}
	}
	if err := s.tell(ctx, m, kind, reason); err != nil {
		return err
	}
	return s.audience.Enter(ctx, m.person(), false, reason)
}

// leaveTopic ends mail about the topic of the mail.
func (s *Service) leaveTopic(ctx context.Context, m mailed) error {
	topics, err := s.audience.Topics(ctx, m.AccountID, m.Address)
	if err != nil {
		return err
	}
	for _, t := range topics {
		switch {
		case t.ID != m.TopicID:
		case !t.Wanted:
			return nil
		default:
			if err := s.audience.Want(ctx, m.person(), []id.ID{t.ID}, nil); err != nil {
				return err
			}
			return s.tell(ctx, m, message.EventUnsubscribed, "They want no more mail about “"+t.Name+"”.")
		}
	}
	return s.leave(ctx, m) // the topic is no more: then there is nothing else to leave
}

// comeBack lifts what the person wished themselves; what bounced or was complained about stays.
func (s *Service) comeBack(ctx context.Context, m mailed) error {
	var lifted int64
	err := s.store.Write(ctx, scope(m.AccountID), func(_ context.Context, tx *gorm.DB) error {
		gone := tx.Where("address = ? AND stream = ? AND opted_out", m.Address, message.Broadcast).Delete(&message.Suppression{})
		lifted = gone.RowsAffected
		return gone.Error
	})
	if err != nil {
		return err
	}
	topics, err := s.audience.Topics(ctx, m.AccountID, m.Address)
	if err != nil {
		return err
	}
	for _, t := range topics {
		if t.ID == m.TopicID && !t.Wanted {
			lifted++
			if err := s.audience.Want(ctx, m.person(), []id.ID{t.ID}, []id.ID{t.ID}); err != nil {
				return err
			}
		}
	}
	if lifted == 0 {
		return nil
	}
	const words = "They want mail again, by the link of a mail."
	if err := s.tell(ctx, m, message.EventResubscribed, words); err != nil {
		return err
	}
	return s.audience.Enter(ctx, m.person(), true, words)
}

// told reports whether the story of the mail has a step of the kind.
func (s *Service) told(ctx context.Context, m mailed, kind message.EventKind) (found bool, err error) {
	err = s.store.Read(ctx, scope(m.AccountID), func(_ context.Context, tx *gorm.DB) error {
		var n int64
		err := tx.Model(&message.Event{}).Where("message_id = ? AND kind = ?", m.MessageID, kind).Count(&n).Error
		found = n > 0
		return err
	})
	return found, err
}

// tell enters the step into the story of the mail, and counts a leaving for its campaign
// once, however often somebody changes their mind.
func (s *Service) tell(ctx context.Context, m mailed, kind message.EventKind, reason string) error {
	counts := kind == message.EventUnsubscribed && !m.CampaignID.IsZero()
	if counts {
		told, err := s.told(ctx, m, kind)
		if err != nil {
			return err
		}
		counts = !told
	}
	return s.store.SystemWrite(ctx, "tell what a person wished by the link of a mail", func(_ context.Context, tx *gorm.DB) error {
		now := s.store.Now()
		event := message.Event{AccountID: m.AccountID, MessageID: m.MessageID, ID: id.New(), DeliveryID: &m.DeliveryID, Kind: kind, Reason: reason, At: now}
		if err := message.InsertEvents(tx, []message.Event{event}); err != nil || !counts {
			return err
		}
		return tracking.CountLeave(tx, m.AccountID, m.CampaignID, m.Destination, now)
	})
}
