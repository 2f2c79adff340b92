package listimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // figures and texts cannot fail
	}
	return string(text)
}

// lookUp finds out who of a batch is suppressed, opted out or there already.
func (r *Runner) lookUp(ctx context.Context, accountID id.ID, topics []id.ID, b *batch) error {
	addresses := b.addresses()
	found, err := message.SuppressedAmong(ctx, r.store, accountID, addresses)
	if err != nil {
		return err
	}
	b.suppressed = make(map[string]bool, len(found))
	for address := range found {
		b.suppressed[address] = true
	}
	if b.left, err = r.contacts.LeftAmong(ctx, accountID, topics, addresses); err != nil {
		return err
	}
	b.there, err = r.contacts.Among(ctx, accountID, addresses)
	return err
}

// commit stores a batch with its outcomes, the counts and the progress, in one transaction.
func (r *Runner) commit(ctx context.Context, p *pass) error {
	if p.dry { // it only looks: outside of the transaction, which then is short
		p.settle()
		if _, err := r.sort(ctx, p, p.there); err != nil {
			return err
		}
	}
	codes, before := slices.Clone(p.codes), p.row
	before.Checked, before.Counts = p.row.Checked.clone(), p.row.Counts.clone()
	attempt := func() error {
		return r.store.SystemWrite(ctx, "store a batch of an import", func(ctx context.Context, tx *gorm.DB) error {
			// The transaction may be tried again: everything begins as it was.
			copy(p.codes, codes)
			p.row = before
			p.row.Checked, p.row.Counts = before.Checked.clone(), before.Counts.clone()
			return r.storeBatch(ctx, tx, p)
		})
	}
	err := attempt()
	if errors.Is(err, store.ErrDuplicate) && !p.careful {
		p.careful = true
		err = attempt()
	}
	if err != nil {
		return err
	}
	p.stored.Store(true)
	p.unseen = nil
	return r.obeyStop(ctx, p)
}

// storeBatch is the body of the transaction.
func (r *Runner) storeBatch(ctx context.Context, tx *gorm.DB, p *pass) error {
	if !p.dry {
		// First of all its turn: what is looked up now stays true until the commit.
		if err := r.contacts.TakeTurn(ctx, p.row.AccountID, 0); err != nil {
			return err
		}
		p.settle()
		addresses := p.doubtful()
		if p.careful {
			addresses = p.addresses()
		}
		existing, err := r.contacts.Among(ctx, p.row.AccountID, addresses)
		if err != nil {
			return err
		}
		planned, err := r.sort(ctx, p, existing)
		if err != nil {
			return err
		}
		if err := r.storeWork(ctx, tx, p, planned); err != nil {
			return err
		}
	}
	if len(p.codes) > 0 {
		o := outcome{AccountID: p.row.AccountID, ImportID: p.row.ID, Dry: p.dry, FirstRow: p.row.RowsDone, Codes: codesOf(p.codes)}
		if err := tx.Create(&o).Error; err != nil {
			return err
		}
	}
	p.closeBatch()
	if !p.last {
		return r.hold(ctx, p.row)
	}
	return r.conclude(ctx, p)
}

// conclude ends the pass.
func (r *Runner) conclude(ctx context.Context, p *pass) error {
	if !p.dry {
		return r.finish(ctx, p.row, Done, "")
	}
	p.row.Quality.Dead = p.asked.list()
	p.row.Quality = grade(p.row.Checked, p.row.Quality)
	if p.row.Checked.TooInvalid() {
		return r.finish(ctx, p.row, Held, "More than 5 % of the rows are invalid. A list that people signed up for has hardly any: please look at the rejected rows before you decide.")
	}
	return r.finish(ctx, p.row, Checked, "")
}

// obeyStop ends a pass that somebody cancelled, after a batch.
func (r *Runner) obeyStop(ctx context.Context, p *pass) error {
	if p.last {
		return nil
	}
	var stop bool
	err := r.store.SystemRead(ctx, "whether an import is cancelled", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT stop FROM imports WHERE account_id = ? AND import_id = ?", p.row.AccountID, p.row.ID).Scan(&stop).Error
	})
	if err != nil || !stop {
		return err
	}
	if p.dry {
		err = r.finish(ctx, p.row, Mapping, "")
	} else {
		err = r.finish(ctx, p.row, Cancelled, "Cancelled by somebody of this account. The rows up to there are stored; the rest was not read.")
	}
	if err != nil {
		return err
	}
	return errLost
}

// work is what a batch changes.
type work struct {
	added   []contact.Contact
	changed []contact.Contact
	met     []met // contacts that were there before
	joins   map[id.ID][]id.ID
}

// met is a contact that was there, as it was and is.
type met struct {
	accountID, importID, contactID id.ID
	revision                       int
	before                         string // JSON; "" when nothing was changed
}

var metRows = store.NewBulk(`import_contacts`, `account_id text, import_id text, contact_id text, revision int, before text`, func(m *met) []any {
	return []any{string(m.accountID), string(m.importID), string(m.contactID), m.revision, m.before}
})

