package support

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Listed is an account as staff see it in a list: state and figures.
type Listed struct {
	ID        id.ID
	Slug      string
	Name      string
	Kind      string
	State     string
	Owner     string // address, for notices
	CreatedAt time.Time
	Members   int64
	Domains   int64 // proven
	Sent      int64 // deliveries accepted in the last 30 days
	Bounced   int64
}

// listQuery asks of each account it shows, and joins nothing: PostgreSQL cannot tell how
// many rows row-level security lets through, and would join all of them.
const listQuery = `SELECT a.account_id AS id, a.slug, a.name, a.kind, a.state, a.created_at,
	COALESCE((SELECT u.email FROM account_owners o JOIN users u ON u.user_id = o.user_id WHERE o.account_id = a.account_id), '') AS owner,
	(SELECT count(*) FROM members m WHERE m.account_id = a.account_id) AS members,
	(SELECT count(*) FROM domains d WHERE d.account_id = a.account_id AND d.state = 'verified') AS domains,
	(SELECT COALESCE(sum(accepted), 0) FROM account_days y WHERE y.account_id = a.account_id AND y.day >= ?) AS sent,
	(SELECT COALESCE(sum(bounced), 0) FROM account_days y WHERE y.account_id = a.account_id AND y.day >= ?) AS bounced
	FROM accounts a WHERE a.kind <> 'operator'`

func (s *Service) since() string { return s.store.Now().AddDate(0, 0, -30).Format(time.DateOnly) }

// Accounts returns a page of accounts, the newest first: those whose name, slug or
// owner's address holds the text, in a state.
func (s *Service) Accounts(ctx context.Context, text, state string, before id.ID, limit int) (list []Listed, err error) {
	err = s.store.SystemRead(ctx, "list accounts for staff", func(_ context.Context, tx *gorm.DB) error {
		query, args := listQuery, []any{s.since(), s.since()}
		if text = strings.ToLower(strings.TrimSpace(text)); text != "" {
			like := "%" + strings.NewReplacer("%", "", "_", "").Replace(text) + "%"
			query += " AND (lower(a.name) LIKE ? OR a.slug LIKE ? OR a.account_id IN (SELECT o.account_id FROM users u JOIN account_owners o ON o.user_id = u.user_id WHERE u.email_key LIKE ?))"
			args = append(args, like, like, like)
		}
		if state != "" {
			query, args = query+" AND a.state = ?", append(args, state)
		}
		if !before.IsZero() {
			query, args = query+" AND a.account_id < ?", append(args, before)
		}
		return tx.Raw(query+" ORDER BY a.account_id DESC LIMIT ?", append(args, limit)...).Scan(&list).Error
	})
	return list, asIs("list accounts", err)
}

// Account returns one account with its grants.
func (s *Service) Account(ctx context.Context, accountID id.ID) (a Listed, list []Grant, err error) {
	err = s.store.SystemRead(ctx, "show staff an account's state and figures", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Raw(listQuery+" AND a.account_id = ?", s.since(), s.since(), accountID).Scan(&a).Error; err != nil {
			return err
		}
		if a.ID.IsZero() {
			return fault.New(fault.NotFound, "There is no page at this address.")
		}
		var rows []row
		if err := tx.Where("account_id = ?", accountID).Order("grant_id DESC").Limit(MostGrants).Find(&rows).Error; err != nil {
			return err
		}
		list = grants(rows)
		return nil
	})
	return a, list, asIs("show an account", err)
}
