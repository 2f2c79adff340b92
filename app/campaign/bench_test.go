package campaign_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// BenchmarkFreeze counts and freezes an audience of a million, or of FREEZE_PEOPLE, on each
// engine that is there: make services CMD="go test -run - -bench Freeze -benchtime 1x ./app/campaign".
func BenchmarkFreeze(b *testing.B) {
	people := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("FREEZE_PEOPLE")); err == nil {
		people = n
	}
	for name, open := range map[string]func(testing.TB) *store.Store{
		"sqlite":   func(t testing.TB) *store.Store { t.Helper(); return storetest.SQLite(t, nil) },
		"postgres": func(t testing.TB) *store.Store { t.Helper(); return storetest.Postgres(t, nil) },
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, open(b), 0)
			w.million(people)
			for what, a := range map[string]campaign.Audience{
				"everybody less a segment": {Include: []campaign.Set{{Kind: campaign.Everyone}}, Exclude: []campaign.Set{{Kind: campaign.OfSegment, ID: w.segments[0]}}},
				"two lists and a segment":  {Include: []campaign.Set{{Kind: campaign.OfList, ID: w.lists[0]}, {Kind: campaign.OfList, ID: w.lists[1]}, {Kind: campaign.OfSegment, ID: w.segments[1]}}},
			} {
				c := w.draft(a)
				began := time.Now()
				count, _, err := w.Count(b.Context(), w.scope, c, time.Hour)
				w.must(err)
				counted := time.Since(began)
				began = time.Now()
				rows := w.freezeAll(c)
				took := time.Since(began)
				b.Logf("%s: %d of %d, counted in %s, frozen in %s", what, count.Included(), count.Audience, counted.Round(time.Millisecond), took.Round(time.Millisecond))
				if rows != count.Audience {
					b.Errorf("%d rows, %d counted", rows, count.Audience)
				}
				b.ReportMetric(float64(rows)/took.Seconds(), "rows/s")
			}
		})
	}
}

// million fills the account by statements: one in 20 suppressed, one in 30 off the topic,
// half of them on each list.
func (w *world) million(people int) {
	w.t.Helper()
	const atOnce = 50_000 // of one statement: they have their time
	for first := 1; first <= people; first += atOnce {
		w.fillFrom(first, min(first+atOnce-1, people))
	}
	if w.store.Engine() == store.Postgres {
		w.must(w.store.SystemRead(w.t.Context(), "test: analyze", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("ANALYZE contacts, list_members, suppressions, topic_choices").Error
		}))
	}
}

func (w *world) fillFrom(first, last int) {
	w.t.Helper()
	series := fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", first, last)
	if w.store.Engine() == store.Postgres {
		series = fmt.Sprintf("WITH n(i) AS (SELECT generate_series(%d, %d)) ", first, last)
	}
	pad := "printf('%016d', i)"
	if w.store.Engine() == store.Postgres {
		pad = "lpad(i::text, 16, '0')"
	}
	w.write(func(tx *gorm.DB) error {
		for _, sql := range []string{
			`INSERT INTO contacts (account_id, contact_id, address, given, name, name_key, kind, company, company_key, language, time_zone, attributes, revision, import_id, created_at, updated_at) ` + series +
				`SELECT @account, '0000000000' || ` + pad + `, 'p' || i || '@d' || (i % 5000) || '.example', 'x', CASE i % 4 WHEN 0 THEN 'anna' ELSE 'ben' END, CASE i % 4 WHEN 0 THEN 'anna' ELSE 'ben' END, 'individual', '', '', CASE i % 3 WHEN 0 THEN 'de' ELSE 'en' END, '', '{}', 1, '', @now, @now FROM n`,
			`INSERT INTO list_members (account_id, list_id, contact_id, import_id, joined_at) ` + series + `SELECT @account, CASE i % 2 WHEN 0 THEN @even ELSE @odd END, '0000000000' || ` + pad + `, '', @now FROM n`,
			`INSERT INTO suppressions (account_id, stream, address, reason, opted_out, created_at) ` + series + `SELECT @account, 'broadcast', 'p' || i || '@d' || (i % 5000) || '.example', 'x', i % 40 = 0, @now FROM n WHERE i % 20 = 0`,
			`INSERT INTO topic_choices (account_id, topic_id, address, choice, source, at) ` + series + `SELECT @account, @topic, 'p' || i || '@d' || (i % 5000) || '.example', 'out', 'form', @now FROM n WHERE i % 30 = 0`,
		} {
			err := tx.Exec(sql, map[string]any{"account": w.scope.AccountID(), "now": w.now, "even": w.lists[0], "odd": w.lists[1], "topic": w.topic}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// freezeAll freezes in slices as app/broadcast does, each a transaction.
func (w *world) freezeAll(c broadcast.Campaign) (rows int64) {
	w.t.Helper()
	slice := map[store.Engine]int{store.SQLite: 5_000, store.Postgres: 50_000}[w.store.Engine()]
	for after := ""; ; {
		var next string
		w.must(w.store.SystemWrite(w.t.Context(), "test: one slice", func(ctx context.Context, tx *gorm.DB) (err error) {
			if next, err = w.Freeze(ctx, c, broadcast.Slice{After: after, First: rows + 1, Most: slice}); err != nil {
				return err
			}
			return tx.Raw("SELECT COALESCE(MAX(number), 0) FROM campaign_recipients WHERE account_id = ? AND campaign_id = ?", c.AccountID, c.ID).Scan(&rows).Error
		}))
		if next == "" {
			return rows
		}
		after = next
	}
}
