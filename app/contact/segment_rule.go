package contact

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"smtpserver/app/id"
)

// Operators of rules. Which of them fit depends on the property.
const (
	Is       = "is"
	IsNot    = "is_not"
	Begins   = "begins_with"
	Less     = "less_than"
	More     = "more_than"
	Before   = "before"
	After    = "after"
	Known    = "known"
	Unknown  = "unknown"
	InLast   = "in_last_days"
	NotLast  = "not_in_last_days"
	OptedIn  = "opted_in"
	OptedOut = "opted_out"
)

// comparisons are the operators that compare a column with one value.
var comparisons = map[string]string{Is: " = ?", Less: " < ?", More: " > ?", Before: " < ?", After: " > ?"}

// columns are the properties that are a column of contacts, with their partial index's
// condition; kind has no order and no prefix.
var columns = map[string]struct{ column, known string }{
	"address": {"address", ""}, "name": {"name_key", "name_key <> ''"}, "company": {"company_key", "company_key <> ''"},
	"language": {"language", "language <> ''"}, "time_zone": {"time_zone", "time_zone <> ''"},
}

// rule compiles one rule. Sets are asked as "contact_id IN (…)": one index range each,
// whichever side the planner begins with.
func (p *compiler) rule(c Condition) (string, error) {
	if key, ok := strings.CutPrefix(c.Property, "field:"); ok {
		return p.fieldRule(c, key)
	}
	if column, ok := columns[c.Property]; ok {
		return p.columnRule(c, column.column, column.known)
	}
	switch c.Property {
	case "kind":
		return p.kindRule(c)
	case "list":
		return p.member(c, "SELECT contact_id FROM list_members WHERE account_id = ? AND list_id = ?", id.ID(c.Value))
	case "added":
		return p.addedRule(c)
	case "topic":
		return p.topicRule(c)
	case "suppressed":
		return p.wanted(c, "address", "SELECT address FROM suppressions WHERE account_id = ?")
	case "consent":
		return p.consentRule(c)
	case "consent_wording":
		return p.wordingRule(c)
	case "sent", "delivered", "bounced":
		return p.activityRule(c)
	case "opened", "clicked":
		return p.visitRule(c)
	}
	return "", wrongRule(c)
}

func (p *compiler) columnRule(c Condition, column, known string) (string, error) {
	with := func(sql string) string {
		if known != "" {
			return "(" + sql + " AND " + known + ")"
		}
		return sql
	}
	value := Fold(c.Value)
	if column == "language" || column == "time_zone" {
		value = strings.TrimSpace(c.Value)
	}
	switch c.Operator {
	case Known, Unknown:
		if known == "" {
			return "", wrongRule(c)
		}
		if c.Operator == Unknown {
			return column + " = ''", nil
		}
		return known, nil
	case Begins:
		if value == "" {
			return "", wrongRule(c)
		}
		p.add(value, value+lastRune)
		return with(column + " >= ? AND " + column + " < ?"), nil
	case Is:
		p.add(value)
		return with(column + " = ?"), nil
	case IsNot:
		p.add(value)
		return column + " <> ?", nil
	}
	return "", wrongRule(c)
}

func (p *compiler) kindRule(c Condition) (string, error) {
	corporate := Kind(c.Value) == Corporate
	if !corporate && Kind(c.Value) != Individual || c.Operator != Is && c.Operator != IsNot {
		return "", wrongRule(c)
	}
	if corporate == (c.Operator == Is) {
		return "kind = 'corporate'", nil
	}
	return "kind <> 'corporate'", nil
}

// member compiles "is" and "is not" of a set of contacts.
func (p *compiler) member(c Condition, set string, args ...any) (string, error) {
	if _, err := id.Parse(c.Value); err != nil {
		return "", wrongRule(c)
	}
	return p.wanted(c, "contact_id", set, args...)
}

func (p *compiler) wanted(c Condition, column, set string, args ...any) (string, error) {
	not := ""
	switch c.Operator {
	case Is:
	case IsNot:
		not = "NOT "
	default:
		return "", wrongRule(c)
	}
	p.add(p.accountID)
	p.add(args...)
	return column + " " + not + "IN (" + set + ")", nil
}

// addedRule uses that ids sort by the time of their making.
func (p *compiler) addedRule(c Condition) (string, error) {
	at, err := p.moment(c)
	if err != nil {
		return "", err
	}
	switch c.Operator {
	case After, InLast:
		p.add(id.At(at))
		return "contact_id >= ?", nil
	case Before, NotLast:
		p.add(id.At(at))
		return "contact_id < ?", nil
	}
	return "", wrongRule(c)
}

// moment is the bound of a rule about time: a day, or so many days before now.
func (p *compiler) moment(c Condition) (time.Time, error) {
	switch c.Operator {
	case Before:
		return day(c.Value)
	case After:
		at, err := day(c.Value)
		return at.AddDate(0, 0, 1), err
	case InLast, NotLast:
		n, err := strconv.Atoi(strings.TrimSpace(c.Value))
		if err != nil || n < 1 || n > 3650 {
			return time.Time{}, wrongRule(c)
		}
		return p.now.AddDate(0, 0, -n), nil
	}
	return time.Time{}, wrongRule(c)
}

func (p *compiler) topicRule(c Condition) (string, error) {
	if _, err := id.Parse(c.Value); err != nil {
		return "", wrongRule(c)
	}
	choice := map[string]string{OptedIn: ChoseIn, OptedOut: ChoseOut}[c.Operator]
	if choice == "" {
		return "", wrongRule(c)
	}
	p.add(p.accountID, id.ID(c.Value), choice)
	return "address IN (SELECT address FROM topic_choices WHERE account_id = ? AND topic_id = ? AND choice = ?)", nil
}

