package listimport

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/testkit/seed"
)

// house is an account with contacts and a runner, without DNS.
type house struct {
	t        *testing.T
	store    *store.Store
	scope    account.Scope
	contacts *contact.Service
	imports  *Service
	runner   *Runner
}

func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, store: s, scope: seed.NewAccount(t, s, "Shop").Scope, contacts: contact.New(s)}
	h.imports = New(s, h.contacts, nil)
	h.runner = NewRunner(h.imports, RunnerOptions{Batch: 7})
	return h
}

const said = "They ticked the box at our checkout in 2026."

// upload sends a file and returns its import.
func (h *house) upload(content string) id.ID {
	h.t.Helper()
	importID, err := h.imports.Upload(h.t.Context(), h.scope, "list.csv", strings.NewReader(content))
	if err != nil {
		h.t.Fatal(err)
	}
	return importID
}

func (h *house) get(importID id.ID) Import {
	h.t.Helper()
	row, err := h.imports.Import(h.t.Context(), h.scope, importID)
	if err != nil {
		h.t.Fatal(err)
	}
	return row
}

func (h *house) plan(importID id.ID, policy Policy, lists ...id.ID) Plan {
	h.t.Helper()
	return Plan{Columns: h.get(importID).Settings.Columns, Policy: policy, Lists: lists, Consent: said}
}

// check uploads a file and runs the dry run.
func (h *house) check(content string, policy Policy, lists ...id.ID) Import {
	h.t.Helper()
	importID := h.upload(content)
	if err := h.imports.Check(h.t.Context(), h.scope, importID, h.plan(importID, policy, lists...)); err != nil {
		h.t.Fatal(err)
	}
	h.drain()
	return h.get(importID)
}

func (h *house) start(importID id.ID) {
	h.t.Helper()
	if err := h.imports.Start(h.t.Context(), h.scope, importID, true); err != nil {
		h.t.Fatal(err)
	}
}

// load imports a file from upload to result.
func (h *house) load(content string, policy Policy, lists ...id.ID) Import {
	h.t.Helper()
	row := h.check(content, policy, lists...)
	h.start(row.ID)
	h.drain()
	return h.get(row.ID)
}

func (h *house) undo(importID id.ID) Import {
	h.t.Helper()
	if err := h.imports.Undo(h.t.Context(), h.scope, importID); err != nil {
		h.t.Fatal(err)
	}
	h.drain()
	return h.get(importID)
}

func (h *house) drain() {
	h.t.Helper()
	if err := h.runner.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) download(importID id.ID, class Class) string {
	h.t.Helper()
	var b strings.Builder
	if err := h.imports.Download(h.t.Context(), h.scope, importID, class, &b); err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

func (h *house) list(name string, topicID id.ID) id.ID {
	h.t.Helper()
	l, err := h.contacts.AddList(h.t.Context(), h.scope, name, "", topicID)
	if err != nil {
		h.t.Fatal(err)
	}
	return l.ID
}

// dump is what the account's tables of contacts hold, for comparing.
func (h *house) dump() string {
	h.t.Helper()
	var b strings.Builder
	err := h.store.SystemRead(h.t.Context(), "test: look at the rows", func(_ context.Context, tx *gorm.DB) error {
		for _, table := range []string{"contacts", "contact_values", "list_members", "lists", "contact_totals", "topic_choices", "suppressions"} {
			var rows []map[string]any
			if err := tx.Raw("SELECT * FROM "+table+" WHERE account_id = ?", h.scope.AccountID()).Scan(&rows).Error; err != nil {
				return err
			}
			lines := make([]string, len(rows))
			for i, row := range rows {
				lines[i] = fmt.Sprint(row)
			}
			slices.Sort(lines)
			fmt.Fprintln(&b, table, strings.Join(lines, "\n"))
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

// audited lists what the account's audit says of imports, the newest first.
func (h *house) audited() string {
	h.t.Helper()
	events, err := audit.New(h.store).List(h.t.Context(), h.scope, audit.Filter{Topic: "import", Limit: 10})
	if err != nil {
		h.t.Fatal(err)
	}
	var actions []string
	for _, e := range events {
		actions = append(actions, string(e.Action))
	}
	return strings.Join(actions, " ")
}

func (h *house) count(query string, args ...any) (n int64) {
	h.t.Helper()
	err := h.store.SystemRead(h.t.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(query, args...).Scan(&n).Error })
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// addsUp fails unless every row is in exactly one class, in the counts and in the files.
func (h *house) addsUp(row Import, rows int64) {
	h.t.Helper()
	c := row.Counts
	if c.Rows == 0 {
		c = row.Checked
	}
	sum := c.Added + c.Updated + c.Unchanged + c.Duplicate + c.Suppressed + c.Rejected
	if c.Rows != rows || sum != rows {
		h.t.Errorf("%d rows, the classes make %d, want %d: %+v", c.Rows, sum, rows, c)
	}
	for _, class := range Classes {
		in := csv.NewReader(strings.NewReader(h.download(row.ID, class)))
		in.FieldsPerRecord = -1
		records, err := in.ReadAll()
		if err != nil {
			h.t.Fatal(err)
		}
		if got := int64(len(records)) - 1; got != c.Of(class) {
			h.t.Errorf("the download of %s has %d rows, the counts say %d", class, got, c.Of(class))
		}
	}
}

// cutShort reads a file that breaks off.
type cutShort struct{ io.Reader }

func (c cutShort) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrClosedPipe
	}
	return n, err
}
