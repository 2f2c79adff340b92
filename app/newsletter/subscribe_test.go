package newsletter_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/newsletter"
)

// Two clicks subscribe, one does not; an old link brings nobody back; the evidence tells all.
func TestTwoClicksSubscribe(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx := w.Context()
		form := newsletter.Form{Email: " Kim@Example.org ", Language: "de", Wording: "Ich möchte den Rundbrief.", IP: "192.0.2.1", Network: "n"}
		for _, bad := range []string{"", "kim", "kim@localhost", "kim@[192.0.2.1]", "a@b.example\r\nBcc: x@y.example"} {
			if err := w.service.Ask(ctx, newsletter.Form{Email: bad}); !fault.Is(err, fault.Invalid) {
				w.Errorf("%q: %v", bad, err)
			}
		}
		w.must(w.service.Ask(ctx, form))
		if got := w.texts("SELECT address FROM subscribers"); len(got) != 0 {
			w.Fatalf("a form alone subscribed %v", got)
		}
		token := w.mails.tokens[0]
		if strings.Contains(strings.ToLower(token), "kim") {
			w.Error("the link names the address")
		}
		for _, bad := range []string{"", token[1:], token + "0", strings.ToUpper(token), token[:len(token)-1] + "0", "x." + token[27:]} {
			if bad == token {
				continue
			}
			if _, err := w.service.Confirm(ctx, bad, ""); !fault.Is(err, fault.NotFound) {
				w.Errorf("%q: %v", bad, err)
			}
		}
		for range 2 {
			_, err := w.service.Confirm(ctx, token, "192.0.2.2")
			w.must(err)
		}
		if got := w.texts("SELECT kind || ' ' || ip || ' ' || wording FROM subscriber_evidence ORDER BY evidence_id"); !slices.Equal(got, []string{"asked 192.0.2.1 Ich möchte den Rundbrief.", "confirmed 192.0.2.2 Ich möchte den Rundbrief."}) {
			w.Errorf("evidence %q", got)
		}
		w.clock.Advance(time.Hour)
		message := id.New()
		w.optOut("kim@example.org", message)
		for range 2 {
			w.must(w.service.Settle(ctx))
		}
		if _, err := w.service.Confirm(ctx, token, ""); err != nil {
			w.Fatal(err)
		}
		if got := w.texts("SELECT state FROM subscribers"); !slices.Equal(got, []string{"left"}) {
			w.Errorf("after leaving and the old link: %v", got)
		}
		if got := w.texts("SELECT proof FROM subscriber_evidence WHERE kind = 'left'"); len(got) != 1 || !strings.Contains(got[0], string(message)) {
			w.Errorf("evidence of leaving %q", got)
		}
		w.subscribe("kim@example.org") // their new wish
		w.must(w.service.Settle(ctx))
		if got := w.texts("SELECT state FROM subscribers UNION ALL SELECT address FROM suppressions"); !slices.Equal(got, []string{"confirmed"}) {
			w.Errorf("after a new form: %v", got)
		}
	})
}

// A link of eight days ago works no more, and forms that nobody confirmed are forgotten.
func TestOldFormsAreForgotten(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.subscribe("old@example.org")
		w.must(w.service.Ask(w.Context(), newsletter.Form{Email: "never@example.org"}))
		w.clock.Advance(newsletter.AskLife + time.Minute)
		if _, err := w.service.Confirm(w.Context(), w.mails.tokens[1], ""); !fault.Is(err, fault.NotFound) {
			w.Errorf("an old link: %v", err)
		}
		w.must(w.service.Purge(w.Context()))
		if got := w.texts("SELECT DISTINCT address FROM subscriber_evidence"); !slices.Equal(got, []string{"old@example.org"}) {
			w.Errorf("kept %v", got)
		}
	})
}

// Nobody fills a stranger's mailbox, and who tries learns nothing about the address.
func TestListBombing(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.limits.barred = "newsletter_address:"
		w.must(w.service.Ask(w.Context(), newsletter.Form{Email: "kim@example.org"}))
		if len(w.mails.tokens) != 0 {
			w.Error("a mail too many")
		}
		for _, barred := range []string{"newsletter_network:", "newsletter"} {
			w.limits.barred = barred
			if err := w.service.Ask(w.Context(), newsletter.Form{Email: "kim@example.org", Network: "n"}); !fault.Is(err, fault.Limited) {
				w.Errorf("%s: %v", barred, err)
			}
		}
	})
}

