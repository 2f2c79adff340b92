package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/bench/report"
	"smtpserver/app/boot"
	"smtpserver/app/config"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/app/store"
)

// contactsCommand measures the pages of an account with millions of contacts, and again
// while an import is under way.
func contactsCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	f := flag.NewFlagSet("bench contacts", flag.ContinueOnError)
	f.SetOutput(progress)
	contacts := f.Int("contacts", 5_000_000, "how many the account has")
	rows := f.Int("rows", 1_000_000, "of the list that is imported meanwhile")
	requests := f.Int("requests", 40, "of each page")
	on := ownFlags(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	return on.goals(ctx, out, progress, func(p *productSystem) ([]report.Goal, error) {
		a := &audience{archive: archive{progress: progress}, contacts: *contacts, rows: *rows}
		return a.measure(ctx, p, *requests, out)
	})
}

// audience is an account with very many contacts.
type audience struct {
	archive
	contacts, rows int
	list           id.ID
	segments       []contact.Segment
	importID       id.ID
	scope          account.Scope
}

func (a *audience) measure(ctx context.Context, p *productSystem, requests int, out io.Writer) (goals []report.Goal, err error) {
	p.seed = a.fill
	a.then = a.fillContacts
	fmt.Fprintf(a.progress, "%s: filling\n", p.name())
	r, err := p.prepare(ctx, nextHop{relay: "127.0.0.2:9"}) // nobody listens there, and nothing is due
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	if err := r.launch(ctx); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		when string
		do   func() error
	}{
		{"nothing else to do", func() error { return nil }},
		{"an import under way", func() error {
			return a.beside(ctx, r, func(v *boot.Services) error { return v.Imports.Start(ctx, a.scope, a.importID, true) })
		}},
	} {
		if err := c.do(); err != nil {
			return nil, err
		}
		began := time.Now()
		pages, err := a.visit(ctx, "http://"+r.web, requests, a.contactPages())
		if err != nil {
			return nil, fmt.Errorf("%w%s", err, r.log())
		}
		fmt.Fprintf(out, "\n%s, %d contacts, %s\n\n", p.name(), a.contacts, c.when)
		if err := printPages(out, pages); err != nil {
			return nil, err
		}
		slowest := slices.MaxFunc(pages, func(x, y pageTime) int { return cmp.Compare(x.p95, y.p95) })
		goals = append(goals, report.Goal{Name: "p95 of the slowest page (" + slowest.name + "), ms, " + c.when, System: p.name(), Measured: milliseconds(slowest.p95), Want: 100, AtMost: true})
		if err := a.tellImport(ctx, r, time.Since(began), out); err != nil {
			return nil, err
		}
	}
	return goals, nil
}

