package terms

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Figures is where the accounts stand with one version. Of those that were told, each is
// counted once by what it was mailed and once by what it decided:
//
//	Told = Delivered + Queued + Unreachable + NotMailed
//	Told = Explicit + ByUse + Objected + NotYet
type Figures struct {
	Told        int64 `json:"told"` // have a notice
	Required    int64 `json:"required"`
	Delivered   int64 `json:"delivered"` // a notice mail arrived
	Queued      int64 `json:"queued"`
	Unreachable int64 `json:"unreachable"` // every notice mail came back: the portal notice stands
	NotMailed   int64 `json:"not_mailed"`  // newcomers whose address is not confirmed yet, or just now
	Seen        int64 `json:"seen"`        // opened in the portal
	Explicit    int64 `json:"accepted_explicitly"`
	ByUse       int64 `json:"accepted_by_use"`
	Objected    int64 `json:"objected"`
	NotYet      int64 `json:"not_yet"`
	SignedUp    int64 `json:"accepted_at_sign_up"` // newcomers that began with this version; nobody had to tell them
}

// AddUp reports whether the figures account for everybody.
func (f Figures) AddUp() bool {
	return f.Told == f.Delivered+f.Queued+f.Unreachable+f.NotMailed && f.Told == f.Explicit+f.ByUse+f.Objected+f.NotYet
}

const figures = `SELECT COUNT(*) AS told,
	COALESCE(SUM(CASE WHEN required THEN 1 ELSE 0 END), 0) AS required,
	COALESCE(SUM(CASE WHEN arrived > 0 THEN 1 ELSE 0 END), 0) AS delivered,
	COALESCE(SUM(CASE WHEN arrived = 0 AND under_way > 0 THEN 1 ELSE 0 END), 0) AS queued,
	COALESCE(SUM(CASE WHEN arrived = 0 AND under_way = 0 AND lost > 0 THEN 1 ELSE 0 END), 0) AS unreachable,
	COALESCE(SUM(CASE WHEN arrived = 0 AND under_way = 0 AND lost = 0 THEN 1 ELSE 0 END), 0) AS not_mailed,
	COALESCE(SUM(CASE WHEN seen THEN 1 ELSE 0 END), 0) AS seen,
	COALESCE(SUM(CASE WHEN channel IN ('accept_now', 'sign_up') THEN 1 ELSE 0 END), 0) AS explicit,
	COALESCE(SUM(CASE WHEN channel LIKE 'use%' THEN 1 ELSE 0 END), 0) AS by_use,
	COALESCE(SUM(CASE WHEN channel IS NULL AND objected > 0 THEN 1 ELSE 0 END), 0) AS objected,
	COALESCE(SUM(CASE WHEN channel IS NULL AND objected = 0 THEN 1 ELSE 0 END), 0) AS not_yet
	FROM (SELECT n.required, n.seen_at IS NOT NULL AS seen,
		(SELECT COUNT(*) FROM terms_mails m WHERE m.account_id = n.account_id AND m.document = n.document AND m.number = n.number AND m.kind = 'notice' AND m.state = 'delivered') AS arrived,
		(SELECT COUNT(*) FROM terms_mails m WHERE m.account_id = n.account_id AND m.document = n.document AND m.number = n.number AND m.kind = 'notice' AND m.state = 'queued') AS under_way,
		(SELECT COUNT(*) FROM terms_mails m WHERE m.account_id = n.account_id AND m.document = n.document AND m.number = n.number AND m.kind = 'notice' AND m.state = 'undeliverable') AS lost,
		(SELECT r.channel FROM terms_records r WHERE r.account_id = n.account_id AND r.document = n.document AND r.number = n.number AND r.act = 'accepted') AS channel,
		(SELECT COUNT(*) FROM terms_records r WHERE r.account_id = n.account_id AND r.document = n.document AND r.number = n.number AND r.act = 'objected') AS objected
		FROM terms_notices n WHERE n.document = ? AND n.number = ?) AS each_account`

// FiguresOf counts for one version.
func (a *Archive) FiguresOf(ctx context.Context, document Document, number int) (f Figures, err error) {
	err = a.store.SystemSnapshot(ctx, "count notices and acceptances of a version", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Raw(figures, document, number).Scan(&f).Error; err != nil {
			return err
		}
		return tx.Raw(`SELECT COUNT(*) FROM terms_records r WHERE r.document = ? AND r.number = ? AND r.act = 'accepted'
			AND NOT EXISTS (SELECT 1 FROM terms_notices n WHERE n.account_id = r.account_id AND n.document = r.document AND n.number = r.number)`,
			document, number).Scan(&f.SignedUp).Error
	})
	return f, wrap("figures", err)
}

