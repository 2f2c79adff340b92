package broadcast

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Page is a part of one list of recipients.
type Page struct {
	Recipients []Outcome
	Next       string // cursor of the next page; "": this was the last
}

// source is what a list is read from: rows that were never handed over, and deliveries.
type source struct {
	excluded Reason // of rows
	rows     bool
	states   []message.State // of deliveries
}

var sources = map[Listed]source{
	ListSent:       {states: []message.State{message.Delivered}},
	ListFailed:     {states: []message.State{message.Bounced, message.Expired}},
	ListWaiting:    {rows: true, states: []message.State{message.Held, message.Deferred, message.Queued}},
	ListSuppressed: {rows: true, excluded: Suppressed, states: []message.State{message.Suppressed}},
	ListOptedOut:   {rows: true, excluded: OptedOut},
	ListInvalid:    {rows: true, excluded: Invalid},
	ListDuplicate:  {rows: true, excluded: Duplicate},
	ListSkipped:    {rows: true, excluded: Skipped, states: []message.State{message.Cancelled}},
}

// position is where a page begins: in the rows, behind one of them, or in the deliveries
// of one of the states, behind one of them.
type position struct {
	state  int // -1: in the rows
	number int64
	zone   string
	behind id.ID
}

func behindRow(r Recipient) string {
	return position{state: -1, number: r.Number, zone: r.Zone}.String()
}

func (p position) String() string {
	if p.state < 0 {
		return "r" + strconv.FormatInt(p.number, 10) + "." + p.zone
	}
	return "d" + strconv.Itoa(p.state) + "." + string(p.behind)
}

func parsePosition(cursor string, states int) (p position, err error) {
	malformed := fault.New(fault.NotFound, "There is no such page.")
	switch {
	case cursor == "":
		return position{state: -1}, nil
	case cursor[0] == 'r':
		number, zone, ok := strings.Cut(cursor[1:], ".")
		p.state, p.zone = -1, zone
		if p.number, err = strconv.ParseInt(number, 10, 64); err != nil || !ok || p.number < 0 {
			return p, malformed
		}
		return p, nil
	}
	state, behind, ok := strings.Cut(strings.TrimPrefix(cursor, "d"), ".")
	if p.state, err = strconv.Atoi(state); err != nil || !ok || p.state < 0 || p.state >= states {
		return p, malformed
	}
	if behind != "" {
		if p.behind, err = id.Parse(behind); err != nil {
			return p, malformed
		}
	}
	return p, nil
}

// Recipients returns a page of the list behind one number of the sums, all of them
// together or one after the other: first who was never handed over, by number, then by
// delivery.
func (s *Service) Recipients(ctx context.Context, scope account.Scope, campaignID id.ID, l Listed, cursor string, limit int) (Page, error) {
	if _, err := s.Get(ctx, scope, campaignID); err != nil {
		return Page{}, err
	}
	from, known := sources[l]
	if !known && l != ListAll {
		return Page{}, fault.New(fault.NotFound, "There is no such list.")
	}
	p, err := parsePosition(cursor, len(from.states))
	if err != nil {
		return Page{}, err
	}
	page := Page{}
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) (err error) {
		if l == ListAll {
			page, err = everyRow(tx, campaignID, p, limit)
			return err
		}
		page, err = from.page(tx, campaignID, p, limit)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("broadcast: recipients: %w", err)
	}
	return page, nil
}

// page reads on from a position until the page is full or the list is at its end.
func (from source) page(tx *gorm.DB, campaignID id.ID, p position, limit int) (page Page, err error) {
	if p.state < 0 {
		if from.rows {
			rows, err := from.rowsBehind(tx, campaignID, p, limit)
			if err != nil {
				return page, err
			}
			for _, r := range rows {
				page.Recipients = append(page.Recipients, Outcome{Recipient: r, Reason: r.Why})
			}
			if len(rows) == limit {
				page.Next = behindRow(rows[limit-1])
				return page, nil
			}
		}
		p = position{}
	}
	for ; p.state < len(from.states); p = (position{state: p.state + 1}) {
		room := limit - len(page.Recipients)
		if room == 0 {
			page.Next = p.String()
			return page, nil
		}
		found, err := deliveriesBehind(tx, campaignID, from.states[p.state], p.behind, room)
		if err != nil {
			return page, err
		}
		page.Recipients = append(page.Recipients, found...)
		if len(found) == room {
			last := found[room-1]
			page.Next = position{state: p.state, behind: last.deliveryID}.String()
			return page, nil
		}
	}
	return page, nil
}

// rowsBehind reads rows in the words and the order of the index that serves them.
func (from source) rowsBehind(tx *gorm.DB, campaignID id.ID, p position, limit int) (rows []Recipient, err error) {
	q := tx.Where("campaign_id = ?", campaignID).Limit(limit)
	if from.excluded == Included {
		q = q.Where(isWaiting).Where("(zone, number) > (?, ?)", p.zone, p.number).Order("zone, number")
	} else {
		q = q.Where("excluded <> ''").Where("excluded = ? AND number > ?", from.excluded, p.number).Order("number")
	}
	return rows, q.Find(&rows).Error
}

func deliveriesBehind(tx *gorm.DB, campaignID id.ID, state message.State, behind id.ID, limit int) ([]Outcome, error) {
	var found []message.Delivery
	err := tx.Where("campaign_id = ? AND campaign_id <> '' AND state = ? AND delivery_id > ?", campaignID, state, behind).Order("delivery_id").Limit(limit).Find(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	messages := make([]id.ID, len(found))
	for i, d := range found {
		messages[i] = d.MessageID
	}
	var rows []Recipient
	if err := tx.Session(&gorm.Session{NewDB: true}).Where("message_id IN ? AND message_id <> ''", messages).Find(&rows).Error; err != nil {
		return nil, err
	}
	byMessage := make(map[id.ID]Recipient, len(rows))
	for _, r := range rows {
		byMessage[r.MessageID] = r
	}
	all := make([]Outcome, len(found))
	for i := range found {
		all[i] = outcome(byMessage[found[i].MessageID], &found[i])
	}
	return all, nil
}

func outcome(r Recipient, d *message.Delivery) Outcome {
	o := Outcome{Recipient: r, Delivery: d.State, Reason: d.Reason, Reply: d.LastReply, At: d.CreatedAt, deliveryID: d.ID}
	if d.FinalAt != nil {
		o.At = *d.FinalAt
	}
	return o
}

// everyRow reads the whole audience in the order of its numbers.
func everyRow(tx *gorm.DB, campaignID id.ID, p position, limit int) (page Page, err error) {
	var rows []Recipient
	err = tx.Where("campaign_id = ? AND number > ?", campaignID, p.number).Order("number").Limit(limit).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return page, err
	}
	var messages []id.ID
	for _, r := range rows {
		if !r.MessageID.IsZero() {
			messages = append(messages, r.MessageID)
		}
	}
	var found []message.Delivery
	if len(messages) > 0 {
		if err := tx.Session(&gorm.Session{NewDB: true}).Where("message_id IN ?", messages).Find(&found).Error; err != nil {
			return page, err
		}
	}
	byMessage := make(map[id.ID]*message.Delivery, len(found))
	for i := range found {
		byMessage[found[i].MessageID] = &found[i]
	}
	for _, r := range rows {
		if d := byMessage[r.MessageID]; d != nil {
			page.Recipients = append(page.Recipients, outcome(r, d))
			continue
		}
		page.Recipients = append(page.Recipients, Outcome{Recipient: r, Reason: r.Why})
	}
	if len(rows) == limit {
		page.Next = behindRow(rows[limit-1])
	}
	return page, nil
}
