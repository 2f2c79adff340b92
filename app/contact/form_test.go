package contact_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// letters keeps the secrets of confirmation mails.
type letters struct{ tokens []string }

func (l *letters) ConfirmSubscription(_ context.Context, _, _, _, _, token string) error {
	l.tokens = append(l.tokens, token)
	return nil
}

type counted struct{ *limit.Limiter }

func (c counted) Allow(ctx context.Context, bucket string, most int, window time.Duration) (bool, error) {
	d, err := c.Hit(ctx, bucket, most, window)
	return d.Allowed, err
}

type reception struct {
	*contact.Forms
	db    *store.Store
	scope account.Scope
	mails *letters
	form  id.ID
	list  id.ID
}

func newReception(t *testing.T, db *store.Store) *reception {
	t.Helper()
	box, err := secret.NewBox(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	r := &reception{db: db, scope: seed.NewAccount(t, db, "Shop").Scope, mails: &letters{}}
	r.Forms = contact.NewForms(contact.New(db), r.mails, counted{limit.New(db, box)}, box)
	l, err := r.AddList(t.Context(), r.scope, "Letter", "", "")
	if err != nil {
		t.Fatal(err)
	}
	r.list = l.ID
	if err := r.SaveForm(t.Context(), r.scope, l.ID, "Our letter about apples, once a month.", true); err != nil {
		t.Fatal(err)
	}
	f, _, err := r.FormOf(t.Context(), r.scope, l.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.form = f.ID
	return r
}

// Nobody fills a stranger's mailbox with confirmations, from one network or from many.
func TestFormsAreNoMailBomb(t *testing.T) {
	t.Parallel()
	r := newReception(t, storetest.SQLite(t, nil))
	for i := range 10 {
		network := fmt.Sprintf("192.0.%d.0/24", i)
		if err := r.Ask(t.Context(), r.form, "victim@example.org", "", "en", "192.0.2.1", network); err != nil {
			t.Fatalf("the %d. form to one address must be dropped in silence: %v", i, err)
		}
	}
	if len(r.mails.tokens) != 3 {
		t.Errorf("one address got %d confirmations in a day", len(r.mails.tokens))
	}
	refused := 0
	for i := range 30 {
		err := r.Ask(t.Context(), r.form, fmt.Sprintf("p%d@example.org", i), "", "en", "198.51.100.1", "198.51.100.0/24")
		switch {
		case fault.Is(err, fault.Limited):
			refused++
		case err != nil:
			t.Fatal(err)
		}
	}
	if refused != 10 || len(r.mails.tokens) != 3+20 {
		t.Errorf("of 30 forms of one network %d were refused; %d mails", refused, len(r.mails.tokens))
	}
}

// A form that the person confirmed takes back their own earlier opt-out, and nothing else.
func TestConfirmationLiftsAnOptOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		r := newReception(t, db)
		archive := message.NewArchive(db)
		subscribe := func(email string) contact.Contact {
			t.Helper()
			if err := r.Ask(t.Context(), r.form, email, "", "en", "192.0.2.1", email); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Confirm(t.Context(), r.mails.tokens[len(r.mails.tokens)-1], "192.0.2.1"); err != nil {
				t.Fatal(err)
			}
			found, err := r.Find(t.Context(), r.scope, contact.Filter{In: contact.SearchAddress, Prefix: email, Limit: 1})
			if err != nil || len(found) != 1 {
				t.Fatal(found, err)
			}
			return found[0]
		}
		suppressed := func(email string) int {
			t.Helper()
			rows, err := archive.Suppressions(t.Context(), r.scope, message.SuppressionFilter{Address: email, Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			return len(rows)
		}
		kim := subscribe("kim@example.org")
		token, err := r.PreferenceToken(r.scope.AccountID(), kim.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.SavePreferences(t.Context(), token, nil, true, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		if suppressed("kim@") != 1 {
			t.Fatal("an opt-out is not kept")
		}
		if subscribe("kim@example.org"); suppressed("kim@") != 0 {
			t.Error("a new, proven consent does not lift the person's own opt-out")
		}
		if err := r.SavePreferences(t.Context(), token, nil, true, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		if err := r.SavePreferences(t.Context(), token, nil, false, "192.0.2.1"); err != nil || suppressed("kim@") != 0 {
			t.Errorf("their own preferences do not lift it: %v", err)
		}
		d, err := r.Show(t.Context(), r.scope, kim.ID)
		if err != nil || d.Consents[0].Kind != contact.Given || d.Consents[0].Source != contact.ByPreferences || d.Consents[1].Kind != contact.Withdrawn {
			t.Errorf("the ledger does not tell of it: %+v, %v", d.Consents, err)
		}
		_, err = archive.Suppress(t.Context(), r.scope, []message.Suppression{{Stream: message.Broadcast, Address: "complained@example.org", Reason: "complained about a message"}})
		if err != nil {
			t.Fatal(err)
		}
		if subscribe("complained@example.org"); suppressed("complained@") != 1 {
			t.Error("a confirmed form lifts a complaint")
		}
	})
}
