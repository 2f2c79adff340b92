package tracking

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// facts are what only the database knows of a mail.
type facts struct {
	campaign  id.ID
	delivery  id.ID // of mail to one person; else ""
	provider  string
	delivered time.Time // of mail to one person; zero: not yet
}

type mail struct{ account, message id.ID }

// row is what is stored of a mail's opens, or of the clicks on one of its links; link 0 is
// the mail as a whole.
type row struct {
	mail
	kind             Kind
	link             int
	target           string
	counts           map[Verdict]int64
	whys             map[Verdict]string
	first, last      time.Time
	human, humanLast time.Time        // the first and last of a human; zero
	freshVerdicts    map[Verdict]bool // what it was visited by for the first time
}

// storeVisits stores visits of whole mails, in one transaction: system, because it serves
// several accounts. What is about no mail of ours any more is left out.
func (r *Recorder) storeVisits(ctx context.Context, places []place, taken map[place]*sum) error {
	err := r.store.SystemWrite(ctx, "store opens and clicks of several accounts", func(_ context.Context, tx *gorm.DB) error {
		known, err := loadFacts(tx, places)
		if err != nil {
			return err
		}
		rows := rowsOf(places, taken, known)
		if len(rows) == 0 {
			return nil
		}
		if err := upsertVisits(tx, rows); err != nil {
			return err
		}
		counts := tally{}
		for _, w := range rows {
			counts.add(known[w.mail], w)
		}
		events := eventsOf(rows, known)
		more, err := unmask(tx, rows, known, counts, r.store.Now())
		if err != nil {
			return err
		}
		if err := message.InsertEvents(tx, append(events, more...)); err != nil {
			return err
		}
		return counts.store(tx)
	})
	if err != nil {
		return fmt.Errorf("tracking: store visits: %w", err)
	}
	return nil
}

// rowsOf sums visits up by link and by mail, in the order of their keys: two processes that
// store visits of the same mails must not hold each other up.
func rowsOf(places []place, taken map[place]*sum, known map[mail]facts) []*row {
	type key struct {
		mail
		kind Kind
		link int
	}
	sums := map[key]*row{}
	for _, p := range places {
		m, s := mail{p.account, p.message}, taken[p]
		f, ok := known[m]
		if !ok {
			continue
		}
		verdict, why := p.verdict, s.why
		if f.delivery != "" {
			verdict, why = judgeTime(p.kind, p.verdict, s.why, s.first, f.delivered)
		}
		links := []int{0}
		if p.link > 0 {
			links = append(links, p.link)
		}
		for _, link := range links {
			k := key{m, p.kind, link}
			w := sums[k]
			if w == nil {
				w = &row{mail: m, kind: p.kind, link: link, counts: map[Verdict]int64{}, whys: map[Verdict]string{}, first: s.first, last: s.last}
				sums[k] = w
			}
			if link > 0 {
				w.target = s.target
			}
			w.take(verdict, why, s)
		}
	}
	rows := slices.Collect(maps.Values(sums))
	slices.SortFunc(rows, func(a, b *row) int { return a.place().compare(b.place()) })
	return rows
}

func (w *row) place() place { return place{w.account, w.message, w.kind, w.link, ""} }

func (w *row) take(verdict Verdict, why string, s *sum) {
	w.counts[verdict] += s.count
	w.whys[verdict] = why
	if s.first.Before(w.first) {
		w.first = s.first
	}
	if s.last.After(w.last) {
		w.last = s.last
	}
	if verdict != Human {
		return
	}
	if w.human.IsZero() || s.first.Before(w.human) {
		w.human = s.first
	}
	if s.last.After(w.humanLast) {
		w.humanLast = s.last
	}
}

// mostRecipients is how many deliveries of one mail are looked at; of a mail to more it is
// not told who visited anyway.
const mostRecipients = 20

