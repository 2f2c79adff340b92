package terms_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/terms"
)

// The thirty days, history and the chain, attacked through the database's own shell.
// Every line would break a promise; the schema refuses each.
func TestTheDatabaseHoldsTheRulesByItself(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		now := w.store.Now()
		insert := func(change map[string]any) error {
			row := map[string]any{
				"document": "terms", "number": 2, "effective_on": string(terms.Lawful(now)), "told_on": "", "title": "T", "markdown": "x", "digest": "d", "created_at": now,
				"kind": "material", "summary": "s", "reason": "", "drafted_by": w.ada, "approved_by": w.bob, "announced_by": w.ada, "announced_at": now, "notified_at": nil,
			}
			for k, v := range change {
				row[k] = v
			}
			if row["told_on"] == "" {
				row["told_on"] = row["effective_on"]
			}
			names, marks, values := "", "", []any{}
			for k, v := range row {
				names, marks, values = names+", "+k, marks+", ?", append(values, v)
			}
			return w.try("INSERT INTO terms_versions ("+names[2:]+") VALUES ("+marks[2:]+")", values...)
		}
		for name, change := range map[string]map[string]any{
			"a day early":               {"effective_on": string(terms.Lawful(now).Plus(-1))},
			"today":                     {"effective_on": string(terms.DateOf(now))},
			"no such day":               {"effective_on": "2091-04-31"},
			"no date":                   {"effective_on": "soon"},
			"dated back":                {"announced_at": time.Now().UTC().Add(-40 * 24 * time.Hour), "effective_on": string(terms.DateOf(time.Now()).Plus(1))},
			"a clock behind":            {"announced_at": time.Now().UTC().Add(-2 * time.Hour), "effective_on": "2091-06-01"},
			"notified at once":          {"notified_at": now},
			"its own approval":          {"approved_by": w.ada},
			"no approval":               {"approved_by": nil},
			"a gap":                     {"number": 3},
			"founding again":            {"kind": "founding", "notified_at": now},
			"a founding agreement":      {"kind": "founding", "notified_at": now, "document": "data_processing", "number": 1},
			"no summary":                {"summary": ""},
			"a correction now":          {"kind": "correction", "reason": "r", "notified_at": now, "effective_on": string(terms.DateOf(now))},
			"a correction without why":  {"kind": "correction", "notified_at": now},
			"told another date":         {"told_on": "2099-01-01"},
			"withdrawn before it began": {"withdrawn_at": now},
		} {
			if err := insert(change); err == nil {
				t.Fatalf("%s: taken", name)
			}
		}
		if err := insert(nil); err != nil {
			t.Fatal(err)
		}
		if err := insert(map[string]any{"number": 3, "effective_on": "2092-01-01"}); !errors.Is(err, store.ErrReference) {
			t.Errorf("a second announced one: %v", err)
		}
		refused := func(name, sql string, args ...any) {
			t.Helper()
			if err := w.try(sql, args...); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
		const where = " WHERE document = 'terms' AND number = 2"
		refused("an earlier date", "UPDATE terms_versions SET effective_on = ?"+where, string(terms.Lawful(now).Plus(-5)))
		refused("a later date without a reason", "UPDATE terms_versions SET effective_on = ?"+where, string(terms.Lawful(now).Plus(5)))
		refused("another text", "UPDATE terms_versions SET markdown = 'y'"+where)
		refused("another digest", "UPDATE terms_versions SET digest = 'y'"+where)
		refused("another kind", "UPDATE terms_versions SET kind = 'correction'"+where)
		refused("announced earlier", "UPDATE terms_versions SET announced_at = ?"+where, now.Add(-time.Hour))
		refused("notified before anybody was told", "UPDATE terms_versions SET notified_at = ?"+where, now)
		refused("deleted", "DELETE FROM terms_versions"+where)
		refused("the founding text withdrawn", "UPDATE terms_versions SET withdrawn_at = ? WHERE number = 1 AND document = 'terms'", now)
		// Told, but the mail is under way.
		notice := id.New()
		w.exec("INSERT INTO terms_notices (account_id, notice_id, document, number, required, portal_at) VALUES (?, ?, 'terms', 2, ?, ?)", anna.ID, notice, true, now)
		w.exec(`INSERT INTO terms_mails (account_id, mail_id, document, number, kind, user_id, address, message_id, state, why, queued_at)
			VALUES (?, ?, 'terms', 2, 'notice', ?, 'a@x.example', ?, 'queued', '', ?)`, anna.ID, id.New(), anna.owner, id.New(), now)
		refused("notified while a mail is under way", "UPDATE terms_versions SET notified_at = ?"+where, now)
		w.exec("UPDATE terms_mails SET state = 'delivered', settled_at = ?", now.Add(time.Hour))
		refused("notified before the last mail arrived", "UPDATE terms_versions SET notified_at = ?"+where, now)
		refused("notified so late that 30 days do not fit", "UPDATE terms_versions SET notified_at = ?"+where, now.Add(48*time.Hour))
		w.exec("UPDATE terms_versions SET notified_at = ?"+where, now.Add(time.Hour))
		refused("notified twice", "UPDATE terms_versions SET notified_at = ?"+where, now.Add(2*time.Hour))
		refused("moved after all were told", "UPDATE terms_versions SET effective_on = '2099-01-01'"+where)
		refused("withdrawn in the past", "UPDATE terms_versions SET withdrawn_at = ?"+where, time.Now().UTC().Add(-48*time.Hour))
		refused("withdrawn after its date", "UPDATE terms_versions SET withdrawn_at = ?"+where, now.Add(60*24*time.Hour))
		refused("a notice taken away", "DELETE FROM terms_notices")
		refused("a notice dated back", "UPDATE terms_notices SET portal_at = ?", now.Add(-time.Hour))
		refused("a notice before the announcement", "INSERT INTO terms_notices (account_id, notice_id, document, number, required, portal_at) VALUES (?, ?, 'terms', 2, ?, ?)", w.operator.ID, id.New(), true, now.Add(-time.Hour))
		refused("a second notice", "INSERT INTO terms_notices (account_id, notice_id, document, number, required, portal_at) VALUES (?, ?, 'terms', 2, ?, ?)", anna.ID, id.New(), true, now)
		refused("a mail unsent", "UPDATE terms_mails SET state = 'queued', settled_at = NULL")
		refused("a mail taken away", "DELETE FROM terms_mails")
		record := func(change map[string]any) (string, []any) {
			row := map[string]any{
				"account_id": anna.ID, "seq": 2, "record_id": id.New(), "act": "accepted", "document": "terms", "number": 2, "digest": "d", "channel": "use_web", "user_id": anna.owner,
				"credential_id": nil, "notice_id": notice, "ip": "", "user_agent": "", "at": now.AddDate(0, 0, 40), "hash": fmt.Sprintf("%064d", 1),
			}
			for k, v := range change {
				row[k] = v
			}
			names, marks, values := "", "", []any{}
			for k, v := range row {
				names, marks, values = names+", "+k, marks+", ?", append(values, v)
			}
			return "INSERT INTO terms_records (" + names[2:] + ") VALUES (" + marks[2:] + ")", values
		}
		for name, change := range map[string]map[string]any{
			"use before the date":             {"at": now},
			"use without notice":              {"notice_id": nil},
			"a gap in the chain":              {"seq": 3},
			"the first place again":           {"seq": 1},
			"no seal":                         {"hash": ""},
			"another text":                    {"digest": "e"},
			"a version that is none":          {"number": 9},
			"an objection after the date":     {"act": "objected", "channel": "object"},
			"an objection that is acceptance": {"channel": "object"},
		} {
			sql, values := record(change)
			refused(name, sql, values...)
		}
		sql, values := record(map[string]any{"act": "objected", "channel": "object", "at": now})
		w.exec(sql, values...)
		sql, values = record(map[string]any{"seq": 3})
		refused("use by who objected", sql, values...)
		refused("a record changed", "UPDATE terms_records SET channel = 'use_api' WHERE seq = 2")
		refused("a record sealed anew", "UPDATE terms_records SET hash = ? WHERE seq = 2", fmt.Sprintf("%064d", 2))
		refused("a record taken away", "DELETE FROM terms_records WHERE seq = 2")
	})
}

