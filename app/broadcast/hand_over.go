package broadcast

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/message"
	"smtpserver/app/submission"
)

// handOver is one turn of handing a campaign's recipients over.
type handOver struct {
	*Service
	campaign Campaign
	host     string // of links
	contents []Content
	series   *submission.Series
	ahead    ahead
	deadline time.Time
}

// newHandOver judges once what all messages of the turn share.
func (s *Service) newHandOver(ctx context.Context, c Campaign) (*handOver, error) {
	scope := s.ScopeOf(c.AccountID)
	h := &handOver{Service: s, campaign: c, deadline: s.Store.Now().Add(s.turn)}
	d, err := s.Domains.Get(ctx, scope, c.DomainID)
	if err != nil {
		return nil, err
	}
	if s.LinkHost != nil {
		if h.host, err = s.LinkHost(ctx, scope, d); err != nil {
			return nil, err
		}
	}
	if h.contents, err = s.compile(ctx, c); err != nil {
		return nil, err
	}
	h.series, err = s.series(ctx, scope, c)
	return h, err
}

// progress is how far a turn has come.
type progress int

const (
	allHanded progress = iota // nobody who is due waits
	noRoom                    // those who wait go where enough is waiting already
	timeOver
)

// zone hands over who is due in a zone, batch after batch. Where one destination has no
// room, the others go on: whoever waits for it is passed over.
func (h *handOver) zone(ctx context.Context, zone string, upTo int64) (progress, error) {
	var behind int64
	passed, vain := false, 0
	for vain <= vainBatches {
		if err := ctx.Err(); err != nil {
			return timeOver, err
		}
		if h.Store.Now().After(h.deadline) {
			return timeOver, nil
		}
		rows, err := h.waiting(ctx, zone, behind, upTo)
		switch {
		case err != nil:
			return timeOver, err
		case len(rows) == 0 && behind > 0 && !passed: // the proof that nobody was missed
			behind = 0
			continue
		case len(rows) == 0 && passed:
			return noRoom, nil
		case len(rows) == 0:
			return allHanded, nil
		}
		behind = rows[len(rows)-1].Number
		roomy, err := h.roomy(ctx, rows)
		if err != nil {
			return timeOver, err
		}
		passed = passed || len(roomy) < len(rows)
		if vain++; len(roomy) == 0 {
			continue
		}
		vain = 0
		if err := h.batch(ctx, roomy); err != nil {
			return timeOver, err
		}
	}
	return noRoom, nil
}

// made is a recipient with the message that was made for them, or why there is none.
type made struct {
	row     Recipient
	message *message.New
	failed  bool // the content could not be made
}

// batch makes the messages of some recipients and stores them.
func (h *handOver) batch(ctx context.Context, rows []Recipient) error {
	people, err := h.Audiences[h.campaign.Kind].People(ctx, h.campaign, rows)
	if err == nil && len(people) != len(rows) {
		err = fmt.Errorf("broadcast: %d people for %d recipients", len(people), len(rows))
	}
	if err != nil {
		return stopping(err)
	}
	if err := h.suppress(ctx, rows, people); err != nil {
		return err
	}
	all := h.make(ctx, rows, people)
	tried, failed, why := 0, 0, ""
	for _, m := range all {
		if m.failed {
			failed, why = failed+1, m.row.Why
		}
		if m.failed || m.message != nil {
			tried++
		}
	}
	if failed == tried && failed >= leastFailures {
		return &stopped{reason: why}
	}
	err = h.series.Room(ctx, tried-failed)
	if later, ok := submission.IsLater(err); ok {
		if part := min(later.Left, len(rows)-1); part > 0 {
			return h.batch(ctx, rows[:part])
		}
		return err // the campaign goes on by itself
	}
	if fault.Is(err, fault.Limited) {
		return &stopped{reason: fault.SafeText(err)} // a person raises the plan, or pays
	} else if err != nil {
		return err
	}
	if err := h.store(ctx, all); err != nil || !strings.HasPrefix(h.campaign.Reason, waits) {
		return err
	}
	h.campaign.Reason = ""
	return h.say(ctx, h.campaign, "")
}

// leastFailures is how many must fail, without one that succeeds, to blame the content.
const leastFailures = 5

