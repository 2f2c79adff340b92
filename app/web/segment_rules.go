package web

import (
	"encoding/json"
	"fmt"
	"strings"

	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/views/components"
	"smtpserver/views/pages"
)

// The form of a segment holds groups of rules, which all or any must hold; rules that are
// nested deeper are edited as the data they are. What a rule names, a list for example, is
// typed and shown by its name.
const (
	ruleGroups  = 3
	rulesOfMost = 8
	spareRules  = 2
)

var ruleOperators = []components.Option{
	{Value: contact.Is, Label: "is"}, {Value: contact.IsNot, Label: "is not"}, {Value: contact.Begins, Label: "begins with"},
	{Value: contact.Less, Label: "is less than"}, {Value: contact.More, Label: "is more than"}, {Value: contact.Before, Label: "is before (day)"}, {Value: contact.After, Label: "is after (day)"},
	{Value: contact.InLast, Label: "in the last … days"}, {Value: contact.NotLast, Label: "not in the last … days"},
	{Value: contact.Known, Label: "is known"}, {Value: contact.Unknown, Label: "is not known"}, {Value: contact.OptedIn, Label: "opted in"}, {Value: contact.OptedOut, Label: "opted out"},
}

var fixedProperties = []components.Option{
	{Value: "", Label: "(no rule)"}, {Value: "list", Label: "On the list"}, {Value: "address", Label: "Address"}, {Value: "name", Label: "Name"}, {Value: "company", Label: "Company"},
	{Value: "kind", Label: "Kind (individual, corporate)"}, {Value: "language", Label: "Language"}, {Value: "time_zone", Label: "Time zone"}, {Value: "added", Label: "Added"},
	{Value: "topic", Label: "Topic"}, {Value: "consent", Label: "Consent by (form, hand, import)"}, {Value: "consent_wording", Label: "Consent in the words"}, {Value: "suppressed", Label: "Suppressed"},
	{Value: "sent", Label: "Mail sent"}, {Value: "delivered", Label: "Mail delivered"}, {Value: "bounced", Label: "Mail bounced"},
	{Value: "opened", Label: "Opened mail"}, {Value: "clicked", Label: "Followed a link"},
}

// ruleWords turns rules into what a person reads and types, and back.
type ruleWords struct {
	lists  []contact.List
	topics []contact.Topic
	fields []contact.Field
}

func (w ruleWords) properties() []components.Option {
	options := append([]components.Option{}, fixedProperties...)
	for _, f := range w.fields {
		options = append(options, components.Option{Value: "field:" + f.Key, Label: f.Label})
	}
	return options
}

// fill puts the rules into the form's groups.
func (w ruleWords) fill(page *pages.SegmentShow, c contact.Condition) {
	groups, all, ok := flat(c)
	if !ok {
		if text, err := json.MarshalIndent(c, "", "  "); err == nil {
			page.JSON = string(text)
			return
		}
	}
	page.All = all || len(groups) == 0
	for len(groups) < ruleGroups {
		groups = append(groups, contact.Condition{All: []contact.Condition{}})
	}
	for i, g := range groups {
		rules, groupAll := g.All, true
		if len(g.Any) > 0 {
			rules, groupAll = g.Any, false
		}
		group := pages.RuleGroup{Prefix: fmt.Sprintf("g%d_", i), All: groupAll}
		for j := range min(len(rules)+spareRules, rulesOfMost) {
			row := pages.RuleRow{Prefix: fmt.Sprintf("g%d_r%d_", i, j), Operator: contact.Is}
			if j < len(rules) {
				row.Property, row.Operator, row.Value = rules[j].Property, rules[j].Operator, w.shown(rules[j])
			}
			group.Rules = append(group.Rules, row)
		}
		page.Groups = append(page.Groups, group)
	}
}

// flat reports whether rules are groups of rules, as the form shows them.
func flat(c contact.Condition) (groups []contact.Condition, all, ok bool) {
	all = len(c.Any) == 0
	groups = c.All
	if !all {
		groups = c.Any
	}
	if c.Not != nil || c.Property != "" || len(groups) > ruleGroups {
		return nil, all, false
	}
	for _, g := range groups {
		if g.Not != nil || g.Property != "" || len(g.All)+len(g.Any) > rulesOfMost {
			return nil, all, false
		}
		for _, rule := range append(append([]contact.Condition{}, g.All...), g.Any...) {
			if rule.Property == "" {
				return nil, all, false
			}
		}
	}
	return groups, all, true
}

// shown is a rule's value as a person writes it.
func (w ruleWords) shown(rule contact.Condition) string {
	switch rule.Property {
	case "list":
		for _, l := range w.lists {
			if l.ID.String() == rule.Value {
				return l.Name
			}
		}
	case "topic":
		for _, t := range w.topics {
			if t.ID.String() == rule.Value {
				return t.Name
			}
		}
	}
	return rule.Value
}

// meant is the other way round.
func (w ruleWords) meant(property, value string) (string, error) {
	value = strings.TrimSpace(value)
	switch property {
	case "list":
		for _, l := range w.lists {
			if strings.EqualFold(l.Name, value) || l.ID.String() == value {
				return l.ID.String(), nil
			}
		}
		return "", fault.Field("rules", "There is no list called “"+value+"”.")
	case "topic":
		for _, t := range w.topics {
			if strings.EqualFold(t.Name, value) || t.ID.String() == value {
				return t.ID.String(), nil
			}
		}
		return "", fault.Field("rules", "There is no topic called “"+value+"”.")
	case "kind", "consent":
		return strings.ToLower(value), nil
	}
	return value, nil
}

// typedRules reads the form.
func (s *Server) typedRules(r *request) (contact.Condition, error) {
	if text := r.post("json"); text != "" {
		c, err := contact.ParseCondition(text)
		if err != nil {
			return contact.Condition{}, err
		}
		return *c, nil
	}
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	if err != nil {
		return contact.Condition{}, err
	}
	topics, err := s.Contacts.Topics(r.ctx, r.scope)
	if err != nil {
		return contact.Condition{}, err
	}
	words := ruleWords{lists: lists, topics: topics}
	var groups []contact.Condition
	for i := range ruleGroups {
		group, err := r.typedGroup(words, fmt.Sprintf("g%d_", i))
		if err != nil {
			return contact.Condition{}, err
		}
		if group != nil {
			groups = append(groups, *group)
		}
	}
	if r.post("match") == "any" {
		return contact.Condition{Any: groups}, nil
	}
	return contact.Condition{All: groups}, nil
}

func (r *request) typedGroup(words ruleWords, prefix string) (*contact.Condition, error) {
	var rules []contact.Condition
	for j := range rulesOfMost {
		row := fmt.Sprintf("%sr%d_", prefix, j)
		property, operator, value := r.post(row+"property"), r.post(row+"operator"), r.post(row+"value")
		if property == "" {
			continue
		}
		if !isText(property) || !isText(operator) || !isText(value) {
			return nil, fault.Field("rules", "A rule holds characters that are no text.")
		}
		meant, err := words.meant(property, value)
		if err != nil {
			return nil, err
		}
		rules = append(rules, contact.Condition{Property: property, Operator: operator, Value: meant})
	}
	switch {
	case len(rules) == 0:
		return nil, nil
	case r.post(prefix+"match") == "any":
		return &contact.Condition{Any: rules}, nil
	}
	return &contact.Condition{All: rules}, nil
}