func loadFacts(tx *gorm.DB, places []place) (map[mail]facts, error) {
	byAccount := map[id.ID][]id.ID{}
	for i, p := range places {
		if i == 0 || p.account != places[i-1].account || p.message != places[i-1].message {
			byAccount[p.account] = append(byAccount[p.account], p.message)
		}
	}
	known := map[mail]facts{}
	for account, ids := range byAccount {
		in, list := store.In(tx, ids)
		var rows []struct {
			MessageID, CampaignID, DeliveryID id.ID
			Recipients                        int
			Destination                       string
			State                             message.State
			FinalAt                           *time.Time
		}
		err := tx.Raw(`SELECT m.message_id, m.campaign_id, m.recipients, d.delivery_id, d.destination, d.state, d.final_at
			FROM messages m JOIN deliveries d ON d.account_id = m.account_id AND d.message_id = m.message_id
			WHERE m.account_id = ? AND m.message_id `+in+` AND m.recipients <= ?`, account, list, mostRecipients).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			f := facts{campaign: x.CampaignID, provider: x.Destination}
			if x.Recipients == 1 {
				f.delivery = x.DeliveryID
				if x.State == message.Delivered && x.FinalAt != nil {
					f.delivered = *x.FinalAt
				}
			}
			known[mail{account, x.MessageID}] = f
		}
	}
	return known, nil
}

const visitColumns = 12

// upsertVisits adds the rows to those that are there, and learns which verdicts are new.
func upsertVisits(tx *gorm.DB, rows []*row) error {
	byPlace := map[place]*row{}
	for chunk := range slices.Chunk(rows, 500) {
		values := make([]any, 0, visitColumns*len(chunk))
		for _, w := range chunk {
			var human, humanLast any
			if !w.human.IsZero() {
				human, humanLast = w.human, w.humanLast
			}
			values = append(values, string(w.account), string(w.message), string(w.kind), w.link, w.target, w.counts[Human], w.counts[Machine], w.counts[Unknown], w.first, w.last, human, humanLast)
			byPlace[w.place()] = w
		}
		one := "(" + strings.TrimSuffix(strings.Repeat("?, ", visitColumns), ", ") + ")"
		var after []struct {
			AccountID, MessageID    id.ID
			Kind                    Kind
			Link                    int
			Human, Machine, Unknown int64
		}
		err := tx.Raw(`INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at, human_at, human_last)
			VALUES `+one+strings.Repeat(", "+one, len(chunk)-1)+`
			ON CONFLICT (account_id, message_id, kind, link) DO UPDATE SET
				human = visits.human + excluded.human, machine = visits.machine + excluded.machine, unknown = visits.unknown + excluded.unknown,
				last_at = CASE WHEN excluded.last_at > visits.last_at THEN excluded.last_at ELSE visits.last_at END,
				human_at = COALESCE(visits.human_at, excluded.human_at), human_last = COALESCE(excluded.human_last, visits.human_last)
			RETURNING account_id, message_id, kind, link, human, machine, unknown`, values...).Scan(&after).Error
		if err != nil {
			return err
		}
		for _, a := range after {
			w := byPlace[place{a.AccountID, a.MessageID, a.Kind, a.Link, ""}]
			w.freshVerdicts = map[Verdict]bool{}
			for verdict, total := range map[Verdict]int64{Human: a.Human, Machine: a.Machine, Unknown: a.Unknown} {
				w.freshVerdicts[verdict] = w.counts[verdict] > 0 && total == w.counts[verdict]
			}
		}
	}
	return nil
}

// eventsOf are the first visits, for the page of the message.
func eventsOf(rows []*row, known map[mail]facts) (events []message.Event) {
	for _, w := range rows {
		if w.kind == Click && (w.link == 0 || w.link == Honeypot) {
			continue
		}
		for _, verdict := range []Verdict{Human, Machine, Unknown} {
			if !w.freshVerdicts[verdict] {
				continue
			}
			e := message.Event{AccountID: w.account, MessageID: w.message, ID: id.New(), Kind: message.EventOpened, Reason: w.whys[verdict], Verdict: string(verdict), At: w.first}
			if verdict == Human && !w.human.IsZero() {
				e.At = w.human
			}
			if w.kind == Click {
				e.Kind, e.Reason = message.EventClicked, w.target+" · "+w.whys[verdict]
			}
			if delivery := known[w.mail].delivery; delivery != "" {
				e.DeliveryID = &delivery
			}
			events = append(events, e)
		}
	}
	return events
}
