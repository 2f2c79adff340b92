package delivery

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"smtpserver/app/store"
)

// Board tells how destinations take our mail, as the workers stored it.
type Board struct{ queue *queue }

// NewBoard returns the board of a database.
func NewBoard(s *store.Store) *Board { return &Board{&queue{store: s}} }

// Standing returns how a destination takes mail; false when nothing is known of it,
// which means that nothing is wrong.
func (b *Board) Standing(ctx context.Context, destination string) (Standing, bool, error) {
	return b.queue.standing(ctx, destination)
}

// All returns every destination that is not simply open, the longest-standing trouble first.
func (b *Board) All(ctx context.Context) ([]Standing, error) {
	return b.queue.standings(ctx, readStandings+" WHERE state <> 'open' ORDER BY since")
}

var codes = regexp.MustCompile(`^[2-5][0-9][0-9]( [245]\.[0-9]{1,3}\.[0-9]{1,3})?`)

// Words tells the standing in a sentence or two, without the server's text: that may
// name another account's recipient. It is "" when nothing is wrong.
func (s Standing) Words() string {
	code := codes.FindString(strings.TrimPrefix(s.Cause, byRelay))
	if code != "" {
		code = " (" + code + ")"
	}
	name, since, until := DestinationName(s.Destination), clockTime(s.Since), clockTime(s.Until)
	if s.relayed() {
		name = capital(relayName(s.Destination))
	}
	switch s.State {
	case Limited:
		return fmt.Sprintf("%s limits us since %s%s: %d of %d connections, full speed again about %s.", name, since, code, s.Connections, s.Most, until)
	case Resting:
		switch {
		case s.Cause == tooSlow:
			return fmt.Sprintf("The servers of %s answer too slowly since %s. The next try there is at %s.", name, since, until)
		case code != "":
			return fmt.Sprintf("%s turns us away since %s%s. The next try there is at %s.", name, since, code, until)
		case s.relayed():
			return fmt.Sprintf("%s takes no connection since %s. The next try there is at %s.", name, since, until)
		}
		return fmt.Sprintf("No server of %s answers since %s. The next try there is at %s.", name, since, until)
	}
	return ""
}

func (s Standing) relayed() bool { return strings.HasPrefix(s.Cause, byRelay) }

// nobody begins the sentence that no server did something.
func (s Standing) nobody() string {
	if s.relayed() {
		return "Not even " + relayName(s.Destination)
	}
	return "No server of " + DestinationName(s.Destination)
}

func clockTime(t time.Time) string { return t.UTC().Format("15:04") + " UTC" }
