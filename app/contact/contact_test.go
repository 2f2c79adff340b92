package contact_test

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

const said = "She asked for the letter in our shop."

func add(t *testing.T, s *contact.Service, scope account.Scope, d contact.Draft, lists ...id.ID) contact.Contact {
	t.Helper()
	c, err := s.Add(t.Context(), scope, d, said, lists)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOnePersonPerAddressAndAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := contact.New(db)
		a, b := seed.NewAccount(t, db, "A").Scope, seed.NewAccount(t, db, "B").Scope
		c := add(t, s, a, contact.Draft{Email: " Anna@BÜCHER.example "})
		if c.Address != "anna@xn--bcher-kva.example" || c.Given != "Anna@BÜCHER.example" {
			t.Errorf("%q, given as %q", c.Address, c.Given)
		}
		if _, err := s.Add(t.Context(), a, contact.Draft{Email: "ANNA@xn--bcher-kva.example"}, said, nil); fault.FieldsOf(err)["email"] == "" {
			t.Errorf("the same address again: %v", err)
		}
		add(t, s, b, contact.Draft{Email: "anna@bücher.example"})
		if _, err := s.Get(t.Context(), b, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account's contact: %v", err)
		}
		if err := s.Remove(t.Context(), b, c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another account removed it: %v", err)
		}
		for _, scope := range []account.Scope{a, b} {
			if n, err := s.Total(t.Context(), scope); err != nil || n != 1 {
				t.Errorf("%d contacts: %v", n, err)
			}
		}
		if _, err := s.Add(t.Context(), a, contact.Draft{Email: "x@example.org"}, "yes", nil); fault.FieldsOf(err)["consent"] == "" {
			t.Errorf("without a statement of consent: %v", err)
		}
	})
}

func TestTheLedgerOnlyGrows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, scope := contact.New(db), seed.NewAccount(t, db, "A").Scope
		c := add(t, s, scope, contact.Draft{Email: "anna@example.org"})
		err := db.SystemWrite(t.Context(), "test: tamper", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("UPDATE consents SET wording = 'something else' WHERE address = ?", c.Address).Error
		})
		if !errors.Is(err, store.ErrReference) {
			t.Errorf("a consent was changed: %v", err)
		}
		if err := s.Remove(t.Context(), scope, c.ID); err != nil {
			t.Fatal(err)
		}
		d, err := s.Show(t.Context(), scope, add(t, s, scope, contact.Draft{Email: "anna@example.org"}).ID)
		if err != nil || len(d.Consents) != 2 || d.Consents[1].Wording != said {
			t.Errorf("the ledger after removing and adding again: %+v, %v", d.Consents, err)
		}
	})
}

func TestFieldsAreTyped(t *testing.T) {
	t.Parallel()
	number, date, yes := contact.Field{Label: "N", Kind: contact.Number}, contact.Field{Label: "D", Kind: contact.Date}, contact.Field{Label: "Y", Kind: contact.YesNo}
	choice := contact.Field{Label: "C", Kind: contact.Choice, Choices: []string{"Boskoop", "Topaz"}}
	for _, c := range []struct {
		field      contact.Field
		typed, got string
	}{
		{number, "1e3", "1000"}, {number, "-0", "0"}, {number, "0x10", ""}, {number, "NaN", ""}, {number, "1,5", ""}, {number, "1_000", ""},
		{date, "2026-11-25", "2026-11-25"}, {date, "25.11.2026", "2026-11-25"}, {date, "03/04/2026", ""}, {date, "2026-02-30", ""},
		{yes, "JA", "yes"}, {yes, "0", "no"}, {yes, "maybe", ""}, {choice, "topaz", "Topaz"}, {choice, "Gala", ""},
	} {
		got, err := c.field.Parse(c.typed)
		if got != c.got || (err == nil) != (c.got != "") {
			t.Errorf("%s %q: %q %v, want %q", c.field.Kind, c.typed, got, err, c.got)
		}
	}
	values := []string{"-1000000", "-10.5", "-10", "-0.001", "0", "0.5", "2", "10", "1e300"}
	keys := make([]string, len(values))
	for i, v := range values {
		keys[i] = number.SortKey(v)
	}
	if !sort.StringsAreSorted(keys) {
		t.Errorf("keys do not sort like their numbers: %q", keys)
	}
}

