package broadcast

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/delivery"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// A campaign's numbers add up at every moment, each number opens its list, and everybody
// gets one copy who is not excluded.
func TestACampaignGoesOnceToEverybody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(1200, "one.example", "two.example", "three.example")
		for i, r := range []Reason{Suppressed, OptedOut, OptedOut, Invalid, Duplicate} {
			w.crowd.members = append(w.crowd.members, member{address: "x" + string(rune('0'+i)) + "@one.example", excluded: r})
		}
		w.crowd.members = append(w.crowd.members, member{address: "fails@one.example", name: "Fail"})
		c := w.started(w.brief())
		if got := w.sums(c); got != (Sums{}) {
			t.Errorf("before it is frozen: %+v", got)
		}
		w.sweep()
		if got := w.sums(c); got.Audience != 1206 || got.Waiting+got.Skipped != 1201 || got.Queued != 900 {
			t.Errorf("handed over: %+v", got)
		}
		c = w.finish(c)
		want := Sums{Audience: 1206, Sent: 1200, Suppressed: 1, OptedOut: 2, Invalid: 1, Duplicate: 1, Skipped: 1}
		if got := w.sums(c); got != want || c.State != Done {
			t.Errorf("in the end: %s, %+v", c.State, got)
		}
		w.once("fails@one.example")
		if got := w.subjects["r7@two.example"]; got != "Hello R7" {
			t.Errorf("the subject is %q", got)
		}
		for l, n := range map[Listed]int{ListAll: 1206, ListSent: 1200, ListWaiting: 0, ListSuppressed: 1, ListOptedOut: 2, ListInvalid: 1, ListDuplicate: 1, ListFailed: 0, ListSkipped: 1} {
			if got := w.listed(c, l, 100); len(got) != n {
				t.Errorf("the list %q has %d recipients, want %d", l, len(got), n)
			}
		}
		if got := w.listed(c, ListSkipped, 100)[0]; got.Why != "The content could not be made for this person: The field age is no number." {
			t.Errorf("the reason is %q", got.Why)
		}
		w.verify()
	})
}

// listed reads a whole list, page by page, and checks that nobody is in it twice.
func (w *world) listed(c Campaign, l Listed, limit int) (all []Outcome) {
	w.Helper()
	seen := map[int64]bool{}
	for cursor, pages := "", 0; pages < 1000; pages++ {
		page, err := w.Recipients(w.ctx, w.Scope, c.ID, l, cursor, limit)
		w.must(err)
		for _, r := range page.Recipients {
			if seen[r.Number] || r.Address == "" {
				w.Errorf("the list %q has %d %s twice, or without an address", l, r.Number, r.Address)
			}
			seen[r.Number] = true
		}
		all = append(all, page.Recipients...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
	w.Fatal("the pages have no end")
	return nil
}

// What bounces, also later, is failed; and the lists follow.
func TestLateBouncesMoveFromSentToFailed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(20)
		w.answer = func(p *delivery.Parcel) delivery.Report {
			if p.Recipients[0].Recipient == "r3@one.example" {
				return same(p, delivery.Outcome{State: message.Bounced, Class: message.ClassRecipient, Reason: "No such user.", Reply: "550 no"})
			}
			return same(p, delivery.Outcome{State: message.Delivered})
		}
		c := w.finish(w.started(w.brief()))
		if got := w.sums(c); got.Sent != 19 || got.Failed != 1 {
			t.Errorf("%+v", got)
		}
		late := w.listed(c, ListSent, 5)[4]
		err := w.store.SystemWrite(w.ctx, "bounce later in a test", func(_ context.Context, tx *gorm.DB) error {
			var d message.Delivery
			if err := tx.Take(&d, "message_id = ?", late.MessageID).Error; err != nil {
				return err
			}
			tally := message.Tally{}
			day := tally.Of(&d)
			day.Delivered, day.Bounced = -1, 1
			if err := tx.Model(&d).Updates(map[string]any{"state": message.Bounced}).Error; err != nil {
				return err
			}
			return message.AddToDays(tx, tally)
		})
		w.must(err)
		if got := w.sums(c); got.Sent != 18 || got.Failed != 2 {
			t.Errorf("after the late bounce %+v", got)
		}
		if got := w.listed(c, ListFailed, 1); len(got) != 2 {
			t.Errorf("%d are listed as failed", len(got))
		}
		w.verify()
	})
}

