package newsletter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/id"
	"smtpserver/app/newsletter"
	"smtpserver/app/testkit/seed"
)

// mailing stores a campaign row to freeze.
func (w *world) mailing(a newsletter.Audience) broadcast.Campaign {
	w.Helper()
	audience, err := json.Marshal(a)
	w.must(err)
	c := broadcast.Campaign{AccountID: w.operator.ID, ID: id.New(), Kind: broadcast.Mailing, Name: "News", Audience: audience, State: broadcast.Freezing, Content: []broadcast.Variant{}}
	err = w.store.SystemWrite(w.Context(), "a test stores a mailing", func(_ context.Context, tx *gorm.DB) error { return tx.Create(&c).Error })
	w.must(err)
	return c
}

// freeze writes the whole audience down, in slices, and returns "address reason" by number.
func (w *world) freeze(c broadcast.Campaign, most int) []string {
	w.Helper()
	slice := broadcast.Slice{First: 1, Most: most}
	for range 1000 {
		next, err := newsletter.People{Service: w.service}.Freeze(w.Context(), c, slice)
		w.must(err)
		if next == "" {
			break
		}
		slice.After, slice.First = next, slice.First+int64(most)
	}
	numbers := w.texts("SELECT CAST(number AS TEXT) FROM campaign_recipients WHERE campaign_id = ? ORDER BY number", c.ID)
	for i, n := range numbers {
		if n != fmt.Sprint(i+1) {
			w.Fatalf("row %d has number %s", i+1, n)
		}
	}
	return w.texts("SELECT TRIM(address || ' ' || excluded) FROM campaign_recipients WHERE campaign_id = ? ORDER BY number", c.ID)
}

// Promise 6, by rows: a mailing to everybody holds no address that stands only in
// customers' contacts, whatever they hold; and each reason is the right one.
func TestAudienceHoldsNoContacts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		a, b, c, d := w.customer("Alpha"), w.customer("Beta"), w.customer("Gamma"), w.customer("Delta")
		w.fillContacts(a)
		w.fillContacts(b)
		w.own(seed.NewAccount(w, w.store, "Alpha2"), a.user) // one person, two accounts
		w.must(w.service.SetWanted(w.Context(), b.user, false))
		w.bounce(c.email)
		w.exec("UPDATE users SET email_confirmed_at = NULL WHERE user_id = ?", d.user)
		closed := w.customer("Closed")
		w.exec("UPDATE accounts SET state = 'closed' WHERE account_id = ?", closed.ID)
		w.subscribe("reader@example.org")
		w.subscribe("gone@example.org")
		w.optOut("gone@example.org", id.New())
		w.subscribe(a.email) // an owner who reads the newsletter too: once
		w.must(w.service.Ask(w.Context(), newsletter.Form{Email: "asked-only@example.org"}))

		everybody := newsletter.Audience{Owners: true, Subscribers: true}
		reach, err := w.service.Reach(w.Context(), everybody)
		w.must(err)
		want := []string{"gone@example.org opted_out", "owner@alpha.example", "owner@beta.example opted_out", "owner@delta.example skipped", "owner@gamma.example suppressed", "reader@example.org"}
		for _, most := range []int{1, 2, 6, 1000} {
			mailing := w.mailing(everybody)
			got := w.freeze(mailing, most)
			if !slices.Equal(got, want) {
				w.Errorf("slices of %d: froze %q, want %q", most, got, want)
			}
			for _, address := range w.texts(`SELECT r.address FROM campaign_recipients r WHERE r.campaign_id = ? AND r.address IN (SELECT address FROM contacts)
				AND r.address NOT IN (SELECT email_key FROM users) AND r.address NOT IN (SELECT address FROM subscribers)`, mailing.ID) {
				w.Errorf("%s stands only in a customer's contacts", address)
			}
		}
		if len(w.texts("SELECT address FROM contacts")) < 40 {
			w.Error("the contacts were not filled: nothing is proven")
		}
		if reach.All != 6 || reach.Included != 2 || reach.OptedOut != 2 || reach.Suppressed != 1 || reach.Unconfirmed != 1 {
			w.Errorf("counted before %+v", reach)
		}
	})
}

