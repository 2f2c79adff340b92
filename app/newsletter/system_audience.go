package newsletter

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/content"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// People implements broadcast.Audience for the operator's mailings. Everything that it
// reads are accounts, the users who own them, and subscribers.
type People struct{ *Service }

var _ broadcast.Audience = People{}

// everyone is the subscribers who confirmed, and whether they may be mailed. Its arguments
// are those of owners.
const everyone = ` FROM subscribers b LEFT JOIN suppressions s ON s.account_id = ? AND s.stream = ? AND s.address = b.address AND (s.ends_at IS NULL OR s.ends_at > ?) WHERE b.state = 'confirmed'`

// A bar is why somebody is not mailed; nothing when they are. Of two reasons to be in the
// audience the open one counts, so nothing sorts before all of them.
const (
	barOfOwner      = `CASE WHEN r.user_id IS NOT NULL OR s.opted_out THEN 'opted_out' WHEN s.address IS NOT NULL THEN 'suppressed' WHEN u.email_confirmed_at IS NULL THEN 'skipped' ELSE '' END`
	barOfSubscriber = `CASE WHEN s.opted_out THEN 'opted_out' WHEN s.address IS NOT NULL THEN 'suppressed' ELSE '' END`
)

// part is the SQL that finds the addresses of one part.
type part struct {
	name id.ID
	sql  string
	args []any
}

// parts compiles the audience. A segment that is gone by now finds nobody.
func (s *Service) parts(tx *gorm.DB, a Audience) (parts []part, err error) {
	owned := func(name id.ID, where string, args []any) part {
		return part{name, "SELECT u.email_key AS address, COALESCE(p.time_zone, '') AS zone, " + barOfOwner + " AS bar" + owners + where, append(s.ownerArgs(), args...)}
	}
	if a.Owners {
		parts = append(parts, owned(PartOwners, "", nil))
	}
	for _, chosen := range a.Segments {
		var row Segment
		err := tx.Take(&row, "segment_id = ?", chosen.ID).Error
		if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		where, args := row.Rules.where(s.Store.Now())
		parts = append(parts, owned(row.ID, where, args))
	}
	if a.Subscribers {
		parts = append(parts, part{PartNewsletter, "SELECT b.address, '' AS zone, " + barOfSubscriber + " AS bar" + everyone, s.ownerArgs()})
	}
	return parts, nil
}

// union is every address of the parts once.
func union(parts []part) (sql string, args []any) {
	sqls := make([]string, len(parts))
	for i, p := range parts {
		sqls[i] = p.sql
		args = append(args, p.args...)
	}
	return "SELECT address, max(zone) AS zone, min(bar) AS bar FROM (" + strings.Join(sqls, " UNION ALL ") + ") every_one GROUP BY address", args
}

// why is the sentence beside each bar.
const why = `CASE bar WHEN 'opted_out' THEN 'They do not want our news.' WHEN 'suppressed' THEN 'Their address does not take our mail.' WHEN 'skipped' THEN 'Their address was never confirmed.' ELSE '' END`

// Freeze implements broadcast.Audience, in the order of addresses.
func (p People) Freeze(ctx context.Context, c broadcast.Campaign, slice broadcast.Slice) (next string, err error) {
	a, err := AudienceOf(c)
	if err != nil {
		return "", err
	}
	err = p.Store.SystemWrite(ctx, "freeze the audience of a mailing of the operator", func(_ context.Context, tx *gorm.DB) error {
		parts, err := p.parts(tx, a)
		if err != nil || len(parts) == 0 {
			return err
		}
		sql, args := union(parts)
		zone := "''"
		if c.Plan.Zoned() {
			zone = "zone"
		}
		insert := `INSERT INTO campaign_recipients (account_id, campaign_id, number, contact_id, address, zone, excluded, why, variant, message_id)
			SELECT ?, ?, ? + row_number() OVER (ORDER BY address), '', address, ` + zone + `, bar, ` + why + `, 0, ''
			FROM (` + sql + `) people WHERE address > ? ORDER BY address LIMIT ?`
		all := append([]any{c.AccountID, c.ID, slice.First - 1}, args...)
		done := tx.Exec(insert, append(all, slice.After, slice.Most)...)
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		for _, part := range parts {
			err := tx.Exec(`INSERT INTO mailing_parts (account_id, campaign_id, part, number)
				SELECT r.account_id, r.campaign_id, ?, r.number FROM campaign_recipients r WHERE r.account_id = ? AND r.campaign_id = ? AND r.number >= ?
				AND r.address IN (SELECT address FROM (`+part.sql+`) one)`, append([]any{part.name, c.AccountID, c.ID, slice.First}, part.args...)...).Error
			if err != nil {
				return err
			}
		}
		if done.RowsAffected < int64(slice.Most) {
			return nil
		}
		return tx.Raw("SELECT address FROM campaign_recipients WHERE account_id = ? AND campaign_id = ? ORDER BY number DESC LIMIT 1", c.AccountID, c.ID).Scan(&next).Error
	})
	return next, translate("freeze", noMailing, err)
}

