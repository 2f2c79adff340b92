package person

import (
	"context"
	"encoding/json"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/message"
)

// Held is what an account holds of a person, in the words of the file that they get.
type Held struct {
	Address      string        `json:"address"`
	Contact      *Contact      `json:"contact,omitempty"`
	Lists        []string      `json:"lists"`
	Topics       []Topic       `json:"topics"`
	Consents     []Consent     `json:"consents"`
	Forms        []Form        `json:"forms"`
	Suppressions []Suppression `json:"suppressions"`
	Messages     []Message     `json:"messages"`
	More         bool          `json:"more_messages_than_listed,omitempty"`
}

// Contact is what is known of them.
type Contact struct {
	Name       string            `json:"name"`
	Kind       string            `json:"kind"`
	Company    string            `json:"company"`
	Language   string            `json:"language"`
	TimeZone   string            `json:"time_zone"`
	Attributes map[string]string `json:"attributes"`
	AddedAt    time.Time         `json:"added_at"`
	ChangedAt  time.Time         `json:"changed_at"`
}

// Topic is what they chose of a topic.
type Topic struct {
	Topic  string    `json:"topic"`
	Choice string    `json:"choice"`
	At     time.Time `json:"at"`
}

// Consent is an entry of the ledger.
type Consent struct {
	Kind    string    `json:"kind"`
	Source  string    `json:"source"`
	Wording string    `json:"wording"`
	Subject string    `json:"subject"`
	Proof   string    `json:"proof"`
	IP      string    `json:"ip"`
	At      time.Time `json:"at"`
}

// Form is one that they sent in.
type Form struct {
	Name        string     `json:"name"`
	Wording     string     `json:"wording"`
	IP          string     `json:"ip"`
	AskedAt     time.Time  `json:"asked_at"`
	ConfirmedAt *time.Time `json:"confirmed_at"`
}

// Suppression is a stream in which nothing is sent to them.
type Suppression struct {
	Stream string    `json:"stream"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Message is a mail to them, without its content: they have that.
type Message struct {
	Stream  string    `json:"stream"`
	Subject string    `json:"subject"`
	State   string    `json:"state"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// mostMessages bounds the copy.
const mostMessages = 5000

// JSON is the copy as a file.
func (h Held) JSON() ([]byte, error) { return json.MarshalIndent(h, "", "  ") }

// None reports whether nothing is held but the request itself.
func (h Held) None() bool {
	return h.Contact == nil && len(h.Topics)+len(h.Consents)+len(h.Forms)+len(h.Suppressions)+len(h.Messages) == 0
}

// Held collects what the account holds of the person at an address.
func (s *Service) Held(ctx context.Context, scope account.Scope, address string) (Held, error) {
	h := Held{Address: address, Lists: []string{}, Topics: []Topic{}, Consents: []Consent{}, Forms: []Form{}, Suppressions: []Suppression{}, Messages: []Message{}}
	known, err := s.Contacts.HeldOf(ctx, scope, address)
	if err != nil {
		return h, err
	}
	if c := known.Contact; c != nil {
		h.Contact = &Contact{c.Name, string(c.Kind), c.Company, c.Language, c.TimeZone, c.Attributes, c.CreatedAt, c.UpdatedAt}
	}
	for _, l := range known.Lists {
		h.Lists = append(h.Lists, l.Name)
	}
	for _, c := range known.Choices {
		h.Topics = append(h.Topics, Topic{known.Topics[c.TopicID], c.Choice, c.At})
	}
	for _, c := range known.Consents {
		h.Consents = append(h.Consents, Consent{string(c.Kind), string(c.Source), c.Wording, c.Subject, c.Proof, c.IP, c.At})
	}
	for _, f := range known.Signups {
		h.Forms = append(h.Forms, Form{f.Name, f.Wording, f.IP, f.AskedAt, f.ConfirmedAt})
	}
	for _, x := range known.Suppressions {
		h.Suppressions = append(h.Suppressions, Suppression{string(x.Stream), x.Reason, x.CreatedAt})
	}
	mail, err := s.Messages.List(ctx, scope, message.Filter{Person: address, Limit: mostMessages + 1})
	if err != nil {
		return h, err
	}
	if h.More = len(mail) > mostMessages; h.More {
		mail = mail[:mostMessages]
	}
	for _, m := range mail {
		h.Messages = append(h.Messages, Message{string(m.Stream), m.Subject, string(m.State), m.Reason, m.CreatedAt})
	}
	return h, nil
}
