package message

import (
	"database/sql"
	"encoding/json"
	"errors"

	"gorm.io/gorm"
)

// DeliveryColumns are the columns that ScanDeliveries reads.
const DeliveryColumns = `account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason,
	class, last_reply, attempts, ambiguous, notify, orcpt, due_at, lease_owner, lease_until, fence, created_at, expires_at, final_at,
	credential_id, campaign_id`

// ScanDeliveries reads what a raw statement returns, past GORM's reflection.
func ScanDeliveries(statement *gorm.DB) ([]*Delivery, error) {
	return scan(statement, func(rows *sql.Rows, d *Delivery) error {
		return rows.Scan((*string)(&d.AccountID), (*string)(&d.ID), (*string)(&d.MessageID), (*string)(&d.Stream), (*string)(&d.DomainID), &d.Tag,
			&d.Recipient, &d.RecipientKey, &d.Destination, (*string)(&d.State), &d.Reason,
			(*string)(&d.Class), &d.LastReply, &d.Attempts, &d.Ambiguous, &d.Notify, &d.ORCPT, &d.DueAt, &d.LeaseOwner, &d.LeaseUntil, &d.Fence,
			&d.CreatedAt, &d.ExpiresAt, &d.FinalAt, (*string)(&d.CredentialID), (*string)(&d.CampaignID))
	})
}

// MessageColumns are the columns that ScanMessages reads.
const MessageColumns = `account_id, message_id, stream, domain_id, credential_id, mail_from, header_from, subject, header_message_id, tag, metadata,
	size, recipients, smtputf8, eight_bit, dsn_ret, dsn_envid, client_ip, client_name, client_tls, created_at, expires_at,
	expires_strictly, track, content_removed_at, campaign_id`

// ScanMessages reads what a raw statement returns, past GORM's reflection.
func ScanMessages(statement *gorm.DB) ([]*Message, error) {
	return scan(statement, func(rows *sql.Rows, m *Message) error {
		var metadata string
		err := rows.Scan((*string)(&m.AccountID), (*string)(&m.ID), (*string)(&m.Stream), (*string)(&m.DomainID), &m.CredentialID, &m.MailFrom,
			&m.HeaderFrom, &m.Subject, &m.HeaderMessageID, &m.Tag, &metadata,
			&m.Size, &m.Recipients, &m.SMTPUTF8, &m.EightBit, &m.DSNRet, &m.DSNEnvID, &m.ClientIP, &m.ClientName, &m.ClientTLS, &m.CreatedAt, &m.ExpiresAt,
			&m.ExpiresStrictly, &m.Track, &m.ContentRemovedAt, (*string)(&m.CampaignID))
		if err != nil || metadata == "{}" {
			return err
		}
		return json.Unmarshal([]byte(metadata), &m.Metadata)
	})
}

func scan[R any](statement *gorm.DB, read func(*sql.Rows, *R) error) (all []*R, err error) {
	rows, err := statement.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r := new(R)
		if err := read(rows, r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

func scanSuppression(rows *sql.Rows, s *Suppression) error {
	return rows.Scan((*string)(&s.AccountID), (*string)(&s.Stream), &s.Address, &s.Reason, &s.OptedOut)
}
