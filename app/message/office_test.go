package message_test

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// Staff find deliveries of all accounts by what they know, and see no address and
// nothing that a customer wrote.
func TestTheOfficeFindsStatesOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		ours := seed.Messages(t, s, a, message.Transactional, "one.example", 30)
		seed.Messages(t, s, a, message.Broadcast, "two.example", 3)
		theirs := seed.Messages(t, s, b, message.Transactional, "one.example", 20)
		exec(t, s, "UPDATE deliveries SET state = 'bounced', reason = 'r3@one.example is unknown at <r3@one.example>.' WHERE account_id = ? AND recipient = 'r3@one.example'", b.ID)
		exec(t, s, "UPDATE messages SET header_message_id = 'shared@shop.example' WHERE message_id IN (?, ?)", ours[0].Message.ID, theirs[0].Message.ID)
		count := func(f message.OfficeFilter, want int) []message.OfficeRow {
			t.Helper()
			f.Limit = 100
			page, err := message.NewArchive(s).SearchAll(t.Context(), f)
			if err != nil || len(page.Rows) != want || page.LookedTo != "" {
				t.Fatalf("%+v: %d rows, looked to %q, %v; want %d", f, len(page.Rows), page.LookedTo, err, want)
			}
			for _, r := range page.Rows {
				if local, _, _ := strings.Cut(r.Recipient, "@"); local != "r…" {
					t.Errorf("an address in clear: %s", r.Recipient)
				}
			}
			return page.Rows
		}
		count(message.OfficeFilter{}, 53)
		count(message.OfficeFilter{Domain: "one.example"}, 50)
		count(message.OfficeFilter{Domain: "two.example", Account: b.ID}, 0)
		count(message.OfficeFilter{Account: a.ID}, 33)
		count(message.OfficeFilter{HeaderID: "shared@shop.example"}, 2)
		count(message.OfficeFilter{MessageID: theirs[0].Message.ID}, 1)
		count(message.OfficeFilter{MessageID: id.New()}, 0)
		count(message.OfficeFilter{To: time.Now().AddDate(0, 0, -40)}, 0)
		count(message.OfficeFilter{State: message.Bounced, Account: b.ID}, 1)
		for _, f := range []message.OfficeFilter{{State: message.Bounced}, {State: message.Bounced, Domain: "one.example"}} {
			row := count(f, 1)[0]
			if row.Account != b.ID || row.Name != "Beta" || strings.Contains(row.Reason, "r3@") || !strings.Contains(row.Reason, "r…@one.example") {
				t.Errorf("%+v", row)
			}
		}
		var seen int
		for before := id.ID(""); ; {
			page, err := message.NewArchive(s).SearchAll(t.Context(), message.OfficeFilter{Before: before, Limit: 7})
			if err != nil {
				t.Fatal(err)
			}
			if seen += len(page.Rows); len(page.Rows) < 7 {
				break
			}
			before = page.Rows[6].DeliveryID
		}
		if seen != 53 {
			t.Errorf("%d rows on all pages", seen)
		}
	})
}