// fillContacts gives an account contacts of every kind, among them addresses that look like
// ours, with lists, segments, consents, forms and topics.
func (w *world) fillContacts(c customer) {
	w.Helper()
	for i := range 20 {
		contact, address := id.New(), fmt.Sprintf("contact%d@%s", i, c.Domain)
		w.exec(`INSERT INTO contacts (account_id, contact_id, address, given, name, name_key, kind, company, company_key, language, time_zone, attributes, revision, import_id, created_at, updated_at)
			VALUES (?, ?, ?, ?, 'Kim', 'kim', 'individual', '', '', '', '', '{}', 1, '', ?, ?)`, c.ID, contact, address, address, start, start)
		w.exec(`INSERT INTO consents (account_id, consent_id, address, kind, source, wording, subject, proof, ip, import_id, actor_id, at)
			VALUES (?, ?, ?, 'confirmed', 'form', 'They want news.', '', '', '', '', '', ?)`, c.ID, contact, address, start)
	}
}

// Segments find who fits, live, as an independent count does; and a mailing's report tells
// them apart.
func TestSegmentsFindCustomers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, staff := w.Context(), id.New()
		busy, quiet, person, paused := w.customer("Busy"), w.customer("Quiet"), w.customer("Person"), w.customer("Paused")
		w.exec("UPDATE accounts SET kind = 'individual', created_at = ? WHERE account_id = ?", start.AddDate(0, 0, -90), person.ID)
		w.exec("UPDATE accounts SET state = 'paused' WHERE account_id = ?", paused.ID)
		for account, country := range map[id.ID]string{busy.ID: "DE", quiet.ID: "AT", person.ID: "DE"} {
			w.exec(`INSERT INTO account_profiles (account_id, legal_name, registration_number, tax_number, country, street, postcode, city, region, contact_name, billing_email, time_zone, language, updated_at)
				VALUES (?, '', '', '', ?, '', '', '', '', '', '', 'UTC', 'en', ?)`, account, country, start)
		}
		usage := func(account id.ID, daysAgo, accepted int) {
			w.exec("INSERT INTO account_days (account_id, day, stream, messages, accepted, delivered, bounced, suppressed, expired, cancelled, ambiguous) VALUES (?, ?, 'broadcast', 1, ?, 0, 0, 0, 0, 0, 0)",
				account, start.AddDate(0, 0, -daysAgo).Format(time.DateOnly), accepted)
		}
		usage(busy.ID, 0, 600)
		usage(busy.ID, 29, 400)
		usage(person.ID, 30, 5000) // a day too long ago
		none, thousand := 0, 1000
		for name, tc := range map[string]struct {
			rules newsletter.Rules
			want  string
		}{
			"all":        {newsletter.Rules{}, "busy paused person quiet"},
			"businesses": {newsletter.Rules{Kind: "business"}, "busy paused quiet"},
			"active":     {newsletter.Rules{State: "active"}, "busy person quiet"},
			"Germany":    {newsletter.Rules{Countries: []string{"de"}}, "busy person"},
			"D-A":        {newsletter.Rules{Countries: []string{"AT", "DE"}}, "busy person quiet"},
			"old":        {newsletter.Rules{MinAge: 60}, "person"},
			"new":        {newsletter.Rules{MaxAge: 60}, "busy paused quiet"},
			"senders":    {newsletter.Rules{MinSent: 1000}, "busy"},
			"more":       {newsletter.Rules{MinSent: 1001}, ""},
			"silent":     {newsletter.Rules{MaxSent: &none}, "paused person quiet"},
			"between":    {newsletter.Rules{MinSent: 1, MaxSent: &thousand}, "busy"},
			"together":   {newsletter.Rules{Kind: "business", Countries: []string{"DE"}, MinSent: 1}, "busy"},
		} {
			row, err := w.service.SaveSegment(ctx, staff, "", name, tc.rules)
			w.must(err)
			var found []string
			for _, line := range w.freeze(w.mailing(newsletter.Audience{Segments: []newsletter.Part{{ID: row.ID, Name: name}}}), 1000) {
				found = append(found, strings.TrimSuffix(strings.TrimPrefix(line, "owner@"), ".example"))
			}
			count, err := w.service.Count(ctx, row.Rules)
			w.must(err)
			if got := strings.Join(found, " "); got != tc.want || count.People != int64(len(found)) || count.Reached() != int64(len(found)) {
				w.Errorf("%s: froze %q, counted %+v, want %q", name, got, count, tc.want)
			}
		}
		segments, err := w.service.Segments(ctx)
		w.must(err)
		if len(segments) != 12 {
			w.Errorf("%d segments", len(segments))
		}
		w.must(w.service.RemoveSegment(ctx, staff, segments[0].ID))
		gone := newsletter.Audience{Segments: []newsletter.Part{{ID: segments[0].ID, Name: "gone"}}, Subscribers: true}
		w.subscribe("reader@example.org")
		if got := w.freeze(w.mailing(gone), 10); !slices.Equal(got, []string{"reader@example.org"}) {
			w.Errorf("a segment that is gone finds %v", got)
		}
	})
}

