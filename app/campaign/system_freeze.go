package campaign

import (
	"context"
	"fmt"
	"regexp"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// frozen turns a selection into rows of a campaign. What the person reads later stands in
// the row: the list behind a number needs no second look.
//
// It is numbered in an order that no index has, so that everything is found before the first
// row is written: PostgreSQL may look for duplicates by the campaign alone, and each look
// would go over all rows that the statement itself has written so far.
const frozen = `
INSERT INTO campaign_recipients (account_id, campaign_id, number, contact_id, address, zone, excluded, why, variant, message_id)
SELECT f.account_id, ?, CAST(? AS BIGINT) + row_number() OVER (ORDER BY f.contact_id || '') - 1, f.contact_id, f.address, %s,
	CASE f.reason WHEN 'topic' THEN 'opted_out' WHEN 'paused' THEN 'opted_out' ELSE f.reason END,
	CASE f.reason
		WHEN '' THEN ''
		WHEN 'duplicate' THEN 'This address is in the audience already.'
		WHEN 'invalid' THEN 'This is no address that mail can go to.'
		WHEN 'topic' THEN 'They opted out of this topic.'
		WHEN 'paused' THEN 'They asked for no mail for a while.'
		WHEN 'opted_out' THEN CASE f.said WHEN '' THEN 'They unsubscribed.' ELSE f.said END
		ELSE CASE f.said WHEN '' THEN 'On the suppression list.' ELSE f.said END
	END, 0, ''
FROM (%s) AS f`

// Freeze implements broadcast.Audience. A slice goes over a range of all contacts: its cost
// does not grow with what is behind it.
func (s *Service) Freeze(ctx context.Context, c broadcast.Campaign, part broadcast.Slice) (next string, err error) {
	scope := s.scopeOf(c.AccountID)
	w, err := wantedBy(c)
	if err != nil {
		return "", err
	}
	now := s.store.Now()
	if c.StartAt != nil { // one moment for all slices
		now = *c.StartAt
	}
	r, err := s.rulesOf(ctx, scope, w.Audience, now)
	if err != nil {
		return "", err
	}
	err = s.store.SystemWrite(ctx, "freeze the audience of a campaign", func(_ context.Context, tx *gorm.DB) error {
		next, err = freeze(tx, c, part, func(b bounds) (selection, error) { return selectAudience(scope, w, r, b) })
		return err
	})
	if err != nil {
		return "", fmt.Errorf("campaign: freeze: %w", err)
	}
	return next, nil
}

func freeze(tx *gorm.DB, c broadcast.Campaign, part broadcast.Slice, build func(bounds) (selection, error)) (next string, err error) {
	b := bounds{after: id.ID(part.After)}
	err = tx.Raw("SELECT contact_id FROM contacts WHERE account_id = ? AND contact_id > ? ORDER BY contact_id LIMIT 1 OFFSET ?",
		c.AccountID, b.after, max(part.Most, 1)-1).Scan(&b.last).Error
	if err != nil {
		return "", err
	}
	sel, err := build(b)
	if err != nil {
		return "", err
	}
	zone := "''"
	if c.Plan.Zoned() {
		zone = "f.time_zone"
	}
	if err := roomy(tx); err != nil {
		return "", err
	}
	args := append([]any{c.ID, part.First}, sel.args...)
	return string(b.last), tx.Exec(fmt.Sprintf(frozen, zone, oneByOne(tx, sel.sql)), args...).Error
}

// lookUp is a line of judged that looks a contact's address up.
var lookUp = regexp.MustCompile(`(?m)^LEFT JOIN (\w+) (\w) ON (.+)$`)

// oneByOne lets PostgreSQL look each contact of a slice up by an index. The policy of
// row-level security hides from its planner how many rows an account has: it reckons with a
// handful, and would go over all suppressions of the account for each contact. OFFSET 0
// keeps it from seeing through that.
func oneByOne(tx *gorm.DB, sql string) string {
	if tx.Name() != string(store.Postgres) {
		return sql
	}
	return lookUp.ReplaceAllString(sql, "LEFT JOIN LATERAL (SELECT * FROM $1 $2 WHERE $3 OFFSET 0) $2 ON true")
}
