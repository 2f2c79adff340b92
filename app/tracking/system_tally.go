package tracking

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// dimension is what visits of a campaign are counted by.
type dimension string

const (
	all        dimension = "all"
	byLink     dimension = "link"
	byProvider dimension = "provider"
	byHour     dimension = "hour"
)

// hourForm names an hour, in UTC; so they sort.
const hourForm = "2006-01-02T15"

// others is where subjects are counted that would be too many.
const (
	others       = "~"
	mostSubjects = 300
)

type counter struct {
	account, campaign id.ID
	dimension         dimension
	subject           string
	kind              Kind
	verdict           Verdict
}

func (c counter) compare(d counter) int {
	return cmp.Or(cmp.Compare(c.account, d.account), cmp.Compare(c.campaign, d.campaign), cmp.Compare(c.dimension, d.dimension),
		cmp.Compare(c.subject, d.subject), cmp.Compare(c.kind, d.kind), cmp.Compare(c.verdict, d.verdict))
}

type count struct{ total, unique int64 }

// tally gathers what is added to the counters of campaigns in one transaction.
type tally map[counter]count

func (t tally) put(c counter, total, unique int64) {
	sum := t[c]
	t[c] = count{sum.total + total, sum.unique + unique}
}

// add counts new visits.
func (t tally) add(f facts, w *row) {
	if f.campaign == "" {
		return
	}
	for verdict, n := range w.counts {
		var unique int64
		if w.freshVerdicts[verdict] {
			unique = 1
		}
		at := w.first
		if verdict == Human {
			at = w.human
		}
		t.everywhere(f, w.account, w.kind, w.link, w.target, verdict, at, n, unique)
	}
}

// everywhere counts in each dimension that a mail, or one of its links, belongs to.
func (t tally) everywhere(f facts, account id.ID, kind Kind, link int, target string, verdict Verdict, at time.Time, total, unique int64) {
	c := counter{account: account, campaign: f.campaign, kind: kind, verdict: verdict}
	with := func(d dimension, subject string) {
		c.dimension, c.subject = d, subject
		t.put(c, total, unique)
	}
	switch link {
	case 0:
		with(all, "")
		with(byProvider, f.provider)
		with(byHour, at.UTC().Format(hourForm))
	case Honeypot:
	default:
		with(byLink, linkSubject(link, target))
	}
}

// move counts n visits of a human as those of a machine. c is how they were stored before.
func (t tally) move(f facts, m mail, c clicked, n int64) {
	if f.campaign == "" {
		return
	}
	var gone, come int64
	if c.human == n {
		gone = 1
	}
	if c.machine == 0 {
		come = 1
	}
	t.everywhere(f, m.account, Click, c.link, c.target, Human, c.humanAt, -n, -gone)
	t.everywhere(f, m.account, Click, c.link, c.target, Machine, c.humanAt, n, come)
}

// store adds the tally to the stored counters. Call it last in a transaction: the rows are
// hot, and their locks are held until the commit.
func (t tally) store(tx *gorm.DB) error {
	t, err := t.bounded(tx)
	if err != nil {
		return err
	}
	counters := slices.SortedFunc(maps.Keys(t), counter.compare)
	for chunk := range slices.Chunk(counters, 500) {
		const one = "(?, ?, ?, ?, ?, ?, ?, ?)"
		var values []any
		for _, c := range chunk {
			values = append(values, string(c.account), string(c.campaign), string(c.dimension), c.subject, string(c.kind), string(c.verdict), t[c].total, t[c].unique)
		}
		err := tx.Exec(`INSERT INTO visit_counts (account_id, campaign_id, dimension, subject, kind, verdict, total, unique_count)
			VALUES `+one+strings.Repeat(", "+one, len(chunk)-1)+`
			ON CONFLICT (account_id, campaign_id, dimension, subject, kind, verdict) DO UPDATE SET
				total = visit_counts.total + excluded.total, unique_count = visit_counts.unique_count + excluded.unique_count`, values...).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// bounded counts links and providers that would be too many for a report together. Links
// may differ from person to person, and so be as many as recipients.
func (t tally) bounded(tx *gorm.DB) (tally, error) {
	type group struct {
		account, campaign id.ID
		dimension         dimension
	}
	known := map[group]map[string]bool{}
	out := make(tally, len(t))
	for _, c := range slices.SortedFunc(maps.Keys(t), counter.compare) {
		if c.dimension == byLink || c.dimension == byProvider {
			g := group{c.account, c.campaign, c.dimension}
			if known[g] == nil {
				var subjects []string
				err := tx.Raw("SELECT DISTINCT subject FROM visit_counts WHERE account_id = ? AND campaign_id = ? AND dimension = ? LIMIT ?",
					c.account, c.campaign, c.dimension, mostSubjects+1).Scan(&subjects).Error
				if err != nil {
					return nil, err
				}
				known[g] = map[string]bool{}
				for _, s := range subjects {
					known[g][s] = true
				}
			}
			n := t[c]
			if !known[g][c.subject] && len(known[g]) >= mostSubjects {
				c.subject = others
			}
			known[g][c.subject] = true
			out.put(c, n.total, n.unique)
			continue
		}
		out.put(c, t[c].total, t[c].unique)
	}
	return out, nil
}

// CountLeave counts, in the transaction of the step, that somebody left by a mail of a
// campaign.
func CountLeave(tx *gorm.DB, account, campaign id.ID, provider string, at time.Time) error {
	t := tally{}
	t.everywhere(facts{campaign: campaign, provider: provider}, account, leave, 0, "", Human, at, 1, 1)
	return t.store(tx)
}

// leave is counted beside the visits.
const leave Kind = "leave"
