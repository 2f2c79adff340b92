package submission

import (
	"context"
	"errors"
	"hash/fnv"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Inspector looks at what a message says. Words are why it is held; "" lets it go, also
// when nobody could look: what programs send waits for no filter.
type Inspector interface {
	Inspect(ctx context.Context, scope account.Scope, content []byte) (words string)
	// Unseen is told of a message that goes without: there is nothing that could be shown.
	Unseen(messageID id.ID, why error)
}

var errUnreadable = errors.New("submission: the packed content does not unpack")

// Show has one in so many messages inspected. Call it before the doors open.
func (s *Service) Show(i Inspector, oneIn uint32) { s.inspector, s.oneIn = i, oneIn }

// inspect holds a message of the sample that the inspector does not let go.
func (s *Service) inspect(ctx context.Context, scope account.Scope, n *message.New) {
	if s.inspector == nil || s.oneIn == 0 {
		return
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(n.Message.ID)) // never fails
	if sum.Sum32()%s.oneIn != 0 {
		return
	}
	body := n.Body
	err := body.Unpack()
	if err == nil && body.Content == nil {
		err = errUnreadable
	}
	if err != nil {
		s.inspector.Unseen(n.Message.ID, err)
		return
	}
	words := s.inspector.Inspect(ctx, scope, body.Content)
	if words == "" {
		return
	}
	for i := range n.Deliveries {
		n.Deliveries[i].State, n.Deliveries[i].Reason = message.Held, words
	}
}