// sort decides of each open row whether it adds, changes or repeats a contact.
func (r *Runner) sort(ctx context.Context, p *pass, existing map[string]contact.Contact) (work, error) {
	w := work{joins: map[id.ID][]id.ID{}}
	seenBefore, err := r.metBefore(ctx, p, existing)
	if err != nil {
		return w, err
	}
	joins, err := r.missing(ctx, p, existing)
	if err != nil {
		return w, err
	}
	left, bounded, err := r.contacts.Room(ctx, p.row.AccountID)
	if err != nil {
		return w, err
	}
	if p.dry {
		left -= p.row.Checked.Added // of earlier batches, which are not stored
	}
	now := r.store.Now()
	for i, code := range p.codes {
		if code != 0 {
			continue
		}
		c := p.contacts[i]
		old, there := existing[c.Address]
		switch {
		case !there && bounded && int64(len(w.added)) >= left:
			p.codes[i] = OverPlan
		case !there:
			c.AccountID, c.ID, c.ImportID, c.Revision, c.CreatedAt, c.UpdatedAt = p.row.AccountID, id.New(), p.row.ID, 1, now, now
			w.added = append(w.added, c)
			for _, listID := range p.row.Settings.Lists {
				w.joins[listID] = append(w.joins[listID], c.ID)
			}
			p.codes[i] = Added
		case old.ImportID == p.row.ID, seenBefore[old.ID]:
			p.codes[i] = DuplicateRow
		default:
			p.codes[i] = w.meet(old, c, p.row.Settings, joins)
			if p.codes[i] == Updated {
				w.changed[len(w.changed)-1].UpdatedAt = now
			}
		}
	}
	return w, nil
}

// meet notes what a row changes of a contact that was there.
func (w *work) meet(old, row contact.Contact, s Settings, joins map[id.ID]map[id.ID]bool) Code {
	merged, changed := merge(old, row, s.Policy)
	if s.Policy != Skip {
		for _, listID := range s.Lists {
			if joins[listID][old.ID] {
				w.joins[listID] = append(w.joins[listID], old.ID)
				changed = true
			}
		}
	}
	if !changed {
		w.met = append(w.met, met{contactID: old.ID, revision: old.Revision})
		return Unchanged
	}
	merged.Revision = old.Revision + 1
	w.changed = append(w.changed, merged)
	w.met = append(w.met, met{contactID: old.ID, revision: merged.Revision, before: jsonOf(old)})
	return Updated
}

// metBefore returns which of the contacts an earlier batch of this import met.
func (r *Runner) metBefore(ctx context.Context, p *pass, existing map[string]contact.Contact) (map[id.ID]bool, error) {
	found := map[id.ID]bool{}
	if p.dry || len(existing) == 0 {
		return found, nil
	}
	ids := make([]id.ID, 0, len(existing))
	for _, c := range existing {
		ids = append(ids, c.ID)
	}
	var rows []id.ID
	err := r.store.SystemRead(ctx, "which contacts an import met before", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT contact_id FROM import_contacts WHERE account_id = ? AND import_id = ? AND contact_id "+r.among(), p.row.AccountID, p.row.ID, jsonOf(ids)).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("listimport: met before: %w", err)
	}
	for _, contactID := range rows {
		found[contactID] = true
	}
	return found, nil
}

func (r *Runner) among() string {
	if r.store.Engine() == store.Postgres {
		return "= ANY(ARRAY(SELECT json_array_elements_text(?::json)))" // an array keeps to the index, whatever the statistics say
	}
	return "IN (SELECT value FROM json_each(?))"
}

// missing returns, for each list, which of the contacts are not on it.
func (r *Runner) missing(ctx context.Context, p *pass, existing map[string]contact.Contact) (map[id.ID]map[id.ID]bool, error) {
	all := map[id.ID]map[id.ID]bool{}
	if len(existing) == 0 {
		return all, nil
	}
	ids := make([]id.ID, 0, len(existing))
	for _, c := range existing {
		ids = append(ids, c.ID)
	}
	for _, listID := range p.row.Settings.Lists {
		on, err := r.contacts.OnList(ctx, p.row.AccountID, listID, ids)
		if err != nil {
			return nil, err
		}
		all[listID] = map[id.ID]bool{}
		for _, contactID := range ids {
			if !on[contactID] {
				all[listID][contactID] = true
			}
		}
	}
	return all, nil
}

// storeWork writes what the batch changes.
func (r *Runner) storeWork(ctx context.Context, tx *gorm.DB, p *pass, w work) error {
	accountID := p.row.AccountID
	if len(w.added) > 0 {
		if err := r.contacts.TakeTurn(ctx, accountID, int64(len(w.added))); err != nil {
			return err
		}
	}
	if err := r.contacts.InsertAll(ctx, w.added, p.used); err != nil {
		return err
	}
	if err := r.contacts.UpdateAll(ctx, accountID, w.changed, p.fields); err != nil {
		return err
	}
	for _, listID := range p.row.Settings.Lists {
		if err := r.contacts.JoinAll(ctx, accountID, listID, p.row.ID, w.joins[listID]); err != nil {
			return err
		}
	}
	for i := range w.met {
		w.met[i].accountID, w.met[i].importID = accountID, p.row.ID
	}
	return metRows.Insert(tx, w.met)
}