// rule is one rule in its group.
func rule(property, operator, value string) contact.Condition {
	return contact.Condition{Property: property, Operator: operator, Value: value}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, scope := contact.New(db), seed.NewAccount(t, db, "A").Scope
		other := seed.NewAccount(t, db, "B").Scope
		age, err := s.AddField(t.Context(), scope, contact.Field{Label: "Age", Kind: contact.Number})
		if err != nil {
			t.Fatal(err)
		}
		l, err := s.AddList(t.Context(), scope, "Letter", "", "")
		if err != nil {
			t.Fatal(err)
		}
		add(t, s, scope, contact.Draft{Email: "a@example.org", Name: "Anna", Language: "de", Attributes: map[string]string{"age": "9"}}, l.ID)
		add(t, s, scope, contact.Draft{Email: "b@example.org", Name: "Ben", Kind: "corporate", Company: "Firm", Attributes: map[string]string{"age": "10"}})
		add(t, s, scope, contact.Draft{Email: "c@example.org", Language: "fr"}, l.ID)
		add(t, s, other, contact.Draft{Email: "z@example.org", Name: "Zoe", Language: "de"})
		topic, err := s.AddTopic(t.Context(), scope, "News", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Choose(t.Context(), scope, topic.ID, "b@example.org", contact.ChoseOut, contact.ByHand); err != nil {
			t.Fatal(err)
		}
		today := db.Now().Format(time.DateOnly)
		not := func(c contact.Condition) contact.Condition { return contact.Condition{Not: &c} }
		all := func(c ...contact.Condition) contact.Condition { return contact.Condition{All: c} }
		anyOf := func(c ...contact.Condition) contact.Condition { return contact.Condition{Any: c} }
		for _, c := range []struct {
			rules contact.Condition
			want  string
		}{
			{rule("list", contact.Is, string(l.ID)), "a c"},
			{rule("list", contact.IsNot, string(l.ID)), "b"},
			{rule("name", contact.Begins, "AN"), "a"},
			{rule("name", contact.Unknown, ""), "c"},
			{rule("language", contact.Is, "de"), "a"},
			{rule("kind", contact.Is, "corporate"), "b"},
			{rule("field:age", contact.More, "9"), "b"},
			{rule("field:age", contact.Less, "10"), "a"},
			{rule("field:age", contact.Unknown, ""), "c"},
			{rule("topic", contact.OptedOut, string(topic.ID)), "b"},
			{rule("added", contact.InLast, "1"), "a b c"},
			{rule("added", contact.Before, today), ""},
			{rule("consent", contact.Is, "hand"), "a b c"},
			{rule("consent_wording", contact.Begins, "She asked for"), "a b c"},
			{rule("consent_wording", contact.Is, "She asked for"), ""},
			{rule("consent_wording", contact.IsNot, said), ""},
			{rule("sent", contact.InLast, "30"), ""},
			{rule("delivered", contact.NotLast, "30"), "a b c"},
			{rule("suppressed", contact.IsNot, ""), "a b c"},
			{all(rule("list", contact.Is, string(l.ID)), not(rule("language", contact.Is, "fr"))), "a"},
			{anyOf(rule("kind", contact.Is, "corporate"), all(rule("language", contact.Is, "fr"), rule("list", contact.Is, string(l.ID)))), "b c"},
			{not(anyOf(rule("name", contact.Is, "anna"), rule("company", contact.Known, ""))), "c"},
		} {
			found, err := s.Find(t.Context(), scope, contact.Filter{Where: &c.rules, Limit: 10})
			var names []string
			for _, f := range found {
				names = append(names, f.Address[:1])
			}
			sort.Strings(names)
			n, countErr := s.Count(t.Context(), scope, &c.rules)
			if got := strings.Join(names, " "); got != c.want || err != nil || countErr != nil || int(n) != len(names) {
				t.Errorf("%+v: %q (%d), want %q: %v %v", c.rules, got, n, c.want, err, countErr)
			}
		}
		deep := rule("name", contact.Known, "")
		for range 10 {
			deep = not(deep)
		}
		for name, bad := range map[string]contact.Condition{
			"nothing": {}, "SQL as property": rule("1=1) OR (1", contact.Is, "1"), "SQL as operator": rule("name", "= '' OR 1=1 --", "x"), "no such field": rule("field:"+age.Key+"' OR 1", contact.Is, "1"),
			"a list without id": rule("list", contact.Is, "x' OR 1"), "a text that is more": rule("name", contact.More, "a"), "two kinds at once": {Property: "name", Operator: contact.Known, All: []contact.Condition{rule("name", contact.Known, "")}}, "too deep": deep,
		} {
			if _, err := s.Count(t.Context(), scope, &bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := s.Count(t.Context(), scope, &contact.Condition{Property: "name", Operator: contact.Is, Value: "' OR '1'='1"}); err != nil || n != 0 {
			t.Errorf("a value that looks like SQL finds %d: %v", n, err)
		}
	})
}

// Every way to look for contacts is served by an index: neither engine reads or sorts all.
func TestSearchesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		a := seed.NewAccount(t, db, "A")
		fillContacts(t, db, a.ID, 20_000)
		for index, query := range map[string]string{
			"contacts_by_name":         "SELECT contact_id FROM contacts WHERE account_id = ? AND name_key >= 'name 77' AND name_key < 'name 78' AND name_key <> '' ORDER BY name_key, contact_id LIMIT 51",
			"contacts_by_company":      "SELECT contact_id FROM contacts WHERE account_id = ? AND company_key >= 'firm 77' AND company_key < 'firm 78' AND company_key <> '' ORDER BY company_key, contact_id LIMIT 51",
			"address":                  "SELECT contact_id FROM contacts WHERE account_id = ? AND address >= 'p77' AND address < 'p78' ORDER BY address, contact_id LIMIT 51",
			"primary":                  "SELECT contact_id FROM contacts WHERE account_id = ? AND contact_id < 'zz' ORDER BY contact_id DESC LIMIT 51",
			"list_members":             "SELECT contact_id FROM list_members WHERE account_id = ? AND list_id = 'l' AND contact_id < 'zz' ORDER BY contact_id DESC LIMIT 51",
			"contact_values_by_value":  "SELECT contact_id FROM contact_values WHERE account_id = ? AND field_id = 'f' AND value >= 'a' AND value < 'b'",
			"topic_choices_by_address": "SELECT topic_id FROM topic_choices WHERE account_id = ? AND address = 'p77@example.org'",
		} {
			plan := explain(t, db, query, a.ID)
			if strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "SCAN contacts") && !strings.Contains(plan, "USING") || strings.Contains(plan, "USE TEMP B-TREE FOR ORDER BY") {
				t.Errorf("%s:\n%s", index, plan)
			}
		}
	})
}

