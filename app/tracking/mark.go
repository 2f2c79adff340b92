package tracking

import (
	"net/url"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// Mark says how a mail is marked.
type Mark struct {
	AccountID, MessageID id.ID
	Host                 string // tracking host of the domain; "": ours
	Opens, Clicks        bool
	Keep                 []string // links that are left as they are, beside our own unsubscribe links
}

// Tracker marks mails. Safe for concurrent use.
type Tracker struct {
	tokens  *tokens
	public  *url.URL
	refused func(address string) bool
}

// Refuse names what is never led to: such a link stays as it was written, without our name.
// Call it before the first mail.
func (t *Tracker) Refuse(refused func(address string) bool) { t.refused = refused }

// New returns a Tracker whose links begin with the public URL, or with a tracking host in
// the place of its host.
func New(box *secret.Box, public *url.URL) (*Tracker, error) {
	tokens, err := newTokens(box)
	if err != nil {
		return nil, err
	}
	return &Tracker{tokens: tokens, public: public}, nil
}