// knownPerson is what is known of the person at an address.
type knownPerson struct {
	Address, Name, Company, Language string
	Subscribed, Owner                bool
}

// People implements broadcast.Audience. Who left since the audience was frozen comes with
// that reason.
func (p People) People(ctx context.Context, _ broadcast.Campaign, of []broadcast.Recipient) ([]broadcast.Person, error) {
	addresses := make([]string, len(of))
	for i := range of {
		addresses[i] = of[i].Address
	}
	known := map[string]knownPerson{}
	err := p.Store.SystemRead(ctx, "what a mailing says to owners and subscribers", func(_ context.Context, tx *gorm.DB) error {
		among, list := store.In(tx, addresses)
		var rows []knownPerson
		err := tx.Raw(`SELECT u.email_key AS address, u.name, min(a.name) AS company, max(COALESCE(p.language, '')) AS language, true AS owner`+owners+`
			AND r.user_id IS NULL AND u.email_key `+among+` GROUP BY u.email_key, u.name`, append(p.ownerArgs(), list)...).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, row := range rows {
			known[row.Address] = row
		}
		var subscribers []Subscriber
		if err := tx.Raw("SELECT * FROM subscribers WHERE state = 'confirmed' AND address "+among, list).Scan(&subscribers).Error; err != nil {
			return err
		}
		for _, s := range subscribers {
			k := known[s.Address]
			k.Subscribed = true
			if k.Language == "" {
				k.Language = s.Language
			}
			known[s.Address] = k
		}
		return nil
	})
	if err != nil {
		return nil, translate("people", "", err)
	}
	people := make([]broadcast.Person, len(of))
	for i, r := range of {
		k := known[r.Address]
		people[i] = broadcast.Person{Person: content.Person{Email: r.Address, Name: k.Name, Company: k.Company, Language: k.Language, Fields: map[string]string{}}}
		if !k.Owner && !k.Subscribed {
			people[i].Excluded, people[i].Why = broadcast.OptedOut, "They left, or changed their address, after the audience was frozen."
		}
	}
	return people, nil
}

// Reach is what an audience comes to now: the sum that the page shows before sending.
type Reach struct {
	All, Included, OptedOut, Suppressed, Unconfirmed int64
	Parts                                            []PartReach `gorm:"-"`
}

// PartReach is one part of it. Parts overlap.
type PartReach struct {
	Part
	All, Included int64
}

// Reach counts the audience exactly as freezing it now would.
func (s *Service) Reach(ctx context.Context, a Audience) (reach Reach, err error) {
	err = s.Store.SystemRead(ctx, "count the audience of a mailing of the operator", func(_ context.Context, tx *gorm.DB) error {
		parts, err := s.parts(tx, a)
		if err != nil || len(parts) == 0 {
			return err
		}
		sql, args := union(parts)
		err = tx.Raw(`SELECT count(*) AS "all", COALESCE(sum(CASE WHEN bar = '' THEN 1 ELSE 0 END), 0) AS included, COALESCE(sum(CASE WHEN bar = 'opted_out' THEN 1 ELSE 0 END), 0) AS opted_out,
			COALESCE(sum(CASE WHEN bar = 'suppressed' THEN 1 ELSE 0 END), 0) AS suppressed, COALESCE(sum(CASE WHEN bar = 'skipped' THEN 1 ELSE 0 END), 0) AS unconfirmed FROM (`+sql+`) people`, args...).Scan(&reach).Error
		if err != nil {
			return err
		}
		for _, named := range a.Parts() {
			row := PartReach{Part: named}
			for i := range parts {
				if parts[i].name != named.ID {
					continue
				}
				one, args := union(parts[i : i+1])
				if err := tx.Raw(`SELECT count(*) AS "all", COALESCE(sum(CASE WHEN bar = '' THEN 1 ELSE 0 END), 0) AS included FROM (`+one+`) people`, args...).Scan(&row).Error; err != nil {
					return err
				}
			}
			reach.Parts = append(reach.Parts, row)
		}
		return nil
	})
	return reach, translate("reach", "", err)
}
