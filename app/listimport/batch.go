package listimport

import (
	"sync/atomic"

	"smtpserver/app/contact"
)

// batch is a run of rows that are stored together.
type batch struct {
	codes    []Code // 0: still open
	contacts []contact.Contact
	octets   int64 // of the file, that are read by now
	last     bool  // the file is over

	// Looked up ahead of its turn. Who is suppressed or opted out a moment later is so
	// after the import. A contact of that time is looked up again, as are those of the
	// batches that were not stored yet; anybody else's fails the insert.
	suppressed, left map[string]bool
	there            map[string]contact.Contact
	met              map[string]struct{} // its addresses
	unseen           []*batch            // batches before it, not yet stored then
	stored           atomic.Bool
}

// addresses of the rows that are still open.
func (b *batch) addresses() []string {
	list := make([]string, 0, len(b.codes))
	for i, code := range b.codes {
		if code == 0 {
			list = append(list, b.contacts[i].Address)
		}
	}
	return list
}

func (b *batch) refuseDead(dead map[string]bool) {
	for i, code := range b.codes {
		if code == 0 && dead[domainOf(b.contacts[i].Address)] {
			b.codes[i] = DeadDomain
		}
	}
}

// repeated marks rows whose address stands further up in the same batch. It is provisional:
// when the address turns out to be suppressed, all its rows are.
const repeated Code = 255

func (b *batch) refuseRepeated() {
	b.met = make(map[string]struct{}, len(b.codes))
	for i, code := range b.codes {
		if code != 0 {
			continue
		}
		address := b.contacts[i].Address
		if _, there := b.met[address]; there {
			b.codes[i] = repeated
		}
		b.met[address] = struct{}{}
	}
}

// doubtful are addresses of open rows that may be contacts by now.
func (b *batch) doubtful() (list []string) {
	for _, address := range b.addresses() {
		_, there := b.there[address]
		for i := 0; i < len(b.unseen) && !there; i++ {
			_, there = b.unseen[i].met[address]
		}
		if there {
			list = append(list, address)
		}
	}
	return list
}

func codesOf(codes []Code) []byte {
	octets := make([]byte, len(codes))
	for i, c := range codes {
		octets[i] = byte(c)
	}
	return octets
}
