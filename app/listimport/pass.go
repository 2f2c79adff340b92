package listimport

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"smtpserver/app/contact"
	"smtpserver/app/id"
)

// pass is one reading of a file: the dry run, or the import.
type pass struct {
	row    Import
	dry    bool
	in     records
	file   *file
	fields []contact.Field
	used   []contact.Field // those that columns fill
	judge  judge
	topics []id.ID      // of the lists: who left one is not joined again
	seen   *seen        // of a dry run: addresses met so far
	asked  *domainCheck // of a dry run

	batches int // committed by this worker

	// The batch under way, row by row.
	codes    []Code // 0: still open
	contacts []contact.Contact
}

func usedFields(columns []string, fields []contact.Field) (used []contact.Field) {
	for _, f := range fields {
		if slices.Contains(columns, contact.PartField+f.Key) {
			used = append(used, f)
		}
	}
	return used
}

// gather reads and judges the rows of the next batch. last means that the file is over.
func (p *pass) gather(ctx context.Context, size int) (last bool, err error) {
	p.codes, p.contacts = p.codes[:0], p.contacts[:0]
	for len(p.codes) < size {
		r, err := p.in.next()
		if errors.Is(err, io.EOF) {
			last = true
			break
		}
		if err != nil {
			return false, err
		}
		c, code := p.judge.row(r)
		p.codes, p.contacts = append(p.codes, code), append(p.contacts, c)
	}
	if p.row.RowsDone+int64(len(p.codes)) > maxRows {
		return false, badFile("The file has more than 20 million rows. Please split it.")
	}
	if p.asked != nil {
		p.asked.ask(ctx, p.addresses())
		p.refuseDead()
	}
	p.refuseRepeated()
	return last, ctx.Err()
}

// addresses of the rows that are still open.
func (p *pass) addresses() []string {
	list := make([]string, 0, len(p.codes))
	for i, code := range p.codes {
		if code == 0 {
			list = append(list, p.contacts[i].Address)
		}
	}
	return list
}

func (p *pass) refuseDead() {
	for i, code := range p.codes {
		if code == 0 && p.asked.dead[domainOf(p.contacts[i].Address)] {
			p.codes[i] = DeadDomain
		}
	}
}

// repeated marks rows whose address stands further up in the same batch. It is provisional:
// when the address turns out to be suppressed, all its rows are.
const repeated Code = 255

func (p *pass) refuseRepeated() {
	met := make(map[string]bool, len(p.codes))
	for i, code := range p.codes {
		if code != 0 {
			continue
		}
		address := p.contacts[i].Address
		if met[address] {
			p.codes[i] = repeated
		}
		met[address] = true
	}
}

// settle gives the open rows that are not to be stored their codes: the suppressed first,
// whichever row they stand in.
func (p *pass) settle(suppressed, left map[string]bool) {
	for i, code := range p.codes {
		if code != 0 && code != repeated {
			continue
		}
		switch address := p.contacts[i].Address; {
		case suppressed[address]:
			p.codes[i] = OnSuppressionList
		case left[address]:
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
	p.row.OctetsDone = min(p.file.furthest.Load(), p.row.Size)
}

func codesOf(codes []Code) []byte {
	var b strings.Builder
	for _, c := range codes {
		b.WriteByte(byte(c))
	}
	return []byte(b.String())
}