// F-56: a double click starts once, and what was changed meanwhile is not sent.
func TestF56DoubleClickAndEditing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(50)
		c := w.create(w.brief())
		w.must(w.Start(w.ctx, w.Scope, c.ID))
		w.must(w.Start(w.ctx, w.Scope, c.ID))
		if err := w.Change(w.ctx, w.Scope, c.ID, w.now(c).Revision, w.brief()); !isKind(err, fault.Conflict) {
			t.Errorf("a campaign that is started was changed: %v", err)
		}
		if err := w.Remove(w.ctx, w.Scope, c.ID); !isKind(err, fault.Conflict) {
			t.Errorf("a campaign that is started was removed: %v", err)
		}
		w.finish(c)
		if err := w.Start(w.ctx, w.Scope, c.ID); !isKind(err, fault.Conflict) {
			t.Errorf("a campaign that is done was started again: %v", err)
		}
		w.once()
		w.verify()
	})
}

func TestTwoPeopleEdit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create(w.brief())
		b := c.Brief()
		b.Name = "Mine"
		w.must(w.Change(w.ctx, w.Scope, c.ID, c.Revision, b))
		b.Name = "Theirs"
		if err := w.Change(w.ctx, w.Scope, c.ID, c.Revision, b); !isKind(err, fault.Conflict) {
			t.Errorf("the second change won silently: %v", err)
		}
		if got := w.now(c).Name; got != "Mine" {
			t.Errorf("the name is %q", got)
		}
		w.must(w.Remove(w.ctx, w.Scope, c.ID))
		if _, err := w.Service.Get(w.ctx, w.Scope, c.ID); !isKind(err, fault.NotFound) {
			t.Errorf("a removed draft is there: %v", err)
		}
	})
}

// Peer 4: a campaign whose time is long past asks; a short delay does not.
func TestPeer04LateStartsAsk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(10)
		b := w.brief()
		b.Plan = Plan{When: At, At: w.store.Now().Add(time.Hour)}
		late, soon := w.started(b), w.started(b)
		w.clock.Advance(2 * time.Hour) // nobody was at work
		w.exec("UPDATE campaigns SET start_at = ?, next_at = ? WHERE campaign_id = ?", w.store.Now().Add(-7*time.Hour), w.store.Now().Add(-7*time.Hour), late.ID)
		w.sweep()
		if got := w.now(soon); got.State != Sending {
			t.Errorf("an hour late it is %s", got.State)
		}
		got := w.now(late)
		if got.State != Scheduled || got.Asks != AsksLate || got.Reason == "" || got.NextAt != nil {
			t.Errorf("seven hours late it is %s and asks %q: %q", got.State, got.Asks, got.Reason)
		}
		w.sweep()
		if got := w.sums(late); got.Audience != 0 {
			t.Errorf("it was frozen without an answer: %+v", got)
		}
		w.verify()
		w.must(w.Resume(w.ctx, w.Scope, late.ID))
		if got := w.finish(late); got.State != Done {
			t.Errorf("after the yes it is %s", got.State)
		}
		w.verify()
	})
}

// Peer 4 again: a database that stood still in the middle of a campaign does not go on by itself.
func TestPeer04AnInterruptedCampaignAsks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(600)
		w.crowd.most = 100
		c := w.started(w.brief())
		w.Compile = func(context.Context, content.Source) (Content, error) { return nil, errTest } // it gets as far as frozen
		w.sweep()
		w.Compile = compile
		w.clock.Advance(7 * time.Hour)
		w.sweep()
		if got := w.now(c); got.State != Paused || got.Asks != AsksLate {
			t.Errorf("it is %s and asks %q", got.State, got.Asks)
		}
		w.must(w.Resume(w.ctx, w.Scope, c.ID))
		w.finish(c)
		w.once()
		w.verify()
	})
}

// Peers 1 and 2: a pause stops at once, what is queued included, and going on repeats nothing.
func TestPeer02PauseAndResume(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(1500, "one.example", "two.example")
		c := w.started(w.brief())
		for round := range 5 {
			w.sweep()
			if round%2 == 0 {
				if _, err := w.engine.Run(w.ctx, "one.example"); err != nil {
					t.Fatal(err)
				}
			}
			w.must(w.Pause(w.ctx, w.Scope, c.ID))
			w.must(w.Pause(w.ctx, w.Scope, c.ID))
			w.sweep()
			before := len(w.sunk)
			w.deliver()
			w.clock.Advance(time.Minute)
			w.sweep()
			w.deliver()
			if len(w.sunk) != before {
				t.Errorf("round %d: %d left during the pause", round, len(w.sunk)-before)
			}
			w.verify()
			w.must(w.Resume(w.ctx, w.Scope, c.ID))
			w.must(w.Resume(w.ctx, w.Scope, c.ID))
		}
		w.finish(c)
		w.once()
		if got := w.sums(c); got.Sent != 1500 {
			t.Errorf("%+v", got)
		}
		w.verify()
	})
}