// consentRule asks how somebody's consent came: by form (double opt-in), by hand, by import.
func (p *compiler) consentRule(c Condition) (string, error) {
	switch Source(c.Value) {
	case ByForm, ByHand:
		kind := Confirmed
		if Source(c.Value) == ByHand {
			kind = Given
		}
		return p.wanted(c, "address", "SELECT address FROM consents WHERE account_id = ? AND source = ? AND kind = ?", c.Value, kind)
	case ByImport:
		switch c.Operator {
		case Is:
			return "import_id <> ''", nil
		case IsNot:
			return "import_id = ''", nil
		}
	}
	return "", wrongRule(c)
}

// wordingRule asks what was agreed to: by the person, or by the statement of an import that
// added or met them.
func (p *compiler) wordingRule(c Condition) (string, error) {
	value := strings.TrimSpace(c.Value)
	if value == "" {
		return "", wrongRule(c)
	}
	not, worded, args := "", "wording = ?", []any{value}
	switch c.Operator {
	case Is:
	case IsNot:
		not = "NOT "
	case Begins:
		worded, args = "substr(wording, 1, ?) = ?", []any{utf8.RuneCountInString(value), value}
	default:
		return "", wrongRule(c)
	}
	ask := func(sql string) string {
		p.add(p.accountID)
		p.add(args...)
		return sql + " AND " + worded
	}
	byPerson := ask("SELECT address FROM consents WHERE account_id = ? AND address <> '' AND kind IN ('given', 'confirmed')")
	byImport := ask("SELECT import_id FROM consents WHERE account_id = ? AND import_id <> ''")
	p.add(p.accountID)
	met := "SELECT contact_id FROM import_contacts WHERE account_id = ? AND import_id IN (" + ask("SELECT import_id FROM consents WHERE account_id = ? AND import_id <> ''") + ")"
	return not + "(address IN (" + byPerson + ") OR import_id <> '' AND import_id IN (" + byImport + ") OR contact_id IN (" + met + "))", nil
}

// activityRule asks for mail of the last days: by the range of the deliveries' ids.
func (p *compiler) activityRule(c Condition) (string, error) {
	at, err := p.moment(c)
	if err != nil || c.Operator != InLast && c.Operator != NotLast {
		return "", wrongRule(c)
	}
	not, state := "", ""
	if c.Operator == NotLast {
		not = "NOT "
	}
	p.add(p.accountID, id.At(at))
	if c.Property != "sent" {
		state = " AND state = ?"
		p.add(c.Property)
	}
	return "address " + not + "IN (SELECT recipient_key FROM deliveries WHERE account_id = ? AND delivery_id >= ?" + state + ")", nil
}

// visitRule asks who opened mail or followed a link in the last days: people only, never the
// programs that look at mail. Whoever followed a link has opened the mail as well, though a
// program may keep its pictures away. Of a mail to several nobody knows who of them came.
func (p *compiler) visitRule(c Condition) (string, error) {
	at, err := p.moment(c)
	if err != nil || c.Operator != InLast && c.Operator != NotLast {
		return "", wrongRule(c)
	}
	not, kind := "", ""
	if c.Operator == NotLast {
		not = "NOT "
	}
	if c.Property == "clicked" {
		kind = " AND v.kind = 'click'"
	}
	p.add(p.accountID, at, p.accountID)
	return "address " + not + `IN (SELECT d.recipient_key FROM visits v JOIN deliveries d ON d.account_id = v.account_id AND d.message_id = v.message_id
		WHERE v.account_id = ? AND v.human > 0 AND v.link = 0 AND v.human_last >= ?` + kind + ` AND d.account_id = ?
		AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.account_id = d.account_id AND o.message_id = d.message_id AND o.delivery_id <> d.delivery_id))`, nil
}

func (p *compiler) fieldRule(c Condition, key string) (string, error) {
	field, ok := fieldOf(p.fields, key)
	if !ok {
		return "", wrongRule(c)
	}
	const set = "IN (SELECT contact_id FROM contact_values WHERE account_id = ? AND field_id = ?"
	p.add(p.accountID, field.ID)
	switch c.Operator {
	case Known:
		return "contact_id " + set + ")", nil
	case Unknown:
		return "contact_id NOT " + set + ")", nil
	case Begins:
		if field.Kind != Text && field.Kind != Choice || c.Value == "" {
			return "", wrongRule(c)
		}
		p.add(Fold(c.Value), Fold(c.Value)+lastRune)
		return "contact_id " + set + " AND value >= ? AND value < ?)", nil
	}
	kept, err := field.Parse(c.Value)
	if err != nil || kept == "" {
		return "", wrongRule(c)
	}
	comparison, ordered := comparisons[c.Operator], c.Operator != Is
	switch {
	case c.Operator == IsNot:
		p.add(field.SortKey(kept))
		return "contact_id NOT " + set + " AND value = ?)", nil
	case comparison == "":
		return "", wrongRule(c)
	case ordered && (field.Kind == Number) != (c.Operator == Less || c.Operator == More), ordered && field.Kind != Number && field.Kind != Date:
		return "", wrongRule(c)
	}
	p.add(field.SortKey(kept))
	return "contact_id " + set + " AND value" + comparison + ")", nil
}

func fieldOf(fields []Field, key string) (Field, bool) {
	for _, f := range fields {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}
