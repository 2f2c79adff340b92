package bounce

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/feedback"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
)

// bounced ends deliveries that a server took and could not bring to their mailbox.
func (r *Receiver) bounced(ctx context.Context, origin origin, report *feedback.Report) (o outcome, err error) {
	err = r.store.SystemWrite(ctx, "settle a bounce for the account of its message", func(_ context.Context, tx *gorm.DB) error {
		o = nothing
		deliveries, err := deliveriesOf(tx, origin)
		if err != nil {
			return err
		}
		if len(deliveries) == 0 {
			o = kept
			return nil
		}
		for _, about := range report.Recipients {
			if about.Action == feedback.Delayed {
				continue
			}
			d := pick(deliveries, about.Address(), about.Final)
			if d == nil {
				o = kept
				continue
			}
			if about.Action != feedback.Failed {
				if err := r.passOn(tx, d, about.Action); err != nil {
					return err
				}
				continue
			}
			did, err := bounce(tx, r.store.Now(), d, verdict.OfStatus(about.Status, about.Diagnostic, about.RemoteMTA), about.Diagnostic)
			if err != nil {
				return err
			}
			if did && o == nothing {
				o = changed
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("bounce: %w", err)
	}
	return o, nil
}

func deliveriesOf(tx *gorm.DB, o origin) (rows []message.Delivery, err error) {
	if o.id == "" {
		return nil, nil
	}
	err = tx.Where("account_id IN (?)", tx.Session(&gorm.Session{NewDB: true}).Table("domains").Select("account_id").Where("return_path = ?", o.host)).
		Where("message_id = ?", o.id).Find(&rows).Error
	return rows, err
}

// pick finds the delivery that a report names. A message to one recipient needs no
// name: the mailbox may have been forwarded, and the report names where to.
func pick(deliveries []message.Delivery, addresses ...string) *message.Delivery {
	for i := range deliveries {
		for _, a := range addresses {
			if a != "" && strings.EqualFold(deliveries[i].RecipientKey, a) {
				return &deliveries[i]
			}
		}
	}
	if len(deliveries) == 1 {
		return &deliveries[0]
	}
	return nil
}

// bounce turns a delivered delivery into a bounced one; did is false when it is no
// longer delivered, as when the report comes twice.
func bounce(tx *gorm.DB, now time.Time, d *message.Delivery, v verdict.Verdict, said string) (did bool, err error) {
	reason := v.Reason + " (reported after its server had taken it)"
	res := tx.Model(&message.Delivery{}).
		Where("account_id = ? AND delivery_id = ? AND state = ?", d.AccountID, d.ID, message.Delivered).
		Updates(map[string]any{"state": message.Bounced, "class": string(v.Class), "reason": reason, "last_reply": clean(said), "final_at": now})
	if res.Error != nil || res.RowsAffected == 0 {
		return false, res.Error
	}
	event := message.Event{
		AccountID: d.AccountID, MessageID: d.MessageID, ID: id.New(), DeliveryID: &d.ID, Kind: message.EventBounced,
		Reason: reason, Class: message.Class(v.Class), Verdict: string(v.Key), NextStep: v.Next, Reply: clean(said), At: now,
	}
	if err := tx.Create(&event).Error; err != nil {
		return false, err
	}
	if v.Suppress {
		if err := suppress(tx, now, d, v.Reason, d.Stream); err != nil {
			return false, err
		}
	}
	if err := message.Notify(tx, d.Notifications(message.Bounced, false, now)); err != nil {
		return false, err
	}
	judged := message.Judged{State: message.Bounced, Class: message.Class(v.Class), Verdict: string(v.Key), Provider: v.Provider}
	hours, tally := message.Hours{}, message.Tally{}
	hours.End(d, judged, true, now)
	if err := message.AddToHours(tx, hours); err != nil {
		return false, err
	}
	day := tally.Of(d)
	day.Delivered, day.Bounced = -1, 1
	day.Blame(judged)
	return true, message.AddToDays(tx, tally)
}

// passOn tells a sender who asked for it what the server of the recipient reports of a
// success: it reports to our return path, not to the sender.
func (r *Receiver) passOn(tx *gorm.DB, d *message.Delivery, reported feedback.Action) error {
	action := message.ActionRelayed
	if reported == feedback.Delivered {
		action = message.ActionDelivered
	}
	if !d.Wants(action) || !action.Tells(d) {
		return nil
	}
	return message.Notify(tx, []message.Notification{{AccountID: d.AccountID, DeliveryID: d.ID, Action: action, MessageID: d.MessageID, DueAt: r.store.Now()}})
}

// complained suppresses whoever does not want this account's mail, in every stream.
func (r *Receiver) complained(ctx context.Context, origin origin, report *feedback.Report) (o outcome, err error) {
	err = r.store.SystemWrite(ctx, "settle a complaint for the account of its message", func(_ context.Context, tx *gorm.DB) error {
		o = kept
		deliveries, err := deliveriesOf(tx, origin)
		if err != nil || len(deliveries) == 0 {
			return err
		}
		d := pick(deliveries, report.Feedback.Recipients...)
		if d == nil {
			return nil // several recipients, and the report hides which
		}
		o = nothing
		now := r.store.Now()
		known, err := alreadyComplained(tx, d)
		if err != nil || known {
			return err
		}
		event := message.Event{
			AccountID: d.AccountID, MessageID: d.MessageID, ID: id.New(), DeliveryID: &d.ID, Kind: message.EventComplained,
			Reason: "The recipient reported this message as unwanted. We do not mail this address for you any more.", At: now,
		}
		if err := tx.Create(&event).Error; err != nil {
			return err
		}
		if err := suppress(tx, now, d, "They reported a message as unwanted.", message.Transactional, message.Broadcast); err != nil {
			return err
		}
		o = changed
		hours, tally := message.Hours{}, message.Tally{}
		hours.Complain(d, now)
		if err := message.AddToHours(tx, hours); err != nil {
			return err
		}
		tally.Of(d).Complained = 1
		return message.AddToDays(tx, tally)
	})
	if err != nil {
		return "", fmt.Errorf("bounce: complaint: %w", err)
	}
	return o, nil
}

func alreadyComplained(tx *gorm.DB, d *message.Delivery) (bool, error) {
	var n int64
	err := tx.Model(&message.Event{}).Where("account_id = ? AND message_id = ? AND delivery_id = ? AND kind = ?", d.AccountID, d.MessageID, d.ID, message.EventComplained).Count(&n).Error
	return n > 0, err
}

func suppress(tx *gorm.DB, now time.Time, d *message.Delivery, reason string, streams ...message.Stream) error {
	var rows []message.Suppression
	for _, stream := range streams {
		rows = append(rows, message.Suppression{AccountID: d.AccountID, Stream: stream, Address: d.RecipientKey, Reason: reason, MessageID: &d.MessageID, CreatedAt: now})
	}
	return tx.Clauses(message.Lasting()).Create(&rows).Error
}

// Kept is a report that names no delivery of ours.
type Kept struct {
	ID         id.ID     `gorm:"column:report_id;primaryKey" json:"id"`
	Recipient  string    `json:"recipient"`
	MailFrom   string    `json:"mail_from"`
	Kind       string    `json:"kind"`
	Form       string    `json:"form"`
	Subject    string    `json:"subject"`
	Why        string    `json:"why"`
	Content    []byte    `json:"-"` // its beginning
	ReceivedAt time.Time `json:"received_at"`
}

// TableName implements gorm's naming.
func (Kept) TableName() string { return "reports" }

// Bounds of what is kept for staff.
const (
	keptOctets  = 64 << 10
	keptReports = 1000
)

func (r *Receiver) keep(ctx context.Context, from, to address.Mailbox, report *feedback.Report, content []byte) error {
	row := Kept{
		ID: id.New(), Recipient: to.String(), MailFrom: from.String(), Kind: string(report.Kind), Form: report.Form, Subject: clean(report.Subject),
		Why: "It names no message of ours.", Content: content[:min(len(content), keptOctets)], ReceivedAt: r.store.Now(),
	}
	if report.Kind == feedback.Unknown {
		row.Why = "It is no report of a form that we know."
	}
	err := r.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error { return tx.Create(&row).Error })
	if err != nil {
		return fmt.Errorf("bounce: keep: %w", err)
	}
	return nil
}

// Trim forgets all but the newest reports that were kept.
func (r *Receiver) Trim(ctx context.Context) error {
	return r.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		var oldest []id.ID
		err := tx.Model(&Kept{}).Order("report_id DESC").Offset(keptReports).Limit(1).Pluck("report_id", &oldest).Error
		if err != nil || len(oldest) == 0 {
			return err
		}
		return tx.Where("report_id <= ?", oldest[0]).Delete(&Kept{}).Error
	})
}

// clean makes text from strangers fit for both databases, and short.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if r := []rune(s); len(r) > 1000 {
		s = string(r[:1000])
	}
	return s
}
