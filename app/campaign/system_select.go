package campaign

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// wanted is whose audience a statement asks for.
type wanted struct {
	Audience
	TopicID    id.ID // "": no choice of topics is asked
	CampaignID id.ID // who has a row in it already is its duplicate; "": nobody has
	ParentID   id.ID
	SeriesID   id.ID
	Follows    broadcast.Follows
}

func wantedBy(c broadcast.Campaign) (wanted, error) {
	a, err := ParseAudience(c.Audience)
	return wanted{a, c.TopicID, c.ID, c.ParentID, c.SeriesID, c.Follows}, err
}

// bounds are the contacts that one slice goes through: behind after, up to the last; zero
// is everybody.
type bounds struct{ after, last id.ID }

// selection is the one statement that says who is in an audience, and why somebody gets
// nothing. Counting and freezing are both made of it, so that they cannot differ.
type selection struct {
	sql  string
	args []any

	scope  account.Scope
	rules  rules
	bounds bounds
}

// rules are the segments and fields that an audience names, read before the statement.
type rules struct {
	segments map[id.ID]contact.Condition
	fields   []contact.Field
	now      time.Time
}

// selectAudience builds it.
func selectAudience(scope account.Scope, w wanted, r rules, b bounds) (selection, error) {
	s := selection{scope: scope, rules: r, bounds: b}
	if err := w.check(); err != nil {
		return s, err
	}
	chosen, err := s.chosen(w)
	if err != nil {
		return s, err
	}
	s.sql = strings.ReplaceAll(judged, "{{chosen}}", chosen)
	// In the order of the text: the joins stand behind the chosen set.
	accountID := scope.AccountID()
	s.args = append(s.args, accountID, w.CampaignID, accountID, r.now, accountID, w.TopicID, accountID, w.TopicID)
	return s, nil
}

// judged names each chosen contact with the first reason that keeps mail from it. The
// order of the reasons is the order of their weight: what nobody can take back comes first.
// Joins, not "NOT IN": they cost one hash each, whatever the engine thinks of the numbers.
const judged = `
SELECT c.account_id, c.contact_id, c.address, c.time_zone,
	CASE
		WHEN d.address IS NOT NULL THEN 'duplicate'
		WHEN length(c.address) > 254 OR c.address NOT LIKE '_%@_%._%' THEN 'invalid'
		WHEN s.address IS NOT NULL AND NOT s.opted_out THEN 'suppressed'
		WHEN s.address IS NOT NULL AND s.ends_at IS NULL THEN 'opted_out'
		WHEN t.address IS NOT NULL OR l.address IS NOT NULL THEN 'topic'
		WHEN s.address IS NOT NULL THEN 'paused'
		ELSE '' END AS reason,
	COALESCE(s.reason, '') AS said
FROM ({{chosen}}) c
LEFT JOIN campaign_recipients d ON d.account_id = ? AND d.campaign_id = ? AND d.address = c.address AND d.excluded <> 'duplicate'
LEFT JOIN suppressions s ON s.account_id = ? AND s.stream = 'broadcast' AND s.address = c.address AND (s.ends_at IS NULL OR s.ends_at > ?)
LEFT JOIN topic_choices t ON t.account_id = ? AND t.topic_id = ? AND t.address = c.address AND t.choice = 'out'
LEFT JOIN topic_suppressions l ON l.account_id = ? AND l.topic_id = ? AND l.address = c.address`

// openedByAPerson is whether the mail of a recipient r was opened, or a link of it followed.
const openedByAPerson = `SELECT 1 FROM visits o WHERE o.account_id = r.account_id AND o.message_id = r.message_id AND o.human > 0`

// chosen is the contacts of the included sets without those of the excluded ones.
func (s *selection) chosen(w wanted) (string, error) {
	sql := "SELECT k.account_id, k.contact_id, k.address, k.time_zone FROM contacts AS k WHERE k.account_id = ?" + s.within("k.", s.scope.AccountID())
	if !slices.ContainsFunc(w.Include, func(set Set) bool { return set.Kind == Everyone }) {
		among, err := s.union(w.Include)
		if err != nil {
			return "", err
		}
		sql += " AND k.contact_id IN (" + among + ")"
	}
	if len(w.Exclude) > 0 {
		among, err := s.union(w.Exclude)
		if err != nil {
			return "", err
		}
		sql += " AND NOT EXISTS (SELECT 1 FROM (" + among + ") AS x WHERE x.contact_id = k.contact_id)"
	}
	return sql + s.following(w), nil
}