// Audience counts the accounts that an announcement now would have to tell.
func (a *Archive) Audience(ctx context.Context) (n int64, err error) {
	err = a.store.SystemRead(ctx, "count the accounts to be told", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT COUNT(*) FROM accounts WHERE kind <> 'operator' AND state <> 'closed'").Scan(&n).Error
	})
	return n, wrap("audience", err)
}

// Customer is an account as staff see it here.
type Customer struct {
	AccountID id.ID
	Slug      string
	Name      string
	Email     string // the owner's
	Others    string // other members' addresses, comma-separated
	Address   string // that was written to
	Why       string
	At        time.Time
}

// Customer finds one by its slug or its owner's address; "" is the earliest one.
func (a *Archive) Customer(ctx context.Context, named string) (c Customer, err error) {
	named = strings.ToLower(strings.TrimSpace(named))
	err = a.store.SystemRead(ctx, "find the customer whose notice is previewed", func(_ context.Context, tx *gorm.DB) error {
		// An account each at first: joined before it is cut, everybody would be looked at.
		query, args := "SELECT account_id FROM accounts WHERE kind <> 'operator' AND state <> 'closed'", []any{}
		if named != "" {
			query, args = query+" AND (slug = ? OR account_id IN (SELECT m.account_id FROM users u JOIN members m ON m.user_id = u.user_id AND m.role = 'owner' WHERE u.email_key = ?))", []any{named, named}
		}
		return tx.Raw(`SELECT a.account_id, a.slug, a.name, u.email FROM (`+query+` ORDER BY account_id LIMIT 1) AS first JOIN accounts a ON a.account_id = first.account_id
			JOIN members m ON m.account_id = a.account_id AND m.role = 'owner' JOIN users u ON u.user_id = m.user_id`, args...).Scan(&c).Error
	})
	if err == nil && c.AccountID.IsZero() {
		err = fault.New(fault.NotFound, "There is no such customer.")
	}
	return c, wrap("customer", err)
}

// Unreachable lists accounts whose notice mails all came back, with whom else one could
// ask there.
func (a *Archive) Unreachable(ctx context.Context, document Document, number int, limit int) (out []Customer, err error) {
	err = a.store.SystemRead(ctx, "list the owners that a notice did not reach", func(_ context.Context, tx *gorm.DB) error {
		err := tx.Raw(`SELECT t.account_id, a.slug, a.name, u.email, t.address, t.why, t.settled_at AS at FROM terms_mails t
			JOIN accounts a ON a.account_id = t.account_id
			JOIN members m ON m.account_id = a.account_id AND m.role = 'owner' JOIN users u ON u.user_id = m.user_id
			WHERE t.document = ? AND t.number = ? AND t.kind = 'notice' AND t.state = 'undeliverable'
			AND NOT EXISTS (SELECT 1 FROM terms_mails o WHERE o.account_id = t.account_id AND o.document = t.document AND o.number = t.number
				AND o.kind = 'notice' AND (o.state <> 'undeliverable' OR o.mail_id > t.mail_id))
			ORDER BY t.account_id LIMIT ?`, document, number, limit).Scan(&out).Error
		for i := range out {
			var others []string
			if err == nil {
				err = tx.Raw(`SELECT u.email FROM members m JOIN users u ON u.user_id = m.user_id WHERE m.account_id = ? AND m.role <> 'owner' ORDER BY u.email LIMIT 10`, out[i].AccountID).Scan(&others).Error
			}
			out[i].Others = strings.Join(others, ", ")
		}
		return err
	})
	return out, wrap("unreachable", err)
}

// People names the staff who wrote, approved and announced, by their addresses.
func (a *Archive) People(ctx context.Context, ids ...id.ID) (map[id.ID]string, error) {
	var rows []struct {
		UserID id.ID
		Email  string
	}
	err := a.store.SystemRead(ctx, "name the staff behind a version", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT user_id, email FROM users WHERE staff = ? AND user_id IN ?", true, ids).Scan(&rows).Error
	})
	names := map[id.ID]string{}
	for _, r := range rows {
		names[r.UserID] = r.Email
	}
	return names, wrap("people", err)
}
