package message

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// OfficeFilter is what staff look for over all accounts. Zero fields do not narrow.
type OfficeFilter struct {
	MessageID id.ID  // ours
	HeaderID  string // the Message-ID of the header, without angle brackets
	Domain    string // of the recipient, lower case
	Account   id.ID
	State     State
	From, To  time.Time // accepted in [From, To)
	Before    id.ID     // older than this delivery
	Limit     int
}

// OfficeRow is a delivery as staff see it: what became of it, and nothing that somebody
// wrote. The recipient is masked before it leaves this package.
type OfficeRow struct {
	Account    id.ID
	Name       string // of the account
	Slug       string
	DeliveryID id.ID
	MessageID  id.ID
	Stream     Stream
	Recipient  string // masked
	State      State
	Reason     string
	Class      string
	Attempts   int
	Size       int64
	CreatedAt  time.Time
	DueAt      time.Time
	FinalAt    *time.Time
}

// OfficePage is what was found, the newest first. A state that is rare would take walking
// everything: one page walks a bounded part, and LookedTo is where it ended.
type OfficePage struct {
	Rows     []OfficeRow
	LookedTo id.ID // "" when everything was looked at, or the page is full
}

// MostWalked is how many deliveries one page looks at where no index knows the state.
const MostWalked = 20_000

// SearchAll finds deliveries over all accounts for staff: states and figures only.
func (a *Archive) SearchAll(ctx context.Context, f OfficeFilter) (page OfficePage, err error) {
	s := a.store
	err = s.SystemRead(ctx, "find deliveries of all accounts for staff, without what customers wrote", func(_ context.Context, tx *gorm.DB) error {
		page = OfficePage{}
		where, args, err := f.conditions(tx, s.Engine())
		if err != nil || where == nil {
			return err
		}
		if f.walks() {
			if err := tx.Raw(edgeQuery(where), append(args, MostWalked-1)...).Scan(&page.LookedTo).Error; err != nil {
				return err
			}
			args = append(args, MostWalked, f.State)
		}
		if err := tx.Raw(f.query(where), append(args, f.Limit)...).Scan(&page.Rows).Error; err != nil {
			return err
		}
		for i := range page.Rows {
			page.Rows[i].Recipient = audit.MaskEmail(page.Rows[i].Recipient)
			page.Rows[i].Reason = addressLike.ReplaceAllStringFunc(page.Rows[i].Reason, audit.MaskEmail)
		}
		if len(page.Rows) >= f.Limit {
			page.LookedTo = ""
		}
		return nil
	})
	if err != nil {
		return page, fmt.Errorf("message: search all: %w", err)
	}
	return page, nil
}

var addressLike = regexp.MustCompile(`[^\s<>@"“”(),;]+@[^\s<>@"“”(),;]+`)

// edgeQuery is where a bounded walk ends.
func edgeQuery(where []string) string {
	return "SELECT d.delivery_id FROM deliveries d WHERE " + strings.Join(where, " AND ") + " ORDER BY d.delivery_id DESC LIMIT 1 OFFSET ?"
}

// query is the statement of one page: the deliveries first, and then what is told of
// each, so that neither engine joins before it has cut.
func (f OfficeFilter) query(where []string) string {
	inner := "SELECT * FROM deliveries d WHERE " + strings.Join(where, " AND ") + " ORDER BY d.delivery_id DESC"
	if f.walks() {
		inner = "SELECT * FROM (" + inner + " LIMIT ?) AS walked WHERE state = ? ORDER BY delivery_id DESC"
	}
	return `SELECT d.account_id AS account, a.name, a.slug, d.delivery_id, d.message_id, d.stream, d.recipient, d.state, d.reason, d.class,
		d.attempts, m.size, d.created_at, d.due_at, d.final_at
		FROM (` + inner + ` LIMIT ?) AS d JOIN accounts a ON a.account_id = d.account_id
		JOIN messages m ON m.account_id = d.account_id AND m.message_id = d.message_id ORDER BY d.delivery_id DESC`
}

// walks reports whether the state is looked for among what another index gives.
func (f OfficeFilter) walks() bool {
	return f.State != "" && f.walksAll()
}

// OverAll holds for every delivery. It is the condition of the indexes that are only for
// what is looked for over all accounts: without it PostgreSQL would sort a large account's
// own pages by them, past the rows of everybody else.
const OverAll = "notify <> '*'"

func (f OfficeFilter) walksAll() bool {
	return f.Account == "" && f.MessageID == "" && f.HeaderID == ""
}

// conditions are those of the innermost statement, each served by an index that ends in
// the delivery's id. Nil conditions find nothing.
func (f OfficeFilter) conditions(tx *gorm.DB, engine store.Engine) (where []string, args []any, err error) {
	add := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	switch {
	case f.MessageID != "" || f.HeaderID != "":
		of, err := f.messages(tx)
		if err != nil || len(of) == 0 {
			return nil, nil, err
		}
		var either []string
		for _, m := range of {
			either, args = append(either, "(d.account_id = ? AND d.message_id = ?)"), append(args, m.AccountID, m.MessageID)
		}
		where = append(where, "("+strings.Join(either, " OR ")+")")
		if f.State != "" {
			add("d.state = ?", f.State)
		}
	case f.Account != "":
		add("d.account_id = ?", f.Account)
		if f.State != "" {
			add("d.state = ?", f.State)
		}
		if f.State != "" && f.State != Delivered {
			add("d." + isRare)
		}
	}
	switch {
	case f.Domain != "" && engine == store.SQLite:
		add("substr(d.recipient_key, instr(d.recipient_key, '@') + 1) = ?", f.Domain)
	case f.Domain != "":
		add("d.recipient_domain = ?", f.Domain)
	case f.walksAll():
		add("d." + OverAll)
	}
	if !f.From.IsZero() {
		add("d.delivery_id >= ?", id.At(f.From))
	}
	upper := f.Before
	if !f.To.IsZero() && (upper == "" || id.At(f.To) < upper) {
		upper = id.At(f.To)
	}
	if upper == "" {
		upper = id.At(time.UnixMilli(1<<48 - 1)) // an order by the index needs a bound of it
	}
	add("d.delivery_id < ?", upper)
	return where, args, nil
}

const mostWithOneHeaderID = 20

// messages are those that an identifier names.
func (f OfficeFilter) messages(tx *gorm.DB) (found []struct{ AccountID, MessageID id.ID }, err error) {
	if f.MessageID != "" {
		return found, tx.Raw("SELECT account_id, message_id FROM messages WHERE message_id = ?", f.MessageID).Scan(&found).Error
	}
	return found, tx.Raw("SELECT account_id, message_id FROM messages WHERE header_message_id = ? LIMIT ?", f.HeaderID, mostWithOneHeaderID).Scan(&found).Error
}
