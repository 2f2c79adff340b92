package newsletter

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/sheet"
)

// Filter narrows a list of subscribers. Zero fields do not.
type Filter struct {
	Text  string // part of an address
	State State
	After id.ID // the last one of the page before
	Limit int
}

// Subscribers returns a page of subscribers, the newest first.
func (s *Service) Subscribers(ctx context.Context, f Filter) (rows []Subscriber, err error) {
	err = s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		q := tx.Order("subscriber_id DESC").Limit(f.Limit)
		if text := strings.ToLower(strings.TrimSpace(f.Text)); text != "" {
			q = q.Where(`address LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)+"%")
		}
		if f.State != "" {
			q = q.Where("state = ?", f.State)
		}
		if !f.After.IsZero() {
			q = q.Where("subscriber_id < ?", f.After)
		}
		return q.Find(&rows).Error
	})
	return rows, translate("subscribers", "", err)
}

// Figures are how many subscribers there are, and forms that wait for their confirmation.
type Figures struct{ Subscribed, Gone, Waiting int64 }

// Figures counts them.
func (s *Service) Figures(ctx context.Context) (f Figures, err error) {
	err = s.Store.SystemRead(ctx, "count the operator's subscribers", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT (SELECT count(*) FROM subscribers WHERE state = 'confirmed') AS subscribed, (SELECT count(*) FROM subscribers WHERE state = 'left') AS gone,
			(SELECT count(DISTINCT a.address) FROM subscriber_evidence a WHERE a.kind = 'asked' AND a.at > ? AND NOT EXISTS (SELECT 1 FROM subscriber_evidence c WHERE c.asked_id = a.evidence_id)) AS waiting`,
			s.Store.Now().Add(-AskLife)).Scan(&f).Error
	})
	return f, translate("figures", "", err)
}

const mostEvidence = 200

// Subscriber returns one with the evidence of their consent, the newest first.
func (s *Service) Subscriber(ctx context.Context, subscriberID id.ID) (row Subscriber, evidence []Evidence, err error) {
	err = s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Take(&row, "subscriber_id = ?", subscriberID).Error; err != nil {
			return err
		}
		return tx.Where("address = ?", row.Address).Order("evidence_id DESC").Limit(mostEvidence).Find(&evidence).Error
	})
	return row, evidence, translate("subscriber", noSubscriber, err)
}

const askReason = "Say in a few words why. It stands in the audit log."

// Remove forgets a subscriber with all evidence. That they left, if they did, stays with
// the suppressions: who was removed is not written to again until they ask anew.
func (s *Service) Remove(ctx context.Context, staffID, subscriberID id.ID, reason string) error {
	reason, err := audit.CheckReason(reason, askReason)
	if err != nil {
		return err
	}
	err = s.Store.SystemWrite(ctx, "staff remove a subscriber of the newsletter", func(ctx context.Context, tx *gorm.DB) error {
		var row Subscriber
		if err := tx.Take(&row, "subscriber_id = ?", subscriberID).Error; err != nil {
			return err
		}
		if err := tx.Where("address = ?", row.Address).Delete(&Evidence{}).Error; err != nil {
			return err
		}
		if err := tx.Where("subscriber_id = ?", subscriberID).Delete(&Subscriber{}).Error; err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: staffID, Action: "subscriber.removed", Object: audit.Object{ID: subscriberID}, Reason: reason})
	})
	return translate("remove", noSubscriber, err)
}

const exportedAtOnce = 1000

// Export writes all subscribers as CSV, each with the consent that counts now, and records
// who took the file and why before the first line.
func (s *Service) Export(ctx context.Context, staffID id.ID, reason string, w io.Writer) error {
	reason, err := audit.CheckReason(reason, askReason)
	if err != nil {
		return err
	}
	figures, err := s.Figures(ctx)
	if err != nil {
		return err
	}
	entry := audit.StaffEntry{StaffID: staffID, Action: "subscriber.exported", Reason: reason, After: audit.Values{"subscribers": strconv.FormatInt(figures.Subscribed+figures.Gone, 10)}}
	if err := s.audit.Staff(ctx, entry); err != nil {
		return fmt.Errorf("newsletter: export: %w", err)
	}
	out := sheet.New(w, "address", "state", "language", "confirmed_at", "left_at", "wording", "proof")
	for after := id.ID(""); ; {
		rows, err := s.exported(ctx, after)
		if err != nil || len(rows) == 0 {
			return translate("export", "", cmp.Or(err, out.Close()))
		}
		for _, r := range rows {
			out.Row(r.Given, string(r.State), r.Language, sheet.Time(r.ConfirmedAt), sheet.TimeOrNone(r.LeftAt), r.Wording, r.Proof)
		}
		after = rows[len(rows)-1].ID
	}
}

type exportedRow struct {
	Subscriber
	Wording, Proof string
}

func (s *Service) exported(ctx context.Context, after id.ID) (rows []exportedRow, err error) {
	err = s.Store.SystemRead(ctx, "export the operator's subscribers", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT b.*, e.wording, e.proof FROM subscribers b JOIN subscriber_evidence e ON e.evidence_id =
			(SELECT max(x.evidence_id) FROM subscriber_evidence x WHERE x.address = b.address AND x.kind = 'confirmed')
			WHERE b.subscriber_id > ? ORDER BY b.subscriber_id LIMIT ?`, after, exportedAtOnce).Scan(&rows).Error
	})
	return rows, err
}