// suppress excludes who is suppressed by now.
func (h *handOver) suppress(ctx context.Context, rows []Recipient, people []Person) error {
	addresses := make([]string, len(rows))
	for i, r := range rows {
		addresses[i] = r.Address
	}
	found, err := message.SuppressedAmong(ctx, h.Store, h.campaign.AccountID, addresses)
	if err != nil {
		return fmt.Errorf("broadcast: suppressed: %w", err)
	}
	for i := range people {
		for _, suppression := range found[rows[i].Address] {
			if suppression.Stream != message.Broadcast || people[i].Excluded != Included {
				continue
			}
			people[i].Excluded, people[i].Why = Suppressed, suppression.Reason
			if suppression.OptedOut {
				people[i].Excluded = OptedOut
			}
		}
	}
	return nil
}

// make makes the messages on all processors.
func (h *handOver) make(ctx context.Context, rows []Recipient, people []Person) []made {
	all := make([]made, len(rows))
	next := make(chan int, len(rows))
	for i := range rows {
		next <- i
	}
	close(next)
	var makers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		makers.Go(func() {
			for i := range next {
				all[i] = h.makeOne(ctx, rows[i], people[i])
			}
		})
	}
	makers.Wait()
	return all
}

func (h *handOver) makeOne(ctx context.Context, row Recipient, p Person) made {
	if p.Excluded != Included {
		row.Excluded, row.Why = p.Excluded, p.Why
		return made{row: row}
	}
	to, err := address.Parse(row.Address)
	if err != nil {
		row.Excluded, row.Why = Invalid, "This is no address that mail can be sent to."
		return made{row: row}
	}
	row.Variant = h.campaign.variantOf(row.Number)
	n, err := h.compose(ctx, row.Variant, to, p.Person)
	if err != nil {
		h.Log.Warn("a content could not be made for a recipient", "campaign", h.campaign.ID, "number", row.Number, "error", err)
		row.Excluded, row.Why = Skipped, "The content could not be made for this person: "+fault.SafeText(err)
		return made{row: row, failed: true}
	}
	row.MessageID = n.Message.ID
	return made{row: row, message: n}
}

// compose makes one person's message: links, content, header.
func (h *handOver) compose(ctx context.Context, variant int, to address.Mailbox, p content.Person) (*message.New, error) {
	messageID := id.New()
	letter, err := h.letter(messageID, h.campaign, h.contents[variant], h.host, to, p)
	if err != nil {
		return nil, err
	}
	return h.series.Compose(ctx, letter)
}

// letter renders a content for a person.
func (s *Service) letter(messageID id.ID, c Campaign, source Content, host string, to address.Mailbox, p content.Person) (l submission.Letter, err error) {
	if p.UnsubscribeURL, p.PreferencesURL, err = s.Leaving.URLs(c.AccountID, messageID, host); err != nil {
		return l, err
	}
	rendered, err := source.Render(p)
	if err != nil {
		return l, err
	}
	if s.Tracker != nil && rendered.HTML != "" && (c.TrackOpens || c.TrackClicks) {
		mark := Mark{AccountID: c.AccountID, MessageID: messageID, Host: host, Opens: c.TrackOpens, Clicks: c.TrackClicks}
		if rendered.HTML, err = s.Tracker.Mark(rendered.HTML, mark); err != nil {
			return l, err
		}
	}
	return submission.Letter{
		ID: messageID, To: to, ToName: p.Name, Subject: rendered.Subject, Text: rendered.Text, HTML: rendered.HTML, Unsubscribe: p.UnsubscribeURL,
	}, nil
}

// SendTest sends one variant of a campaign to an address, as the person would get it. It
// is no part of the campaign: nothing counts it.
func (s *Service) SendTest(ctx context.Context, scope account.Scope, campaignID id.ID, variant int, to string, p content.Person) (id.ID, error) {
	c, err := s.Get(ctx, scope, campaignID)
	if err != nil {
		return "", err
	}
	if variant < 0 || variant >= len(c.Content) {
		return "", fault.Field("body", "Write what is sent.")
	}
	recipient, err := address.Parse(to)
	if err != nil {
		return "", fault.Field("to", "This is no address that can be written to.")
	}
	series, err := s.series(ctx, scope, c)
	if err != nil {
		return "", err
	}
	contents, err := s.compile(ctx, c)
	if err != nil {
		return "", err
	}
	letter, err := s.letter(id.New(), c, contents[variant], "", recipient, p)
	if err != nil {
		return "", err
	}
	letter.Subject = "[Test] " + letter.Subject
	return series.SendAlone(ctx, scope, letter)
}