// within adds the slice's bounds to a condition, and their values after those given.
func (s *selection) within(prefix string, before ...any) (sql string) {
	s.args = append(s.args, before...)
	if s.bounds.after != "" {
		sql += " AND " + prefix + "contact_id > ?"
		s.args = append(s.args, s.bounds.after)
	}
	if s.bounds.last != "" {
		sql += " AND " + prefix + "contact_id <= ?"
		s.args = append(s.args, s.bounds.last)
	}
	return sql
}

// union is the ids of contacts in at least one of the sets, each once. A union rather than
// "OR": an engine turns it into one pass and one hash, however large the sets are.
func (s *selection) union(sets []Set) (string, error) {
	accountID := s.scope.AccountID()
	parts := make([]string, len(sets))
	for i, set := range sets {
		switch set.Kind {
		case OfList:
			parts[i] = "SELECT contact_id FROM list_members WHERE account_id = ? AND list_id = ?" + s.within("", accountID, set.ID)
		case OfSegment:
			condition, known := s.rules.segments[set.ID]
			if !known {
				return "", noSet("segment")
			}
			where, args, err := condition.Compile(s.scope, s.rules.fields, s.rules.now)
			if err != nil {
				return "", err
			}
			parts[i] = "SELECT contact_id FROM contacts WHERE account_id = ?" + s.within("", accountID) + " AND (" + where + ")"
			s.args = append(s.args, args...)
		default:
			return "", noSet("list or segment")
		}
	}
	return strings.Join(parts, " UNION "), nil
}

// following narrows the audience to the part that a campaign which follows another is for.
func (s *selection) following(w wanted) string {
	accountID := s.scope.AccountID()
	switch w.Follows {
	case broadcast.FollowsNew:
		s.args = append(s.args, accountID, accountID, w.SeriesID, w.CampaignID)
		return ` AND NOT EXISTS (SELECT 1 FROM campaign_recipients r WHERE r.account_id = ? AND r.contact_id = k.contact_id AND r.excluded <> 'duplicate'
			AND r.campaign_id IN (SELECT g.campaign_id FROM campaigns g WHERE g.account_id = ? AND g.series_id = ? AND g.campaign_id <> ?))`
	case broadcast.FollowsUnopened:
		s.args = append(s.args, accountID, w.ParentID)
		return ` AND EXISTS (SELECT 1 FROM campaign_recipients r
			JOIN deliveries v ON v.account_id = r.account_id AND v.message_id = r.message_id AND v.state = 'delivered'
			WHERE r.account_id = ? AND r.campaign_id = ? AND r.contact_id = k.contact_id AND r.message_id <> '' AND r.excluded <> 'duplicate'
			AND NOT EXISTS (` + openedByAPerson + `))`
	}
	return ""
}

func noSet(what string) error {
	return fault.Field("include", "A "+what+" of this audience was removed. Choose again.")
}

// roomy gives PostgreSQL memory for the hashes of a million addresses, in this transaction
// alone, and forbids it to compare each with each: it takes a table that has just been
// filled for an empty one, and then looks through all rows of a campaign for each of them.
func roomy(tx *gorm.DB) error {
	if tx.Name() != string(store.Postgres) {
		return nil
	}
	return tx.Exec("SELECT set_config('work_mem', '192MB', true), set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)").Error
}

// rulesOf reads the segments that the audience names, and the fields they ask for.
func (s *Service) rulesOf(ctx context.Context, scope account.Scope, a Audience, now time.Time) (r rules, err error) {
	r = rules{segments: map[id.ID]contact.Condition{}, now: now}
	for _, set := range slices.Concat(a.Include, a.Exclude) {
		switch set.Kind {
		case OfSegment:
			segment, err := s.contacts.Segment(ctx, scope, set.ID)
			if fault.Is(err, fault.NotFound) {
				return r, noSet("segment")
			}
			if err != nil {
				return r, err
			}
			r.segments[set.ID] = segment.Rules
		case OfList:
			if _, err := s.contacts.List(ctx, scope, set.ID); fault.Is(err, fault.NotFound) {
				return r, noSet("list")
			} else if err != nil {
				return r, err
			}
		}
	}
	r.fields, err = s.contacts.Fields(ctx, scope)
	return r, err
}
