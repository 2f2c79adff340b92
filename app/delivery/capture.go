package delivery

import (
	"context"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Capture keeps what would have been sent, for /dev/inbox. Nothing leaves.
type Capture struct{ Store *store.Store }

// Captured is one mail in the capture box, exactly as it would have gone out.
type Captured struct {
	ID         id.ID `gorm:"column:capture_id;primaryKey"`
	MailFrom   string
	Recipients []string `gorm:"serializer:json"`
	Subject    string
	Content    []byte
	CapturedAt time.Time
}

// TableName implements gorm's naming.
func (Captured) TableName() string { return "captures" }

// keptCaptures is how many mails the box holds.
const keptCaptures = 500

// Destination implements Transport.
func (*Capture) Destination(context.Context, string) (string, error) { return CaptureBox, nil }

// Profile implements Transport.
func (*Capture) Profile(destination string) Profile { return profileOf(destination) }

// Courier implements Transport.
func (c *Capture) Courier(string, Profile, func() int) Courier { return captureCourier{c} }

// Narrow implements Transport.
func (*Capture) Narrow(string, int) int { return 0 }

type captureCourier struct{ *Capture }

// Close implements Transport and Courier: nothing is kept open.
func (*Capture) Close() {}

// Deliver implements Courier.
func (c captureCourier) Deliver(ctx context.Context, p *Parcel) Report {
	began := c.Store.Now()
	if err := p.BeforeDot(); err != nil {
		return Report{Untried: true}
	}
	row := Captured{
		ID: id.New(), MailFrom: p.ReturnPath, Subject: p.Message.Subject, CapturedAt: c.Store.Now(),
		Content: append(append([]byte(nil), p.Signature...), p.Content...),
	}
	for _, d := range p.Recipients {
		row.Recipients = append(row.Recipients, d.Recipient)
	}
	o := Outcome{State: message.Delivered, Reason: "Captured on this machine; nothing leaves it (DELIVERY=capture).", Reply: "250 2.0.0 captured"}
	if err := c.insert(ctx, &row); err != nil {
		o = ourFault("The capture box could not be written.")
		o.Reply = "451 4.3.0 not captured"
	}
	r := Report{Attempt: message.Attempt{Host: "capture", TLS: "none", StartedAt: began, DurationUS: c.Store.Now().Sub(began).Microseconds()}}
	r.Attempt.Transcript = []message.Line{{Side: "-", Text: "DELIVERY=capture: kept in /dev/inbox"}}
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}
