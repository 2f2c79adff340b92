package delivery

import (
	"testing"
	"time"
)

// While mail comes in, signatures leave half of the processors free; otherwise they take all.
func TestSigningLeavesRoomForIncomingMail(t *testing.T) {
	t.Parallel()
	busy := true
	s := &DomainSigner{busy: func() bool { return busy }, places: make(chan struct{}, 1), further: make(chan struct{}, 1)}
	leave := s.place()
	taken := make(chan func(), 1)
	go func() { taken <- s.place() }()
	select {
	case <-taken:
		t.Fatal("a second signature while mail comes in")
	case <-time.After(50 * time.Millisecond):
	}
	leave()
	first := <-taken // the place that was left
	busy = false
	second := s.place()
	first()
	second()
	if len(s.places) != 0 || len(s.further) != 0 {
		t.Errorf("%d and %d places are still taken", len(s.places), len(s.further))
	}
}