// Who left after the audience was frozen gets nothing, and merge data is the owner's own.
func TestPeopleAreAskedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		a, b := w.customer("Alpha"), w.customer("Beta")
		w.subscribe("reader@example.org")
		mailing := w.mailing(newsletter.Audience{Owners: true, Subscribers: true})
		w.freeze(mailing, 10)
		w.must(w.service.SetWanted(w.Context(), b.user, false))
		of := []broadcast.Recipient{{Address: "reader@example.org"}, {Address: a.email}, {Address: b.email}, {Address: "contact@alpha.example"}}
		people, err := newsletter.People{Service: w.service}.People(w.Context(), mailing, of)
		w.must(err)
		var got []string
		for _, p := range people {
			got = append(got, fmt.Sprintf("%s/%s/%s/%s", p.Email, p.Name, p.Company, p.Excluded))
		}
		want := []string{"reader@example.org///", "owner@alpha.example/Owner of Alpha/Alpha/", "owner@beta.example///opted_out", "contact@alpha.example///opted_out"}
		if !slices.Equal(got, want) {
			w.Errorf("people %q, want %q", got, want)
		}
	})
}

// A mailing's report tells its parts apart: who got it, opened it, followed a link and left
// by it, machines left out.
func TestReportTellsPartsApart(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		a, b := w.customer("Alpha"), w.customer("Beta")
		w.subscribe(a.email)
		w.subscribe("reader@example.org")
		segment, err := w.service.SaveSegment(w.Context(), id.New(), "", "Alphas", newsletter.Rules{State: "active"})
		w.must(err)
		w.exec("UPDATE accounts SET state = 'paused' WHERE account_id = ?", b.ID)
		audience := newsletter.Audience{Owners: true, Subscribers: true, Segments: []newsletter.Part{{ID: segment.ID, Name: "Alphas"}}}
		mailing := w.mailing(audience)
		w.freeze(mailing, 2)
		got := func(address string, state string, open, click int, machine bool) {
			messageID, human := id.New(), open
			if machine {
				human = 0
			}
			w.exec(`INSERT INTO messages (account_id, message_id, stream, domain_id, mail_from, header_from, subject, header_message_id, tag, metadata, size, recipients, smtputf8, eight_bit, dsn_ret, dsn_envid, client_ip, client_name, client_tls, created_at, expires_at, campaign_id)
				VALUES (?, ?, 'broadcast', ?, '', '', 'x', ?, '', '{}', 1, 1, ?, ?, '', '', '', '', '', ?, ?, ?)`, w.operator.ID, messageID, w.operator.DomainID, messageID, false, false, start, start, mailing.ID)
			w.exec(`INSERT INTO deliveries (account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class, last_reply, attempts, ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at, campaign_id)
				VALUES (?, ?, ?, 'broadcast', ?, '', ?, ?, 'x', ?, '', '', '', 1, 0, '', '', ?, '', 0, ?, ?, ?)`, w.operator.ID, messageID, messageID, w.operator.DomainID, address, address, state, start, start, start, mailing.ID)
			w.exec("UPDATE campaign_recipients SET message_id = ? WHERE campaign_id = ? AND address = ?", messageID, mailing.ID, address)
			for kind, n := range map[string]int{"open": open, "click": click} {
				if n > 0 {
					w.exec("INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at) VALUES (?, ?, ?, 0, '', ?, 1, 0, ?, ?)", w.operator.ID, messageID, kind, human, start, start)
				}
			}
		}
		got(a.email, "delivered", 2, 1, false)
		got(b.email, "bounced", 0, 0, false)
		got("reader@example.org", "delivered", 3, 0, true)
		left := w.texts("SELECT message_id FROM campaign_recipients WHERE campaign_id = ? AND address = 'reader@example.org'", mailing.ID)
		w.optOut("reader@example.org", id.ID(left[0]))
		results, err := newsletter.NewMailings(w.service, nil, "").Results(w.Context(), w.operator.Scope, mailing.ID, audience)
		w.must(err)
		var lines []string
		for _, r := range results {
			lines = append(lines, fmt.Sprintf("%s: %d people, %d sent, %d opened, %d clicked, %d left", r.Name, r.All, r.Sent, r.Opened, r.Clicked, r.Left))
		}
		want := []string{"All owners: 2 people, 1 sent, 1 opened, 1 clicked, 0 left", "Alphas: 1 people, 1 sent, 1 opened, 1 clicked, 0 left", "Newsletter: 2 people, 2 sent, 1 opened, 1 clicked, 1 left"}
		if !slices.Equal(lines, want) {
			w.Errorf("the report\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
	})
}
