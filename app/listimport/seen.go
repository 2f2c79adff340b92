package listimport

import (
	"encoding/binary"
	"hash/maphash"
)

// seen remembers which addresses a dry run has met, as hashes of 64 bits: 16 of them choose
// the bucket and 48 are kept in it, which makes ten million addresses about 70 MB. That two
// addresses of one file share a hash happens once in 300,000 such files.
type seen struct {
	seed    maphash.Seed
	buckets [1 << 16][]byte
}

const seenEntry = 6

func newSeen() *seen { return &seen{seed: maphash.MakeSeed()} }

// add reports whether the address is new.
func (s *seen) add(address string) bool {
	sum := maphash.String(s.seed, address)
	bucket := &s.buckets[sum>>48]
	kept := sum & (1<<48 - 1)
	for b := *bucket; len(b) >= seenEntry; b = b[seenEntry:] {
		if uint64(binary.LittleEndian.Uint32(b))|uint64(binary.LittleEndian.Uint16(b[4:]))<<32 == kept {
			return false
		}
	}
	var entry [8]byte
	binary.LittleEndian.PutUint64(entry[:], kept)
	if len(*bucket)+seenEntry > cap(*bucket) {
		grown := make([]byte, len(*bucket), cap(*bucket)+cap(*bucket)/4+10*seenEntry)
		copy(grown, *bucket)
		*bucket = grown
	}
	*bucket = append(*bucket, entry[:seenEntry]...)
	return true
}
