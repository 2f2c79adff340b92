package broadcast

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/domain"
	"smtpserver/app/id"
)

// Audience says who belongs to the campaigns of a kind.
type Audience interface {
	// Freeze writes the next rows of the campaign's audience into campaign_recipients,
	// within the transaction of ctx, which moves the position as well. It goes through the
	// audience in an order that does not change (by contact id, by address), beginning
	// behind s.After, and numbers rows from s.First on without gaps. People come once, with
	// the first reason that excludes them. Rows carry a zone only where c.Plan.Zoned(). A
	// campaign that Follows another one goes to the part of the audience that it names.
	// next is where the next slice goes on, "" when this was the last.
	Freeze(ctx context.Context, c Campaign, s Slice) (next string, err error)
	// People returns what is known of the recipients, in their order. Who is not to get it
	// any more (left the topic, paused, was removed) comes with a reason.
	People(ctx context.Context, c Campaign, of []Recipient) ([]Person, error)
}

// Slice is the part of an audience that one transaction freezes.
type Slice struct {
	After string // where the slice before ended; "" at the beginning
	First int64  // number of its first row
	Most  int    // rows, about
}

// Person is a recipient's data for the merge fields, or why there is none. The engine
// fills in the links.
type Person struct {
	content.Person
	Excluded Reason
	Why      string
}

// Content is a source that is ready to be rendered, by many at once.
type Content interface {
	Render(p content.Person) (content.Rendered, error)
	Fields() []string // merge fields that it names
}

// Mark says how the links of one message are marked.
type Mark struct {
	AccountID, MessageID id.ID
	Host                 string // of the sending domain's links; "": ours
	Opens, Clicks        bool
}

// Tracker rewrites the links of a message and adds what tells an opening.
type Tracker interface {
	Mark(html string, m Mark) (string, error)
}

// Leaving makes the links by which a recipient leaves.
type Leaving interface {
	URLs(accountID, messageID id.ID, host string) (unsubscribe, preferences string, err error)
}

// Results tells how the variants of a campaign did, by people: machines do not count.
type Results interface {
	// Variants returns one result per variant, in their order.
	Variants(ctx context.Context, c Campaign) ([]Result, error)
}

// Result is how one variant did.
type Result struct{ Delivered, Opens, Clicks, Left int64 }

// Domains knows the account's domains.
type Domains interface {
	Get(ctx context.Context, scope account.Scope, domainID id.ID) (domain.Domain, error)
}

// Doubts says why a frozen audience should be tried with a sample first; "" when not.
type Doubts interface {
	Doubt(ctx context.Context, c Campaign, audience int64) (why string, err error)
}

// Looker looks at what a campaign says before anybody gets it. A fault that a person can
// mend holds the campaign, submission.Later lets it wait.
type Looker interface {
	Look(ctx context.Context, c Campaign) error
}
