package audit

import (
	"context"
	"net/netip"
	"strings"
	"unicode"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Scope is what an event of an account needs to know: the account, and who acts.
// account.Scope implements it; the interface breaks the import cycle.
type Scope interface {
	store.Scope
	// Who returns the kind of the actor ("user", "staff", "credential", "system") and its id.
	Who() (kind string, actorID id.ID)
}

// Source is where an act comes from. The edge puts it into the context once.
type Source struct {
	Name      string // of the actor: an address, or a credential's name
	BehalfOf  string // whose pages staff sees
	GrantID   id.ID  // the support grant that allows it
	IP        netip.Addr
	UserAgent string
}

type sourceKey struct{}

// From returns a context whose events come from the source.
func From(ctx context.Context, s Source) context.Context {
	return context.WithValue(ctx, sourceKey{}, s)
}

func sourceOf(ctx context.Context) Source {
	s, _ := ctx.Value(sourceKey{}).(Source)
	return s
}

const maxUserAgent = 255

// agent is the user agent in a form that is fit for storing and showing.
func (s Source) agent() string {
	text := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s.UserAgent)
	return clip(text, maxUserAgent)
}

func (s Source) ip() string {
	if !s.IP.IsValid() {
		return ""
	}
	return s.IP.Unmap().WithZone("").String()
}

// Under returns a context whose events are also under the name of whose pages are
// seen, and the grant that allows it.
func Under(ctx context.Context, behalfOf string, grantID id.ID) context.Context {
	s := sourceOf(ctx)
	s.BehalfOf, s.GrantID = behalfOf, grantID
	return From(ctx, s)
}
