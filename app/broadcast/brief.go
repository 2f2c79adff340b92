package broadcast

import (
	"encoding/json"

	"smtpserver/app/id"
)

// Brief is what a person decides about a campaign.
type Brief struct {
	Kind        Kind // create only
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
