package terms

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// open makes the notice row of each account that has none yet.
func (c *Courier) open(ctx context.Context, v Version) error {
	after := id.ID("")
	return c.batches(ctx, func(ctx context.Context) (bool, error) {
		var found []struct {
			AccountID id.ID
			CreatedAt time.Time
		}
		// Looked for outside of the writing transaction, so that nobody waits for a long
		// look; the unique key refuses what another process gave meanwhile.
		err := c.store.SystemRead(ctx, "find accounts without notice of a version", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(`SELECT a.account_id, a.created_at FROM accounts a
				WHERE a.account_id > ? AND a.kind <> 'operator' AND a.state <> 'closed'
				AND NOT EXISTS (SELECT 1 FROM terms_notices n WHERE n.account_id = a.account_id AND n.document = ? AND n.number = ?)
				ORDER BY a.account_id LIMIT ?`, after, v.Document, v.Number, 10*c.batch).Scan(&found).Error
		})
		if err != nil || len(found) == 0 {
			return false, err
		}
		rows := make([]noticeRow, len(found))
		for i, a := range found {
			rows[i] = newNotice(a.AccountID, a.CreatedAt, v)
		}
		err = c.store.SystemWrite(ctx, "give every account its notice of a version", func(_ context.Context, tx *gorm.DB) error {
			return tx.CreateInBatches(&rows, 500).Error
		})
		if err == nil {
			after = found[len(found)-1].AccountID
		}
		return true, err
	})
}

// debt is one mail that is owed.
type debt struct {
	AccountID id.ID
	Name      string
	Slug      string
	UserID    id.ID
	Email     string
	EmailKey  string
	Objected  bool
	Bounced   bool // a mail about this version to this address came back for good
}

// owed is every account whose present owner has not got a mail of the kind: also after
// the account, or the owner's address, has changed. Newcomers' addresses are written to
// when they are confirmed.
const owed = `SELECT n.account_id, a.name, a.slug, u.user_id, u.email, u.email_key,
	EXISTS (SELECT 1 FROM terms_records r WHERE r.account_id = n.account_id AND r.document = n.document AND r.number = n.number AND r.act = 'objected') AS objected,
	EXISTS (SELECT 1 FROM terms_mails b WHERE b.account_id = n.account_id AND b.document = n.document AND b.number = n.number AND b.address = u.email_key AND b.state = 'undeliverable') AS bounced
	FROM terms_notices n
	JOIN accounts a ON a.account_id = n.account_id AND a.state <> 'closed'
	JOIN members m ON m.account_id = n.account_id AND m.role = 'owner'
	JOIN users u ON u.user_id = m.user_id
	WHERE n.document = ? AND n.number = ? AND n.account_id > ? AND (n.required OR u.email_confirmed_at IS NOT NULL)
	AND NOT EXISTS (SELECT 1 FROM terms_mails t WHERE t.account_id = n.account_id AND t.document = n.document AND t.number = n.number AND t.kind = ? AND t.address = u.email_key)`

// Who gets which kind besides: reminders go to those who have not accepted, and not in
// the same days as the notice; a withdrawal to those who were told.
const (
	notAccepted = ` AND n.portal_at < ? AND NOT EXISTS (SELECT 1 FROM terms_records r WHERE r.account_id = n.account_id AND r.document = n.document AND r.number = n.number AND r.act = 'accepted')`
	wasTold     = ` AND EXISTS (SELECT 1 FROM terms_mails w WHERE w.account_id = n.account_id AND w.document = n.document AND w.number = n.number AND w.kind = 'notice' AND w.message_id IS NOT NULL)`
)

const reminderRest = 3 * 24 * time.Hour

// send writes the mails of a kind that are owed, each in the transaction that notes it:
// a mail is stored, with its row, or neither is.
func (c *Courier) send(ctx context.Context, l Letter, kind MailKind) error {
	after := id.ID("")
	return c.batches(ctx, func(ctx context.Context) (bool, error) {
		debts, err := c.debts(ctx, l.Version, kind, after)
		if err != nil || len(debts) == 0 {
			return false, err
		}
		err = c.store.SystemWrite(ctx, "mail owners about a version", func(ctx context.Context, tx *gorm.DB) error {
			rows := make([]mailRow, len(debts))
			for i, d := range debts {
				if rows[i], err = c.pay(ctx, l, kind, d); err != nil {
					return err
				}
			}
			return tx.Create(&rows).Error
		})
		if err == nil {
			after = debts[len(debts)-1].AccountID
		}
		return true, err
	})
}

func (c *Courier) debts(ctx context.Context, v Version, kind MailKind, after id.ID) (debts []debt, err error) {
	query, args := owed, []any{v.Document, v.Number, after, kind}
	switch kind {
	case NoticeMail:
	case WithdrawalMail:
		query += wasTold
	default:
		query, args = query+notAccepted, append(args, c.store.Now().Add(-reminderRest))
	}
	err = c.store.SystemRead(ctx, "find owners to be mailed about a version", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(query+" ORDER BY n.account_id LIMIT ?", append(args, c.batch)...).Scan(&debts).Error
	})
	return debts, err
}

// pay writes one mail. An address that cannot be written to, or that sent an earlier
// mail back, gets none: the notice in the portal stands, and staff see it.
func (c *Courier) pay(ctx context.Context, l Letter, kind MailKind, d debt) (mailRow, error) {
	now := c.store.Now()
	row := mailRow{
		AccountID: d.AccountID, MailID: id.New(), Document: l.Version.Document, Number: l.Version.Number, Kind: kind,
		UserID: d.UserID, Address: d.EmailKey, State: MailQueued, QueuedAt: now,
	}
	if d.Bounced {
		row.State, row.Why, row.SettledAt = MailUndeliverable, "An earlier mail to this address came back.", &now
		return row, nil
	}
	l.Kind, l.To, l.AccountName, l.Slug, l.Objected = kind, d.Email, d.Name, d.Slug, d.Objected
	messageID, err := c.post.Tell(ctx, l)
	if fault.Is(err, fault.Invalid) {
		row.State, row.Why, row.SettledAt = MailUndeliverable, fault.SafeText(err), &now
		return row, nil
	}
	row.MessageID = &messageID
	return row, err
}