// beside opens the database beside the program.
func (a *audience) beside(ctx context.Context, r *runningProduct, do func(*boot.Services) error) error {
	c, err := config.Load(r.env)
	if err != nil {
		return err
	}
	v, err := boot.OpenBeside(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(do(v), v.Close(ctx))
}

// tellImport says how far the import is, to show that it was under way all the time.
func (a *audience) tellImport(ctx context.Context, r *runningProduct, took time.Duration, out io.Writer) error {
	return a.beside(ctx, r, func(v *boot.Services) error {
		row, err := v.Imports.Import(ctx, a.scope, a.importID)
		if err == nil && row.Counts.Rows > 0 {
			fmt.Fprintf(out, "\n%d of %d rows imported in %.1f s beside it (%s)\n", row.Counts.Rows, a.rows, took.Seconds(), row.State)
		}
		return err
	})
}

// fillContacts puts the contacts in by SQL alone, with a list, segments and a file that
// waits to be imported.
func (a *audience) fillContacts(ctx context.Context, s *store.Store, accountID id.ID) error {
	a.scope = account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
	contacts := contact.New(s)
	l, err := contacts.AddList(ctx, a.scope, "Letter", "", "")
	if err != nil {
		return err
	}
	a.list = l.ID
	for first := 0; first < a.contacts; first += contactBatch {
		if err := a.fillBatch(ctx, s, accountID, first, min(contactBatch, a.contacts-first)); err != nil {
			return err
		}
		fmt.Fprintf(a.progress, "%d of %d contacts stored\n", first, a.contacts)
	}
	one := func(property, operator, value string) contact.Condition {
		return contact.Condition{All: []contact.Condition{{All: []contact.Condition{{Property: property, Operator: operator, Value: value}}}}}
	}
	for name, rules := range map[string]contact.Condition{
		"1 % by language":   one("language", contact.Is, "fr"),
		"half by list":      one("list", contact.Is, string(l.ID)),
		"a few by name":     one("name", contact.Begins, "person 77"),
		"most by language":  one("language", contact.IsNot, "fr"),
		"corporate on list": {All: []contact.Condition{{All: []contact.Condition{{Property: "kind", Operator: contact.Is, Value: "corporate"}, {Property: "list", Operator: contact.Is, Value: string(l.ID)}}}}},
	} {
		segment, err := contacts.SaveSegment(ctx, a.scope, "", name, rules)
		if err != nil {
			return err
		}
		a.segments = append(a.segments, segment)
	}
	if err := s.SystemWrite(ctx, "do what autovacuum does within a minute", func(_ context.Context, tx *gorm.DB) error {
		if s.Engine() == store.SQLite {
			return nil // which has no statistics by itself: its plans have to be right without
		}
		return tx.Exec("ANALYZE").Error
	}); err != nil {
		return err
	}
	return a.waitingImport(ctx, s, contacts)
}

// waitingImport is a list that has had its dry run.
func (a *audience) waitingImport(ctx context.Context, s *store.Store, contacts *contact.Service) (err error) {
	imports := listimport.New(s, contacts, nil)
	if a.importID, err = imports.Upload(ctx, a.scope, "bench.csv", &madeList{rows: a.rows}); err != nil {
		return err
	}
	row, err := imports.Import(ctx, a.scope, a.importID)
	if err != nil {
		return err
	}
	plan := listimport.Plan{Columns: row.Settings.Columns, Policy: listimport.FillEmpty, Lists: []id.ID{a.list}, Consent: "They are made up for a measurement."}
	return errors.Join(imports.Check(ctx, a.scope, a.importID, plan), listimport.NewRunner(imports, listimport.RunnerOptions{}).Drain(ctx))
}

const contactBatch = 250_000

// fillBatch makes contacts inside of the engine: every second one is on the list, every
// hundredth speaks French, every thousandth is corporate.
func (a *audience) fillBatch(ctx context.Context, s *store.Store, accountID id.ID, first, n int) error {
	numbers, pad := "WITH RECURSIVE g(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM g WHERE i + 1 < ?)", "printf('%010d', i)"
	if s.Engine() == store.Postgres {
		numbers, pad = "WITH g(i) AS (SELECT generate_series(?::bigint, ?::bigint - 1))", "lpad(i::text, 10, '0')"
	}
	now, base := s.Now(), string(id.At(s.Now())[:16])
	return s.SystemWrite(ctx, "seed contacts", func(_ context.Context, tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO contacts (account_id, contact_id, address, given, name, name_key, kind, company, company_key, language, time_zone, attributes, revision, import_id, created_at, updated_at)
			`+numbers+` SELECT ?, ? || `+pad+`, 'seed' || (i * 7919 % 10000019) || '@customer' || (i % 97) || '.example', 'seed', 'Person ' || i, 'person ' || i,
			CASE WHEN i % 1000 = 0 THEN 'corporate' ELSE 'individual' END, 'Firm ' || (i % 10000), 'firm ' || (i % 10000), CASE WHEN i % 100 = 0 THEN 'fr' ELSE 'en' END, 'Europe/Berlin', '{}', 1, '', ?, ? FROM g`,
			first, first+n, accountID, base, now, now).Error
		if err != nil {
			return err
		}
		err = tx.Exec(`INSERT INTO list_members (account_id, list_id, contact_id, import_id, joined_at) `+numbers+` SELECT ?, ?, ? || `+pad+`, '', ? FROM g WHERE i % 2 = 0`,
			first, first+n, accountID, a.list, base, now).Error
		if err != nil {
			return err
		}
		if err := tx.Exec("INSERT INTO contact_totals (account_id, contacts) VALUES (?, 0) ON CONFLICT DO NOTHING", accountID).Error; err != nil {
			return err
		}
		if err := tx.Exec("UPDATE contact_totals SET contacts = contacts + ? WHERE account_id = ?", n, accountID).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE lists SET members = members + ? WHERE account_id = ? AND list_id = ?", (n+1)/2, accountID, a.list).Error
	})
}

func (a *audience) contactPages() []pageTime {
	base := "/a/" + a.slug
	pages := []pageTime{
		{name: "contacts", path: base + "/contacts"},
		{name: "by address", path: base + "/contacts?in=address&q=seed77"},
		{name: "by name", path: base + "/contacts?in=name&q=person+77"},
		{name: "by company", path: base + "/contacts?in=company&q=firm+77"},
		{name: "nobody", path: base + "/contacts?in=name&q=zzz"},
		{name: "lists", path: base + "/lists"},
		{name: "list", path: base + "/lists/" + string(a.list)},
		{name: "segments", path: base + "/segments"},
		{name: "imports", path: base + "/imports"},
		{name: "import", path: base + "/imports/" + string(a.importID)},
	}
	for _, segment := range a.segments {
		pages = append(pages, pageTime{name: "segment, " + segment.Name, path: base + "/segments/" + string(segment.ID)})
		pages = append(pages, pageTime{name: "count, " + segment.Name, path: base + "/segments/" + string(segment.ID) + "/count", fragment: true})
	}
	return pages
}
