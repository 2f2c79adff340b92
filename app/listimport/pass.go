package listimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"smtpserver/app/contact"
	"smtpserver/app/id"
)

// pass is one reading of a file: the dry run, or the import. One goroutine reads and judges
// rows ahead of the other one, which stores them.
type pass struct {
	row    Import
	dry    bool
	fields []contact.Field
	used   []contact.Field // those that columns fill
	topics []id.ID         // of the lists: who left one is not joined again
	seen   *seen           // of a dry run: addresses met so far

	// Of the reading goroutine.
	in    records
	file  *file
	judge judge
	asked *domainCheck // of a dry run

	*batch       // in hand
	careful bool // somebody else adds contacts as well: nothing looked up ahead is believed
}

func usedFields(columns []string, fields []contact.Field) (used []contact.Field) {
	for _, f := range fields {
		if slices.Contains(columns, contact.PartField+f.Key) {
			used = append(used, f)
		}
	}
	return used
}

// read sends the rows from where the last committed batch ended, batch by batch, looked up
// ahead of their turn.
func (p *pass) read(ctx context.Context, done int64, size int, lookUp func(context.Context, *batch) error, batches chan<- *batch) error {
	for skipped := int64(0); skipped < done; skipped++ {
		if _, err := p.in.next(); err != nil {
			return fmt.Errorf("listimport: find row %d again: %w", done, err)
		}
	}
	var sent []*batch
	for {
		b, err := p.gather(ctx, size)
		if err != nil {
			return err
		}
		if done += int64(len(b.codes)); done > maxRows {
			return badFile("The file has more than 20 million rows. Please split it.")
		}
		sent = slices.DeleteFunc(sent, func(earlier *batch) bool { return earlier.stored.Load() })
		b.unseen = slices.Clone(sent)
		if err := lookUp(ctx, b); err != nil {
			return err
		}
		sent = append(sent, b)
		select {
		case batches <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		if b.last {
			return nil
		}
	}
}

// gather reads and judges the rows of the next batch.
func (p *pass) gather(ctx context.Context, size int) (*batch, error) {
	b := &batch{codes: make([]Code, 0, size), contacts: make([]contact.Contact, 0, size)}
	for len(b.codes) < size {
		r, err := p.in.next()
		if errors.Is(err, io.EOF) {
			b.last = true
			break
		}
		if err != nil {
			return nil, err
		}
		c, code := p.judge.row(r)
		b.codes, b.contacts = append(b.codes, code), append(b.contacts, c)
	}
	if p.asked != nil {
		p.asked.ask(ctx, b.addresses())
		b.refuseDead(p.asked.dead)
	}
	b.refuseRepeated()
	b.octets = p.file.furthest.Load()
	return b, ctx.Err()
}

// settle gives the open rows that are not to be stored their codes: the suppressed first,
// whichever row they stand in.
func (p *pass) settle() {
	for i, code := range p.codes {
		if code != 0 && code != repeated {
			continue
		}
		switch address := p.contacts[i].Address; {
		case p.suppressed[address]:
			p.codes[i] = OnSuppressionList
		case p.left[address]:
			p.codes[i] = OptedOut
		case code == repeated, p.seen != nil && !p.seen.add(address):
			p.codes[i] = DuplicateRow
		}
	}
}

// counts are those of this pass.
func (p *pass) counts() *Counts {
	if p.dry {
		return &p.row.Checked
	}
	return &p.row.Counts
}

// closeBatch counts the batch.
func (p *pass) closeBatch() {
	for i, code := range p.codes {
		p.counts().Add(code)
		if code.Class() != ClassRejected && hygiene.duties[localOf(p.contacts[i].Address)] {
			p.row.Quality.Duties++
		}
	}
	p.row.RowsDone += int64(len(p.codes))
	p.row.OctetsDone = min(p.octets, p.row.Size)
}