// Contacts that go are looked for by themselves, and so are their places and values: not
// among all of the account. (SQLite shows the plans of its references as well.)
func TestRemovalsUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, nil)
	a := seed.NewAccount(t, db, "A")
	const among = " WHERE account_id = ? AND contact_id IN (SELECT value FROM json_each('[]'))"
	for _, query := range []string{
		"DELETE FROM list_members" + among, "DELETE FROM contact_values" + among, "DELETE FROM contacts" + among,
		"SELECT list_id FROM list_members" + among,
	} {
		for line := range strings.Lines(explain(t, db, query, a.ID)) {
			if strings.Contains(line, "SEARCH") && !strings.Contains(line, "contact_id=?") {
				t.Errorf("%s: %s", query, line)
			}
		}
	}
}

func fillContacts(t testing.TB, db *store.Store, accountID id.ID, n int) {
	t.Helper()
	rows, now := make([]contact.Contact, n), db.Now()
	for i := range rows {
		address, name, company := fmt.Sprintf("p%d@example.org", i), fmt.Sprintf("name %d", i), fmt.Sprintf("firm %d", i)
		rows[i] = contact.Contact{
			AccountID: accountID, ID: id.New(), Address: address, Given: address, Name: name, NameKey: name, Kind: contact.Individual,
			Company: company, CompanyKey: company, Revision: 1, CreatedAt: now, UpdatedAt: now,
		}
	}
	if err := contact.New(db).InsertAll(t.Context(), rows, nil); err != nil {
		t.Fatal(err)
	}
	if db.Engine() != store.Postgres {
		return
	}
	err := db.SystemWrite(t.Context(), "test: statistics", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("ANALYZE contacts, list_members, contact_values, topic_choices").Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func explain(t testing.TB, db *store.Store, query string, args ...any) string {
	t.Helper()
	var lines []string
	err := db.SystemWrite(t.Context(), "test: explain", func(_ context.Context, tx *gorm.DB) error {
		if db.Engine() == store.Postgres {
			// A small table is read whole, whatever indexes it has: the question is whether one fits.
			if err := tx.Exec("SET LOCAL enable_seqscan = off").Error; err != nil {
				return err
			}
			return tx.Raw("EXPLAIN "+query, args...).Scan(&lines).Error
		}
		var rows []struct{ Detail string }
		if err := tx.Raw("EXPLAIN QUERY PLAN "+query, args...).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			lines = append(lines, r.Detail)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// upTo is a plan that has room for so many.
type upTo int64

func (u upTo) Most(context.Context, account.Scope, account.Thing) (int64, error) {
	return int64(u), nil
}

// A plan bounds what is added by hand; what is there stays, and one that goes makes room.
func TestAPlanBoundsContacts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, scope := contact.New(db), seed.NewAccount(t, db, "A").Scope
		add(t, s, scope, contact.Draft{Email: "one@example.org"})
		two := add(t, s, scope, contact.Draft{Email: "two@example.org"})
		s.SetPlan(upTo(2), nil)
		if _, err := s.Add(t.Context(), scope, contact.Draft{Email: "three@example.org"}, said, nil); !fault.Is(err, fault.Limited) || !strings.Contains(fault.SafeText(err), "room for 2 contacts") {
			t.Errorf("beyond the plan: %v", err)
		}
		if n, err := s.Total(t.Context(), scope); n != 2 || err != nil {
			t.Errorf("%d contacts, %v", n, err)
		}
		if err := s.Remove(t.Context(), scope, two.ID); err != nil {
			t.Fatal(err)
		}
		add(t, s, scope, contact.Draft{Email: "three@example.org"})
	})
}
