package submission

import (
	"context"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/header"
	"smtpserver/app/message"
)

// Dresser knows what a mail carries so that people can leave, and visits be told.
type Dresser interface {
	// Unsubscribe returns the link by which the one recipient of a mail leaves.
	Unsubscribe(ctx context.Context, accountID, domainID, messageID id.ID) (string, error)
	// Marker returns what marks the HTML of a mail, by the mail's own wish or the account's
	// choice; nil when it is not marked. Links to keep are left as they are.
	Marker(ctx context.Context, of Marked, keep []string) (func(html []byte) []byte, error)
}

// Marked is a mail that may be marked.
type Marked struct {
	AccountID, DomainID, MessageID id.ID
	Stream                         message.Stream
	Wish                           string // X-SMTPServer-Track
}

// SetDresser says who dresses mail; without one it goes as it came.
func (s *Service) SetDresser(d Dresser) { s.dresser = d }

const (
	listUnsubscribe     = "List-Unsubscribe"
	listUnsubscribePost = "List-Unsubscribe-Post"
)

// dress gives a mail its links. A mail that names its id was dressed by who made it.
//
// Mail to many without a link of its own gets ours, both fields of RFC 8058. The link must
// say who leaves (§3.1), and the signed header is one for all recipients of a message: so
// there can be only one. To split the message would answer one 250 for many messages, with
// one id, one idempotency key and one report; so its sender is asked to send one each, as
// programs for newsletters do.
func (s *Service) dress(ctx context.Context, scope account.Scope, messageID id.ID, m Mail, section *header.Section, body []byte, d domain.Domain, st header.Steering) ([]byte, error) {
	if s.dresser == nil || !m.ID.IsZero() {
		return body, nil
	}
	var keep []string
	stream := message.Stream(st.Stream)
	if f, own := section.Get(listUnsubscribe); own {
		keep = addresses(f.Value())
	} else if stream == message.Broadcast {
		if len(m.Recipients) > 1 {
			return nil, fault.New(fault.Invalid, "broadcast mail without a List-Unsubscribe field of its own must go to one recipient at a time, so that each gets a link to leave by (RFC 8058)")
		}
		link, err := s.dresser.Unsubscribe(ctx, scope.AccountID(), d.ID, messageID)
		if err != nil {
			return nil, err
		}
		section.Remove(listUnsubscribePost) // alone it says nothing
		if err := section.Append(listUnsubscribe, "<"+link+">"); err != nil {
			return nil, err
		}
		if err := section.Append(listUnsubscribePost, "List-Unsubscribe=One-Click"); err != nil {
			return nil, err
		}
	}
	mark, err := s.dresser.Marker(ctx, Marked{scope.AccountID(), d.ID, messageID, stream, st.Track}, keep)
	if err != nil || mark == nil {
		return body, err
	}
	return header.RewriteHTML(section, body, mark), nil
}

// addresses are what stands in angle brackets (RFC 2369 §2).
func addresses(value string) (list []string) {
	for {
		_, rest, ok := strings.Cut(value, "<")
		if !ok {
			return list
		}
		address, after, ok := strings.Cut(rest, ">")
		if !ok {
			return list
		}
		list, value = append(list, strings.TrimSpace(address)), after
	}
}
