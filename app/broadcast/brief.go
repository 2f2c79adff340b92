package broadcast

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
)

// Brief is what a person decides about a campaign.
type Brief struct {
	Kind        Kind // when it is created; later it stays
	Name        string
	Audience    json.RawMessage
	DomainID    id.ID
	FromName    string
	FromLocal   string
	ReplyTo     string
	TopicID     id.ID
	Content     []Variant
	TrackOpens  bool
	TrackClicks bool
	Plan        Plan
	Test        Test
}

// Bounds of a brief.
const (
	longestName  = 200
	mostVariants = 5
)

// check says what cannot even be kept in a draft. Whether it can be sent, Start says.
func (b *Brief) check() error {
	b.Name, b.FromName, b.ReplyTo, b.FromLocal = strings.TrimSpace(b.Name), strings.TrimSpace(b.FromName), strings.TrimSpace(b.ReplyTo), strings.TrimSpace(b.FromLocal)
	if len(b.Audience) == 0 {
		b.Audience = json.RawMessage("{}")
	}
	switch {
	case b.Name == "":
		return fault.Field("name", "Give the campaign a name. Only you see it.")
	case len(b.Name) > longestName:
		return fault.Field("name", "The name is longer than 200 characters.")
	case len(b.FromName) > longestName || strings.ContainsAny(b.FromName, "\r\n\x00"):
		return fault.Field("from_name", "The sender's name is longer than 200 characters, or has a line break.")
	case !json.Valid(b.Audience):
		return fault.Field("audience", "Choose whom it goes to.")
	case len(b.Content) > mostVariants:
		return fault.Field("content", "A test has up to five variants.")
	case b.Test.Share < 0 || b.Test.Share > 100 || b.Test.After < 0 || b.Test.After > 30*24*time.Hour:
		return fault.Field("share", "Give a share from 1 to 100 percent, and a time of up to 30 days.")
	case !slices.Contains([]Measure{"", ByOpens, ByClicks, ByLeaving}, b.Test.By):
		return fault.Field("by", "Choose what decides the test.")
	}
	if b.ReplyTo != "" {
		if _, err := address.Parse(b.ReplyTo); err != nil {
			return fault.Field("reply_to", "This is no address that can be written to.")
		}
	}
	for _, v := range b.Content {
		if len(v.Source.Subject) > content.MaxSubject || len(v.Source.Body) > content.MaxBody || len(v.Source.Text) > content.MaxText || len(v.Name) > longestName {
			return fault.Field("body", "The content is too long.")
		}
	}
	return nil
}

// apply makes a campaign what the brief says.
func (c *Campaign) apply(b Brief) {
	c.Name, c.Audience, c.DomainID, c.FromName, c.FromLocal, c.ReplyTo, c.TopicID = b.Name, b.Audience, b.DomainID, b.FromName, b.FromLocal, b.ReplyTo, b.TopicID
	c.Content, c.TrackOpens, c.TrackClicks, c.Plan, c.Test = b.Content, b.TrackOpens, b.TrackClicks, b.Plan, b.Test
	c.Plan.When = cmp.Or(c.Plan.When, Now)
}

// Brief returns what a person decided, to change it.
func (c Campaign) Brief() Brief {
	return Brief{
		Kind: c.Kind, Name: c.Name, Audience: c.Audience, DomainID: c.DomainID, FromName: c.FromName, FromLocal: c.FromLocal, ReplyTo: c.ReplyTo, TopicID: c.TopicID,
		Content: slices.Clone(c.Content), TrackOpens: c.TrackOpens, TrackClicks: c.TrackClicks, Plan: c.Plan, Test: c.Test,
	}
}
