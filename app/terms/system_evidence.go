package terms

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Evidence is one account's line about one version.
type Evidence struct {
	AccountID  id.ID      `json:"account"`
	Name       string     `json:"name"`
	NoticeID   id.ID      `json:"notice,omitempty"`
	PortalAt   *time.Time `json:"portal_since,omitempty"`
	SeenAt     *time.Time `json:"portal_opened,omitempty"`
	Address    string     `json:"mailed_to,omitempty"` // of the last notice mail
	MessageID  id.ID      `json:"message,omitempty"`   // in the operator's message log
	MailState  string     `json:"mail,omitempty"`
	MailWhy    string     `json:"mail_reason,omitempty"`
	MailedAt   *time.Time `json:"mail_queued,omitempty"`
	SettledAt  *time.Time `json:"mail_settled,omitempty"`
	ObjectedAt *time.Time `json:"objected,omitempty"`
	AcceptedAt *time.Time `json:"accepted,omitempty"`
	Channel    string     `json:"accepted_by,omitempty"`
	Seq        int        `json:"record,omitempty"`
	Hash       string     `json:"hash,omitempty"` // of the acceptance's record
}

const evidence = `SELECT a.account_id, a.name, n.notice_id, n.portal_at, n.seen_at, m.address, m.message_id, m.state AS mail_state, m.why AS mail_why,
	m.queued_at AS mailed_at, m.settled_at, o.at AS objected_at, r.at AS accepted_at, r.channel, r.seq, r.hash
	FROM accounts a
	LEFT JOIN terms_notices n ON n.account_id = a.account_id AND n.document = ? AND n.number = ?
	LEFT JOIN terms_mails m ON m.account_id = a.account_id AND m.mail_id = (SELECT MAX(x.mail_id) FROM terms_mails x
		WHERE x.account_id = a.account_id AND x.document = ? AND x.number = ? AND x.kind = 'notice')
	LEFT JOIN terms_records r ON r.account_id = a.account_id AND r.document = ? AND r.number = ? AND r.act = 'accepted'
	LEFT JOIN terms_records o ON o.account_id = a.account_id AND o.document = ? AND o.number = ? AND o.act = 'objected'
	WHERE a.kind <> 'operator' AND a.account_id > ? AND (n.notice_id IS NOT NULL OR r.seq IS NOT NULL)
	ORDER BY a.account_id LIMIT ?`

// EvidenceOf calls each for every account that was told of a version or accepted it.
func (a *Archive) EvidenceOf(ctx context.Context, document Document, number int, each func(Evidence) error) error {
	after := id.ID("")
	for {
		var rows []Evidence
		err := a.store.SystemRead(ctx, "export the evidence about a version", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(evidence, document, number, document, number, document, number, document, number, after, 1000).Scan(&rows).Error
		})
		if err != nil || len(rows) == 0 {
			return wrap("evidence", err)
		}
		for _, e := range rows {
			if err := each(e); err != nil {
				return err
			}
		}
		after = rows[len(rows)-1].AccountID
	}
}

// named is who and what stands in an account's records, by its present name. Users belong
// to no account; each statement names the account whose records they stand in.
const named = `SELECT a.account_id AS id, a.name FROM accounts a WHERE a.account_id = ?
	UNION SELECT u.user_id, u.email FROM terms_records r JOIN users u ON u.user_id = r.user_id WHERE r.account_id = ?
	UNION SELECT c.credential_id, c.name FROM terms_records r JOIN credentials c ON c.account_id = r.account_id AND c.credential_id = r.credential_id WHERE r.account_id = ?`

func (a *Archive) namesOn(ctx context.Context, scope account.Scope) (map[id.ID]string, error) {
	accountID, err := scope.Account()
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID   id.ID
		Name string
	}
	err = a.store.SystemRead(ctx, "name who stands in an account's records", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(named, accountID, accountID, accountID).Scan(&rows).Error
	})
	names := map[id.ID]string{}
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, wrap("names", err)
}
