package message

import (
	"encoding/json"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// What is written thousands of times a second goes past GORM. Each list of columns is
// the whole table; a test compares what is stored either way.
var (
	messageRows = store.NewBulk(`messages`, `account_id text, message_id text, stream text, domain_id text, credential_id text, mail_from text,
		header_from text, subject text, header_message_id text, tag text, metadata text, size bigint, recipients int, smtputf8 bool, eight_bit bool,
		dsn_ret text, dsn_envid text, client_ip text, client_name text, client_tls text, created_at timestamptz, expires_at timestamptz,
		expires_strictly bool, track text, content_removed_at timestamptz, campaign_id text`,
		func(m *storedMessage) []any {
			return []any{
				string(m.AccountID), string(m.ID), string(m.Stream), string(m.DomainID), orNull(m.CredentialID), m.MailFrom,
				m.HeaderFrom, m.Subject, m.HeaderMessageID, m.Tag, m.metadata, m.Size, m.Recipients, m.SMTPUTF8, m.EightBit,
				m.DSNRet, m.DSNEnvID, m.ClientIP, m.ClientName, m.ClientTLS, m.CreatedAt, m.ExpiresAt,
				m.ExpiresStrictly, m.Track, orNull(m.ContentRemovedAt), string(m.CampaignID),
			}
		})

	bodyRows = store.NewBulk(`message_bodies`, `account_id text, message_id text, content bytea, encoding text`,
		func(b *Body) []any { return []any{string(b.AccountID), string(b.MessageID), b.Content, b.Encoding} })

	deliveryRows = store.NewBulk(`deliveries`, `account_id text, delivery_id text, message_id text, stream text, domain_id text, tag text,
		recipient text, recipient_key text, destination text, state text, reason text, class text, last_reply text, attempts int, ambiguous int,
		notify text, orcpt text, due_at timestamptz, lease_owner text, lease_until timestamptz, fence bigint, created_at timestamptz,
		expires_at timestamptz, final_at timestamptz, credential_id text, campaign_id text`,
		func(d *Delivery) []any {
			return []any{
				string(d.AccountID), string(d.ID), string(d.MessageID), string(d.Stream), string(d.DomainID), d.Tag,
				d.Recipient, d.RecipientKey, d.Destination, string(d.State), d.Reason, string(d.Class), d.LastReply, d.Attempts, d.Ambiguous,
				d.Notify, d.ORCPT, d.DueAt, d.LeaseOwner, orNull(d.LeaseUntil), d.Fence, d.CreatedAt,
				d.ExpiresAt, orNull(d.FinalAt), string(d.CredentialID), string(d.CampaignID),
			}
		})

	eventRows = store.NewBulk(`events`, `account_id text, event_id text, message_id text, delivery_id text, attempt_id text, kind text,
		reason text, class text, verdict text, next_step text, reply text, at timestamptz`,
		func(e *Event) []any {
			return []any{
				string(e.AccountID), string(e.ID), string(e.MessageID), orNull(e.DeliveryID), orNull(e.AttemptID), string(e.Kind),
				e.Reason, string(e.Class), e.Verdict, e.NextStep, e.Reply, e.At,
			}
		})

	attemptRows = store.NewBulk(`attempts`, `account_id text, attempt_id text, message_id text, host text, remote_addr text, local_addr text,
		tls text, selector text, started_at timestamptz, duration_us bigint, transcript text`,
		func(a *storedAttempt) []any {
			return []any{
				string(a.AccountID), string(a.ID), string(a.MessageID), a.Host, a.RemoteAddr, a.LocalAddr,
				a.TLS, a.Selector, a.StartedAt, a.DurationUS, a.transcript,
			}
		})
)

// storedMessage and storedAttempt come with their JSON.
type (
	storedMessage struct {
		*Message
		metadata string
	}
	storedAttempt struct {
		*Attempt
		transcript string
	}
)

// InsertEvents and InsertAttempts store steps of any accounts, in the transaction of
// the steps themselves.
func InsertEvents(tx *gorm.DB, events []Event) error { return eventRows.Insert(tx, events) }

// InsertAttempts stores attempts.
func InsertAttempts(tx *gorm.DB, attempts []*Attempt) error {
	rows := make([]storedAttempt, len(attempts))
	for i, a := range attempts {
		transcript, err := json.Marshal(a.Transcript)
		if err != nil {
			return err
		}
		rows[i] = storedAttempt{a, string(transcript)}
	}
	return attemptRows.Insert(tx, rows)
}

func insertMessages(tx *gorm.DB, messages []*Message) error {
	rows := make([]storedMessage, len(messages))
	for i, m := range messages {
		rows[i] = storedMessage{m, "{}"}
		if len(m.Metadata) > 0 {
			metadata, err := json.Marshal(m.Metadata)
			if err != nil {
				return err
			}
			rows[i].metadata = string(metadata)
		}
	}
	return messageRows.Insert(tx, rows)
}

// orNull is the value behind a pointer, NULL for none. A plain nil pointer would be a
// value of its own to drivers.
func orNull[T any](p *T) any {
	if p == nil {
		return nil
	}
	if i, ok := any(*p).(id.ID); ok {
		return string(i)
	}
	return *p
}
