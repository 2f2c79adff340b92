package id

import (
	"testing"
	"time"
)

func TestNewSortsByTimeAndParses(t *testing.T) {
	previous := New()
	for range 10_000 {
		next := New()
		if next <= previous {
			t.Fatalf("%s does not follow %s", next, previous)
		}
		if got, err := Parse(next.String()); err != nil || got != next {
			t.Fatalf("Parse(%s) = %s, %v", next, got, err)
		}
		previous = next
	}
}

func TestParseRefusesForeignText(t *testing.T) {
	for _, s := range []string{"", "abc", "ABCDEFGHJKMNPQRSTVWXYZ0123", "0123456789abcdefghijklmnop", "../../etc/passwd.........."} {
		if got, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %q, want an error", s, got)
		}
	}
}

func TestAtBoundsByTime(t *testing.T) {
	before := At(time.Now().Add(-time.Second))
	made := New()
	after := At(time.Now().Add(time.Second))
	if !(before < made && made < after) || len(before) != len(made) {
		t.Errorf("%s, %s, %s", before, made, after)
	}
}

func TestOctets(t *testing.T) {
	t.Parallel()
	for range 100 {
		i := New()
		if b := i.Octets(); len(b) != 16 || FromOctets([16]byte(b)) != i {
			t.Fatalf("%s became %v", i, b)
		}
	}
	for _, odd := range []ID{"", "x", New() + "0", New()[:25] + "1"} {
		if odd.Octets() != nil {
			t.Errorf("%q has octets", odd)
		}
	}
}
