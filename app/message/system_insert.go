package message

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// New is everything that one acceptance stores.
type New struct {
	Message    Message
	Body       Body
	Deliveries []Delivery
	Key        *Key // nil: stored however often it comes
	Repeats    *Key // set by Insert: what an earlier message with the key left; this one was not stored
}

// batchRows bounds the parameters of one INSERT by GORM.
const batchRows = 500

// Insert stores accepted messages of any accounts, with their deliveries, events
// and counters, in one transaction (the one in ctx, if any). Recipients that are
// suppressed by then are stored as such and never tried. It is a system function
// because one commit serves several accounts; every row carries the account of
// the scope that authenticated it.
func Insert(ctx context.Context, s *store.Store, accepted []*New) error {
	return s.SystemWrite(ctx, "store accepted messages of several accounts in one commit", func(_ context.Context, tx *gorm.DB) error {
		accepted, err := claimKeys(tx, s.Now(), accepted)
		if err != nil || len(accepted) == 0 {
			return err
		}
		if err := suppress(tx, s.Now(), accepted); err != nil {
			return err
		}
		var (
			messages   []*Message
			bodies     []Body
			deliveries []Delivery
			events     []Event
			duties     []Notification
			tally      = Tally{}
		)
		for _, n := range accepted {
			messages = append(messages, &n.Message)
			bodies = append(bodies, n.Body)
			if n.Message.CredentialID != nil {
				for i := range n.Deliveries {
					n.Deliveries[i].CredentialID = *n.Message.CredentialID
				}
			}
			deliveries = append(deliveries, n.Deliveries...)
			events = append(events, acceptanceEvents(n)...)
			duties = append(duties, acceptanceDuties(n)...)
			countAcceptance(tally, n)
		}
		for _, insert := range []func() error{
			func() error { return insertMessages(tx, messages) },
			func() error { return bodyRows.Insert(tx, bodies) },
			func() error { return deliveryRows.Insert(tx, deliveries) },
			func() error { return InsertEvents(tx, events) },
		} {
			if err := insert(); err != nil {
				return fmt.Errorf("message: insert: %w", err)
			}
		}
		if err := Notify(tx, duties); err != nil {
			return err
		}
		if err := countDomains(tx, accepted); err != nil {
			return err
		}
		return AddToDays(tx, tally)
	})
}

// AddToDays adds a tally to the stored counters of days and campaigns. Call it last in a transaction:
// the rows are hot, and their locks are held until the commit.
func AddToDays(tx *gorm.DB, t Tally) error {
	if len(t) == 0 {
		return nil
	}
	days := t.Days()
	if err := tx.Clauses(addToDays).Create(&days).Error; err != nil {
		return fmt.Errorf("message: count: %w", err)
	}
	totals := t.Totals()
	if len(totals) == 0 {
		return nil
	}
	if err := tx.Clauses(addToTotals).Create(&totals).Error; err != nil {
		return fmt.Errorf("message: count for campaigns: %w", err)
	}
	return nil
}

// AddToHours adds what became known to the stored counters of hours. Call it right before
// AddToDays, for the same reason.
func AddToHours(tx *gorm.DB, h Hours) error {
	rows := h.rows()
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Clauses(addToHours).Create(&rows).Error; err != nil {
		return fmt.Errorf("message: count by hour: %w", err)
	}
	return nil
}

func acceptanceEvents(n *New) []Event {
	m := n.Message
	events := []Event{{AccountID: m.AccountID, MessageID: m.ID, ID: id.New(), Kind: EventAccepted, At: m.CreatedAt}}
	for _, d := range n.Deliveries {
		if d.State == Held {
			events = append(events, Event{AccountID: m.AccountID, MessageID: m.ID, ID: id.New(), DeliveryID: &d.ID, Kind: EventHeld, Reason: d.Reason, At: m.CreatedAt})
		}
		if d.State == Suppressed {
			events = append(events, Event{
				AccountID: m.AccountID, MessageID: m.ID, ID: id.New(), DeliveryID: &d.ID,
				Kind: EventSuppressed, Reason: d.Reason, Class: d.Class, Verdict: OnSuppressionList, NextStep: NextForSuppressed, At: m.CreatedAt,
			})
		}
	}
	return events
}

// acceptanceDuties are what the sender is to be told at once, of those suppressed.
func acceptanceDuties(n *New) (duties []Notification) {
	for i := range n.Deliveries {
		if d := &n.Deliveries[i]; d.State == Suppressed {
			duties = append(duties, d.Notifications(d.State, false, n.Message.CreatedAt)...)
		}
	}
	return duties
}

func countAcceptance(t Tally, n *New) {
	m := &n.Message
	day := t.on(m.AccountID, m.CreatedAt, m.Stream, m.CampaignID)
	day.Messages++
	for _, d := range n.Deliveries {
		day.Accepted++
		day.Count(d.State)
	}
}

// suppress marks recipients that their account must not mail.
func suppress(tx *gorm.DB, now time.Time, accepted []*New) error {
	var all []*Delivery
	for _, n := range accepted {
		for i := range n.Deliveries {
			n.Deliveries[i].CampaignID = n.Message.CampaignID
			all = append(all, &n.Deliveries[i])
		}
	}
	unwanted, err := Unwanted(tx, all)
	if err != nil {
		return err
	}
	for _, d := range all {
		if reason, ok := unwanted[d.ID]; ok {
			d.State, d.Class, d.FinalAt, d.Reason = Suppressed, ClassRecipient, &now, reason
		}
	}
	return nil
}

func keys[K comparable](m map[K]bool) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// addToDays, addToTotals and addToHours are the upserts that add counters to the stored ones.
var (
	addToDays = addTo("account_days", []string{"account_id", "day", "stream"},
		"messages", "accepted", "delivered", "bounced", "suppressed", "expired", "cancelled", "ambiguous", "complained")
	addToTotals = addTo("campaign_totals", []string{"account_id", "campaign_id"},
		"accepted", "delivered", "bounced", "refused", "expired", "cancelled", "ambiguous", "complained", "hard", "rejected")
	addToHours = addTo("outcome_hours", []string{"account_id", "hour", "stream", "provider"}, "ended", "hard", "refused", "complained")
)

func addTo(table string, keys []string, counters ...string) clause.OnConflict {
	var upsert clause.OnConflict
	for _, key := range keys {
		upsert.Columns = append(upsert.Columns, clause.Column{Name: key})
	}
	for _, counter := range counters {
		upsert.DoUpdates = append(upsert.DoUpdates, clause.Assignment{
			Column: clause.Column{Name: counter},
			Value:  clause.Expr{SQL: table + "." + counter + " + excluded." + counter},
		})
	}
	return upsert
}