// What was claimed before the pause waits as well, and comes back by itself.
func TestWhatIsClaimedMindsThePause(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(100)
		c := w.started(w.brief())
		w.sweep()
		w.exec("UPDATE campaigns SET state = 'paused', settled = ? WHERE campaign_id = ?", true, c.ID) // and nobody settles
		if _, err := w.engine.Run(w.ctx, "one.example"); err != nil {
			t.Fatal(err)
		}
		if len(w.sunk) != 0 {
			t.Errorf("%d left", len(w.sunk))
		}
		if got := w.sums(c); got.Waiting != 100 {
			t.Errorf("%+v", got)
		}
		w.must(w.Resume(w.ctx, w.Scope, c.ID))
		w.clock.Advance(15 * time.Second)
		w.finish(c)
		w.once()
		w.verify()
	})
}

func TestCancelSkipsWhoWaits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(2500)
		c := w.started(w.brief())
		w.sweep()
		if _, err := w.engine.Run(w.ctx, "one.example"); err != nil {
			t.Fatal(err)
		}
		sent := len(w.sunk)
		w.must(w.Cancel(w.ctx, w.Scope, c.ID))
		w.must(w.Cancel(w.ctx, w.Scope, c.ID))
		w.deliver()
		c = w.finish(c)
		if got := w.sums(c); c.State != Cancelled || got.Sent != int64(sent) || got.Skipped != 2500-int64(sent) || len(w.sunk) != sent {
			t.Errorf("%s: %d were sent before, %d in all: %+v", c.State, sent, len(w.sunk), got)
		}
		if got := len(w.listed(c, ListSkipped, 500)); got != 2500-sent {
			t.Errorf("%d are listed as skipped", got)
		}
		if err := w.Resume(w.ctx, w.Scope, c.ID); !isKind(err, fault.Conflict) {
			t.Errorf("a cancelled campaign goes on: %v", err)
		}
		w.verify()
	})
}

// Peer 7: who leaves after the freeze is excluded, and the campaign ends.
func TestPeer07MembershipChangesWhileItIsSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(500)
		c := w.started(w.brief())
		w.sweep() // 300 are handed over, and nothing of it is delivered
		w.crowd.gone = map[string]bool{"r450@one.example": true}
		w.crowd.members = append(w.crowd.members, member{address: "new@one.example", name: "New"})
		suppress := func(address string, optedOut bool) {
			w.exec("INSERT INTO suppressions (account_id, stream, address, reason, opted_out, created_at) VALUES (?, 'broadcast', ?, 'They asked.', ?, ?)", w.ID, address, optedOut, w.store.Now())
		}
		suppress("r460@one.example", true)  // not handed over yet
		suppress("r461@one.example", false) // likewise
		suppress("r10@one.example", true)   // in the queue
		c = w.finish(c)
		want := Sums{Audience: 500, Sent: 496, OptedOut: 1, Suppressed: 2, Skipped: 1}
		if got := w.sums(c); got != want {
			t.Errorf("%+v", got)
		}
		w.once("r450@one.example", "r460@one.example", "r461@one.example", "r10@one.example", "new@one.example")
		w.verify()
	})
}

// Promise 5: who leaves the topic of a campaign gets nothing of it, also when their
// message is in the queue already.
func TestLeavingTheTopicWins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(10)
		topic, other := id.New(), id.New()
		for _, topicID := range []id.ID{topic, other} {
			w.exec("INSERT INTO topics (account_id, topic_id, name, name_key, description, created_at) VALUES (?, ?, ?, ?, '', ?)", w.ID, topicID, topicID, topicID, w.store.Now())
		}
		b := w.brief()
		b.TopicID = topic
		c := w.started(b)
		w.sweep()
		for address, topicID := range map[string]id.ID{"r1@one.example": topic, "r2@one.example": other} {
			w.must(w.store.SystemWrite(w.ctx, "leave a topic in a test", func(_ context.Context, tx *gorm.DB) error {
				return tx.Create(&message.TopicSuppression{AccountID: w.ID, TopicID: topicID, Address: address}).Error
			}))
		}
		c = w.finish(c)
		if got := w.sums(c); got.Sent != 9 || got.Suppressed != 1 {
			t.Errorf("%+v", got)
		}
		w.once("r1@one.example")
		w.verify()
	})
}

