package message_test

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// Who left a topic gets no campaign about it, and everything else; a pause holds until its
// end, and gives way to what lasts.
func TestLeavingATopicAndPausing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, apples, pears, topic := seed.NewAccount(t, s, "Alpha"), id.New(), id.New(), id.New()
		now := s.Now()
		exec := func(sql string, args ...any) {
			t.Helper()
			err := s.SystemWrite(t.Context(), "arrange a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
			if err != nil {
				t.Fatal(err)
			}
		}
		for campaign, about := range map[id.ID]id.ID{apples: topic, pears: id.New()} {
			exec(`INSERT INTO campaigns (account_id, campaign_id, kind, name, audience, parent_id, follows, series_id, domain_id, from_name, from_local, reply_to, topic_id, content,
				track_opens, track_clicks, plan, test, winner, state, reason, asks, position, settled, lease_owner, fence, revision, created_by, created_at, changed_at)
				VALUES (?, ?, 'campaign', '', '{}', '', '', '', '', '', '', '', ?, '[]', ?, ?, '{}', '{}', -1, 'sending', '', '', '', ?, '', 0, 1, '', ?, ?)`,
				a.ID, campaign, about, false, false, false, now, now)
			exec("INSERT INTO campaign_totals (account_id, campaign_id) VALUES (?, ?)", a.ID, campaign)
		}
		exec("INSERT INTO topic_suppressions (account_id, topic_id, address, created_at) VALUES (?, ?, 'kim@x.example', ?)", a.ID, topic, now)
		stateOf := func(campaign id.ID, address string) message.State {
			t.Helper()
			n := seed.NewMessage(s, a, message.Broadcast, address)
			n.Message.CampaignID = campaign
			n.Deliveries[0].CredentialID = id.New() // a customer's: the product's own mail minds no opt-out
			if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
				t.Fatal(err)
			}
			return n.Deliveries[0].State
		}
		for _, c := range []struct {
			campaign id.ID
			address  string
			want     message.State
		}{{apples, "kim@x.example", message.Suppressed}, {apples, "bob@x.example", message.Queued}, {pears, "kim@x.example", message.Queued}, {"", "kim@x.example", message.Queued}} {
			if got := stateOf(c.campaign, c.address); got != c.want {
				t.Errorf("%+v: %s", c, got)
			}
		}
		pause := func(until time.Time) {
			row := message.Suppression{Stream: message.Broadcast, Address: "bob@x.example", Reason: "pause", OptedOut: true, EndsAt: &until, CreatedAt: now}
			err := s.Write(t.Context(), a.Scope, func(_ context.Context, tx *gorm.DB) error { return tx.Clauses(message.Lasting()).Create(&row).Error })
			if err != nil {
				t.Fatal(err)
			}
		}
		pause(now.Add(time.Hour))
		if got := stateOf("", "bob@x.example"); got != message.Suppressed {
			t.Errorf("during the pause: %s", got)
		}
		pause(now.Add(-time.Second))
		if got := stateOf("", "bob@x.example"); got != message.Queued {
			t.Errorf("after the pause: %s", got)
		}
		archive := message.NewArchive(s)
		if n, err := archive.Suppress(t.Context(), a.Scope, []message.Suppression{{Stream: message.Broadcast, Address: "bob@x.example", Reason: "gone"}}); err != nil || n != 1 {
			t.Errorf("a pause hides what lasts: %d, %v", n, err)
		}
		pause(now.Add(time.Hour))
		if err := message.EndPauses(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		rows, err := archive.Suppressions(t.Context(), a.Scope, message.SuppressionFilter{Limit: 5})
		if err != nil || len(rows) != 1 || rows[0].Reason != "gone" || rows[0].EndsAt != nil {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}