// Evidence cannot be changed, not even by a statement of our own.
func TestEvidenceStays(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.subscribe("kim@example.org")
		defer func() {
			if w.texts("SELECT wording FROM subscriber_evidence LIMIT 1")[0] != "Ich möchte den Rundbrief." {
				w.Error("evidence was changed")
			}
		}()
		if err := w.try("UPDATE subscriber_evidence SET wording = 'anything'"); err == nil {
			w.Error("evidence can be changed")
		}
	})
}

// An owner's refusal stays when they change their address; what they said by a mail's link
// they take back by it, and a newsletter asked for later does not end the refusal.
func TestOwnersRefuse(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx := w.Context()
		wanted := func(c customer, want bool) {
			w.Helper()
			if got, err := w.service.Wanted(ctx, c.user); err != nil || got != want {
				w.Errorf("%s: wanted %v, %v", c.email, got, err)
			}
		}
		a, b := w.customer("Alpha"), w.customer("Beta")
		wanted(a, true)
		w.must(w.service.SetWanted(ctx, a.user, false))
		if got := w.texts("SELECT address FROM suppressions WHERE account_id = ? AND stream = 'broadcast' AND opted_out", w.operator.ID); !slices.Equal(got, []string{a.email}) {
			w.Errorf("what is under way is not stopped: %v", got)
		}
		w.optOut(b.email, id.New())
		wanted(b, false)
		for range 2 {
			w.must(w.service.Settle(ctx))
		}
		w.exec("UPDATE users SET email = 'new@beta.example', email_key = 'new@beta.example' WHERE user_id = ?", b.user)
		wanted(b, false)
		w.must(w.service.SetWanted(ctx, b.user, true))
		w.must(w.service.Settle(ctx))
		wanted(b, true)

		c := w.customer("Gamma")
		w.optOut(c.email, id.New())
		w.must(w.service.Settle(ctx))
		w.exec("DELETE FROM suppressions WHERE address = ?", c.email) // by the same link
		w.must(w.service.Settle(ctx))
		wanted(c, true)

		w.must(w.service.SetWanted(ctx, a.user, true))
		wanted(a, true)
		w.optOut(a.email, id.New())
		w.must(w.service.Settle(ctx))
		w.subscribe(a.email)
		w.must(w.service.Settle(ctx))
		wanted(a, false)
		if got := w.texts("SELECT state FROM subscribers WHERE address = ?", a.email); !slices.Equal(got, []string{"confirmed"}) {
			w.Errorf("subscribed anew: %v", got)
		}
	})
}

// Staff remove with a reason, which the log keeps; the file is for a spreadsheet.
func TestStaffRemoveAndExport(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx, staff := w.Context(), id.New()
		w.subscribe("kim@example.org")
		w.subscribe("=cmd@example.org")
		rows, err := w.service.Subscribers(ctx, newsletter.Filter{Text: "KIM@", Limit: 10})
		if err != nil || len(rows) != 1 {
			w.Fatalf("found %v, %v", rows, err)
		}
		if rows, err := w.service.Subscribers(ctx, newsletter.Filter{Text: "%", Limit: 10}); err != nil || len(rows) != 0 {
			w.Errorf("a percent sign finds %v, %v", rows, err)
		}
		if err := w.service.Remove(ctx, staff, rows[0].ID, " "); !fault.Is(err, fault.Invalid) {
			w.Errorf("without a reason: %v", err)
		}
		var file bytes.Buffer
		if err := w.service.Export(ctx, staff, "", &file); !fault.Is(err, fault.Invalid) || file.Len() != 0 {
			w.Errorf("an export without a reason: %v", err)
		}
		w.must(w.service.Export(ctx, staff, "for the lawyer", &file))
		if text := file.String(); strings.Count(text, "\n") != 3 || !strings.Contains(text, "'=cmd@example.org") || !strings.Contains(text, "kim@example.org,confirmed,de,") {
			w.Errorf("the file\n%s", text)
		}
		w.must(w.service.Remove(ctx, staff, rows[0].ID, "They asked"))
		if err := w.service.Remove(ctx, staff, rows[0].ID, "They asked"); !fault.Is(err, fault.NotFound) {
			w.Errorf("twice: %v", err)
		}
		if got := w.texts("SELECT action || ' ' || reason FROM staff_events ORDER BY event_id"); !slices.Equal(got, []string{"subscriber.exported for the lawyer", "subscriber.removed They asked"}) {
			w.Errorf("the log: %q", got)
		}
		if got := w.texts("SELECT address FROM subscriber_evidence WHERE address = 'kim@example.org'"); len(got) != 0 {
			w.Errorf("evidence of the removed: %v", got)
		}
	})
}
