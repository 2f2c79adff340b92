package contact

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Condition is a rule of a segment, or a group of rules. It is data: Compile knows every
// property and operator, and anything else is refused; no text of it becomes SQL.
type Condition struct {
	All []Condition `json:"all,omitempty"` // every one holds
	Any []Condition `json:"any,omitempty"` // at least one holds
	Not *Condition  `json:"not,omitempty"` // it does not hold

	Property string `json:"property,omitempty"` // see properties; "field:" and a key
	Operator string `json:"operator,omitempty"`
	Value    string `json:"value,omitempty"`
}

// Bounds of a segment.
const (
	mostRules = 50
	deepest   = 6
)

// ParseCondition reads a segment's JSON.
func ParseCondition(text string) (*Condition, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	var c Condition
	if err := dec.Decode(&c); err != nil || dec.More() {
		return nil, fault.Field("rules", "The rules of this segment cannot be read.")
	}
	return &c, nil
}

// Rules counts the single rules.
func (c *Condition) Rules() int {
	n := 0
	for i := range c.All {
		n += c.All[i].Rules()
	}
	for i := range c.Any {
		n += c.Any[i].Rules()
	}
	if c.Not != nil {
		n += c.Not.Rules()
	}
	if c.Property != "" {
		n++
	}
	return n
}

// Compile turns the condition into SQL on contacts with parameters, confined to the
// account of the scope in each of its parts.
func (c *Condition) Compile(scope account.Scope, fields []Field, now time.Time) (string, []any, error) {
	if n := c.Rules(); n == 0 || n > mostRules {
		return "", nil, fault.Field("rules", fmt.Sprintf("A segment has 1 to %d rules.", mostRules))
	}
	p := compiler{accountID: scope.AccountID(), fields: fields, now: now}
	sql, err := p.condition(c, 1)
	return sql, p.args, err
}

type compiler struct {
	accountID id.ID
	fields    []Field
	now       time.Time
	args      []any
}

func (p *compiler) condition(c *Condition, depth int) (string, error) {
	if depth > deepest {
		return "", fault.Field("rules", "The groups of this segment are nested too deeply.")
	}
	kinds := 0
	for _, is := range []bool{len(c.All) > 0, len(c.Any) > 0, c.Not != nil, c.Property != ""} {
		if is {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return "", fault.Field("rules", "A part of this segment is neither a rule nor a group.")
	case len(c.All) > 0:
		return p.group(c.All, " AND ", depth)
	case len(c.Any) > 0:
		return p.group(c.Any, " OR ", depth)
	case c.Not != nil:
		inner, err := p.condition(c.Not, depth+1)
		return "NOT (" + inner + ")", err
	}
	return p.rule(*c)
}

func (p *compiler) group(parts []Condition, joint string, depth int) (string, error) {
	sqls := make([]string, len(parts))
	for i := range parts {
		var err error
		if sqls[i], err = p.condition(&parts[i], depth+1); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(sqls, joint) + ")", nil
}

func (p *compiler) add(args ...any) { p.args = append(p.args, args...) }

func wrongRule(c Condition) error {
	return fault.Field("rules", fmt.Sprintf("The rule %q cannot be used this way.", strings.TrimSpace(c.Property+" "+c.Operator)))
}

// day reads the start of a day.
func day(text string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return at, fault.Field("rules", "A date in a rule is written like 2026-11-25.")
	}
	return at, nil
}
