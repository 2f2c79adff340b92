package tracking

import (
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// unmask looks at all clicks on the mails that were clicked just now: what looked like a
// human may have been a program, as those show that came with it or after it. It moves such
// visits to the machines, in the rows and in the counters.
func unmask(tx *gorm.DB, rows []*row, known map[mail]facts, counts tally, now time.Time) (events []message.Event, err error) {
	clicks, err := loadClicks(tx, rows)
	if err != nil {
		return nil, err
	}
	var changes [][]any
	move := func(m mail, c clicked, n int64) {
		changes = append(changes, []any{n, n, n, string(m.account), string(m.message), c.link})
		counts.move(known[m], m, c, n)
	}
	for m, links := range clicks {
		found := masked(links[1:])
		if len(found) == 0 {
			continue
		}
		var moved int64
		var why string
		for _, c := range links[1:] {
			if reason := found[c.link]; reason != "" {
				move(m, c, c.human)
				moved, why = moved+c.human, reason
			}
		}
		move(m, links[0], moved)
		e := message.Event{AccountID: m.account, MessageID: m.message, ID: id.New(), Kind: message.EventClicked, Verdict: string(Machine), Reason: "What was clicked just before was a program's. " + why, At: now}
		if delivery := known[m].delivery; delivery != "" {
			e.DeliveryID = &delivery
		}
		events = append(events, e)
	}
	_, err = store.RunEach(tx, `UPDATE visits SET machine = machine + $1, human = human - $2, human_at = CASE WHEN human = $3 THEN NULL ELSE human_at END
		WHERE account_id = $4 AND message_id = $5 AND kind = 'click' AND link = $6`, changes)
	return events, err
}

// loadClicks reads, and on PostgreSQL locks, the clicks on the mails among the rows: first
// the mail as a whole, then its links.
func loadClicks(tx *gorm.DB, rows []*row) (map[mail][]clicked, error) {
	byAccount := map[id.ID][]id.ID{}
	for _, w := range rows {
		if w.kind == Click && w.link == 0 {
			byAccount[w.account] = append(byAccount[w.account], w.message)
		}
	}
	lock := ""
	if tx.Name() == string(store.Postgres) {
		lock = " FOR UPDATE"
	}
	found := map[mail][]clicked{}
	for account, ids := range byAccount {
		in, list := store.In(tx, ids)
		var all []struct {
			MessageID               id.ID
			Link                    int
			Target                  string
			Human, Machine, Unknown int64
			FirstAt, LastAt         time.Time
			HumanAt, HumanLast      *time.Time
		}
		err := tx.Raw(`SELECT message_id, link, target, human, machine, unknown, first_at, last_at, human_at, human_last FROM visits
			WHERE account_id = ? AND kind = 'click' AND message_id `+in+` ORDER BY message_id, link`+lock, account, list).Scan(&all).Error
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			c := clicked{link: x.Link, target: x.Target, human: x.Human, machine: x.Machine, unknown: x.Unknown, first: x.FirstAt, last: x.LastAt}
			if x.HumanAt != nil && x.HumanLast != nil {
				c.humanAt, c.humanLast = *x.HumanAt, *x.HumanLast
			}
			m := mail{account, x.MessageID}
			found[m] = append(found[m], c)
		}
	}
	return found, nil
}