// Peers 9 and 10: when the sender is at fault the campaign does not stay "sending": it
// stops with the reason, and goes on when a person has mended it.
func TestPeer10ALostDomainStopsTheCampaign(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(500)
		c := w.started(w.brief())
		w.sweep()
		w.mu.Lock()
		w.lost = true
		w.mu.Unlock()
		w.deliver()
		w.clock.Advance(2 * time.Second)
		w.sweep()
		if got := w.now(c); got.State != Paused || got.Reason != "The domain lost its proof." {
			t.Errorf("it is %s: %q", got.State, got.Reason)
		}
		w.mu.Lock()
		w.lost = false
		w.mu.Unlock()
		w.must(w.Resume(w.ctx, w.Scope, c.ID))
		w.finish(c)
		w.once()
		w.verify()
	})
}

func TestAPausedAccountsCampaignStops(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(10)
		c := w.started(w.brief())
		w.exec("UPDATE accounts SET state = 'paused' WHERE account_id = ?", w.ID)
		w.sweep()
		if got := w.now(c); got.State != Paused || got.Reason != "This account is paused." {
			t.Errorf("it is %s: %q", got.State, got.Reason)
		}
		w.exec("UPDATE accounts SET state = 'active' WHERE account_id = ?", w.ID)
		w.must(w.Resume(w.ctx, w.Scope, c.ID))
		w.finish(c)
		w.once()
	})
}

// A content that fails for everybody stops the campaign before it has skipped its audience.
func TestABrokenContentStopsTheCampaign(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 20 {
			w.crowd.members = append(w.crowd.members, member{address: "f" + string(rune('a'+i)) + "@one.example", name: "Fail"})
		}
		c := w.started(w.brief())
		w.sweep()
		if got := w.now(c); got.State != Paused || w.sums(c).Waiting != 20 {
			t.Errorf("it is %s: %+v", got.State, w.sums(c))
		}
	})
}

// allowance lets so many be sent.
type allowance struct{ left int }

func (p *allowance) Allow(_ context.Context, _ account.Scope, _ message.Stream, n int) error {
	if p.left < n {
		return fault.New(fault.Limited, "the broadcast mail of this period is used up")
	}
	p.left -= n
	return nil
}

// A plan that is used up stops a campaign with its reason; a larger one lets it go on, and
// everybody gets it once.
func TestAUsedUpPlanStopsTheCampaign(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(100)
		p := &allowance{left: 7}
		w.accept.Heed(p)
		c := w.started(w.brief())
		w.sweep()
		if got := w.now(c); got.State != Paused || got.Reason != "the broadcast mail of this period is used up" || w.sums(c).Sent != 0 {
			t.Errorf("it is %s (%s): %+v", got.State, got.Reason, w.sums(c))
		}
		p.left = 1000
		w.must(w.Resume(w.ctx, w.Scope, c.ID))
		w.finish(c)
		w.once()
		w.verify()
	})
}

func TestAnEmptyAudienceEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.finish(w.started(w.brief()))
		if c.State != Done || c.Reason == "" {
			t.Errorf("it is %s: %q", c.State, c.Reason)
		}
		w.verify()
	})
}

// A campaign cannot be started without what makes it one; the fault names the field.
func TestStartJudges(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for field, spoil := range map[string]func(*Brief){
			"domain":     func(b *Brief) { b.DomainID = "" },
			"from_local": func(b *Brief) { b.FromLocal = "no body" },
			"body":       func(b *Brief) { b.Content[0].Source.Body = "No way out." },
			"at":         func(b *Brief) { b.Plan = Plan{When: At} },
			"share":      func(b *Brief) { b.Content = append(b.Content, b.Content[0]) },
		} {
			b := w.brief()
			spoil(&b)
			c := w.create(b)
			err := w.Start(w.ctx, w.Scope, c.ID)
			if fault.FieldsOf(err)[field] == "" {
				t.Errorf("without %s: %v", field, err)
			}
			if got := w.now(c); got.State != Draft {
				t.Errorf("without %s it is %s", field, got.State)
			}
		}
	})
}