// A text that was changed with the triggers out of the way is found by verify.
func TestVerifyFindsWhatWentRoundTheTriggers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		w.signUp("otto")
		before := w.verify()
		if !before.OK() || len(before.Fingerprint) != 64 {
			t.Fatalf("%+v", before)
		}
		off := func(trigger, table, sql string, args ...any) {
			t.Helper()
			if w.store.Engine() == store.Postgres {
				w.exec("ALTER TABLE " + table + " DISABLE TRIGGER USER")
			} else {
				w.exec("DROP TRIGGER " + trigger)
			}
			w.exec(sql, args...)
		}
		off("terms_records_update", "terms_records", "UPDATE terms_records SET ip = '203.0.113.9' WHERE account_id = ?", anna.ID)
		if p := w.verify(); p.OK() || len(p.Broken) != 1 {
			t.Errorf("a record changed: %+v", p)
		}
		off("terms_records_delete", "terms_records", "DELETE FROM terms_records WHERE account_id = ?", anna.ID)
		if p := w.verify(); !p.OK() || p.Fingerprint == before.Fingerprint {
			t.Errorf("a whole chain was cut off unseen: %+v", p)
		}
		off("terms_versions_update", "terms_versions", "UPDATE terms_versions SET markdown = 'other' WHERE document = 'privacy'")
		if p := w.verify(); p.OK() {
			t.Errorf("a text changed: %+v", p)
		}
	})
}
