package newsletter

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
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

const mostReason = 300

func checkReason(reason string) (string, error) {
	reason = strings.Join(strings.Fields(reason), " ")
	switch {
	case reason == "":
		return "", fault.Field("reason", "Say in a few words why. It stands in the audit log.")
	case len(reason) > mostReason:
		return "", fault.Field("reason", "At most 300 characters, please.")
	}
	return reason, nil
}

// Remove forgets a subscriber with all evidence. That they left, if they did, stays with
// the suppressions: who was removed is not written to again until they ask anew.
func (s *Service) Remove(ctx context.Context, staffID, subscriberID id.ID, reason string) error {
	reason, err := checkReason(reason)
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
	reason, err := checkReason(reason)
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
	out := csv.NewWriter(w)
	if err := out.Write([]string{"address", "state", "language", "confirmed_at", "left_at", "wording", "proof"}); err != nil {
		return fmt.Errorf("newsletter: export: %w", err)
	}
	for after := id.ID(""); ; {
		rows, err := s.exported(ctx, after)
		if err != nil || len(rows) == 0 {
			out.Flush()
			return translate("export", "", joinFlush(err, out))
		}
		for _, r := range rows {
			left := ""
			if r.LeftAt != nil {
				left = r.LeftAt.UTC().Format(time.RFC3339)
			}
			if err := out.Write([]string{plainCell(r.Given), string(r.State), r.Language, r.ConfirmedAt.UTC().Format(time.RFC3339), left, plainCell(r.Wording), plainCell(r.Proof)}); err != nil {
				return fmt.Errorf("newsletter: export: %w", err)
			}
		}
		after = rows[len(rows)-1].ID
	}
}

func joinFlush(err error, out *csv.Writer) error {
	if err != nil {
		return err
	}
	return out.Error()
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

// plainCell keeps a spreadsheet from taking a cell for a formula (I-06).
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
