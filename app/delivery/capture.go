package delivery

import (
	"context"
	"time"

	"gorm.io/gorm"

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

// Connections implements Transport.
func (*Capture) Connections() int { return 1 }

// Courier implements Transport.
func (c *Capture) Courier(string) Courier { return captureCourier{c} }

type captureCourier struct{ *Capture }

// Close implements Courier.
func (captureCourier) Close() {}

// Deliver implements Courier.
func (c captureCourier) Deliver(ctx context.Context, p *Parcel) Report {
	began := time.Now().UTC().Truncate(time.Microsecond)
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
	err := c.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error { return tx.Create(&row).Error })
	if err != nil {
		o = Outcome{State: message.Deferred, Class: message.ClassOurs, Reason: "The capture box could not be written.", Reply: "451 4.3.0 not captured"}
	}
	r := Report{Attempt: message.Attempt{Host: "capture", TLS: "none", StartedAt: began, DurationUS: time.Since(began).Microseconds()}}
	r.Attempt.Transcript = []message.Line{{Side: "-", Text: "DELIVERY=capture: kept in /dev/inbox"}}
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}

// Captures lists the newest mails of the box, without content.
func (c *Capture) Captures(ctx context.Context, limit int) (rows []Captured, err error) {
	err = c.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Omit("content").Order("capture_id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// Find returns one mail of the box.
func (c *Capture) Find(ctx context.Context, captureID id.ID) (row Captured, err error) {
	err = c.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&row, "capture_id = ?", captureID).Error
	})
	return row, err
}

// Trim forgets all but the newest mails.
func (c *Capture) Trim(ctx context.Context) error {
	return c.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		var oldest []id.ID
		err := tx.Model(&Captured{}).Order("capture_id DESC").Offset(keptCaptures).Limit(1).Pluck("capture_id", &oldest).Error
		if err != nil || len(oldest) == 0 {
			return err
		}
		return tx.Where("capture_id <= ?", oldest[0]).Delete(&Captured{}).Error
	})
}
