package domain_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// S-43: as whom an account may send.
func TestSendable(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		shop := w.proven(w.a, "shop.test")
		news := w.proven(w.b, "news.shop.test", shop)
		other := w.proven(w.b, "other.test", shop, news)
		w.add(w.a, "pending.test")
		w.add(w.a, "other.test")
		idn := w.proven(w.a, "bücher.test", shop, news, other)
		cases := []struct {
			name, from string
			scope      account.Scope
			want       id.ID // zero: refused
		}{
			{"itself", "shop.test", w.a, shop.ID},
			{"in upper case", "SHOP.Test", w.a, shop.ID},
			{"sub-domain", "eu.shop.test", w.a, shop.ID},
			{"deep sub-domain", "a.b.shop.test", w.a, shop.ID},
			{"sub-domain that another account has proven", "news.shop.test", w.a, ""},
			{"below it", "x.news.shop.test", w.a, ""},
			{"its holder", "x.news.shop.test", w.b, news.ID},
			{"its holder as the parent", "shop.test", w.b, ""},
			{"another account's domain", "other.test", w.a, ""},
			{"nobody's domain", "nobody.test", w.a, ""},
			{"its own pending domain", "pending.test", w.a, ""},
			{"look-alike: suffix of letters", "myshop.test", w.a, ""},
			{"look-alike: prefix", "shop.test.evil.test", w.a, ""},
			{"look-alike: Cyrillic о", "shоp.test", w.a, ""},
			{"the parent of everything", "test", w.a, ""},
			{"IDN as U-label", "bücher.test", w.a, idn.ID},
			{"IDN as A-label", "xn--bcher-kva.test", w.a, idn.ID},
			{"look-alike of the IDN", "bucher.test", w.a, ""},
			{"trailing text", "shop.test>", w.a, ""},
			{"address literal", "[192.0.2.1]", w.a, ""},
			{"empty", "", w.a, ""},
			{"NUL", "shop.test\x00", w.a, ""},
		}
		directory := domain.NewDirectory(w.service, w.clock)
		for _, c := range cases {
			got, err := directory.Sendable(w.t.Context(), c.scope, c.from)
			if got.ID != c.want || c.want == "" && !fault.Is(err, fault.Forbidden) {
				w.t.Errorf("%s: %q, %v; want %q", c.name, got.Name, err, c.want)
			}
		}
		_, others := directory.Sendable(w.t.Context(), w.a, "news.shop.test")
		_, nobodys := directory.Sendable(w.t.Context(), w.a, "nobody.test")
		if others.Error() != nobodys.Error() {
			w.t.Error("another account's domain can be told from nobody's")
		}
		if _, err := directory.Sendable(w.t.Context(), account.Scope{}, "shop.test"); err == nil {
			w.t.Error("the zero scope may send")
		}
	})
}

// What changes elsewhere counts within 5 s; what was proven counts at once.
func TestDirectoryForgets(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		directory := domain.NewDirectory(w.service, w.clock)
		sendable := func() error {
			_, err := directory.Sendable(w.t.Context(), w.a, "shop.test")
			return err
		}
		d := w.add(w.a, "shop.test")
		w.wantKind("a pending domain", sendable(), fault.Forbidden)
		w.publish(d)
		w.check(w.a, d.ID)
		w.wantKind("a domain proven a moment ago", sendable(), "")
		w.exec("UPDATE domains SET state = 'lost' WHERE domain_id = ?", d.ID)
		w.wantKind("remembered", sendable(), "")
		w.clock.Advance(5 * time.Second)
		w.wantKind("a domain lost 5 s ago", sendable(), fault.Forbidden)
	})
}

func TestRotate(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx := w.t.Context()
		directory := domain.NewDirectory(w.service, w.clock)
		selector := func() string {
			_, selector, err := directory.SigningKey(ctx, w.a.AccountID(), w.show(w.a, firstID(w)).ID)
			if err != nil {
				w.t.Fatal(err)
			}
			return selector + "._domainkey.shop.test"
		}
		d := w.add(w.a, "shop.test")
		_, err := w.service.Rotate(ctx, w.a, d.ID)
		w.wantKind("rotating to a key that is not in DNS", err, fault.Conflict)
		w.publish(d)
		w.check(w.a, d.ID)
		first, next := record(d, domain.DKIMActive).Name, record(d, domain.DKIMStandby).Name
		if got := selector(); got != first {
			w.t.Errorf("signs with %s, want %s", got, first)
		}
		got, err := w.service.Rotate(ctx, w.a, d.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		fresh := record(got, domain.DKIMStandby)
		if record(got, domain.DKIMActive).Name != next || record(got, domain.DKIMRetired).Name != first || fresh.Name == first || fresh.Name == next {
			w.t.Errorf("after rotation: %+v", got.Records)
		}
		if record(got, domain.DKIMActive).Verdict != domain.Good || fresh.Verdict != domain.Unchecked {
			w.t.Error("the verdicts did not move with the keys")
		}
		w.clock.Advance(5 * time.Second)
		if got := selector(); got != next {
			w.t.Errorf("5 s after rotation signs with %s, want %s", got, next)
		}
		if d := w.check(w.a, d.ID); d.State != domain.Verified {
			w.t.Errorf("after rotation the domain is %s: %s", d.State, d.Reason)
		}
		w.clock.Advance(8 * 24 * time.Hour)
		if r := record(w.show(w.a, d.ID), domain.DKIMRetired); r.Name != "" {
			w.t.Errorf("a week later the retired key is still advised: %+v", r)
		}
	})
}

func firstID(w *world) id.ID {
	list, err := w.service.List(w.t.Context(), w.a)
	if err != nil || len(list) == 0 {
		w.t.Fatal(err)
	}
	return list[0].ID
}

// Two people press the button: the key moves on once.
func TestRotateOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.proven(w.a, "shop.test")
		var wg sync.WaitGroup
		kinds := make([]fault.Kind, 4)
		for i := range kinds {
			wg.Go(func() {
				_, err := w.service.Rotate(w.t.Context(), w.a, d.ID)
				kinds[i] = fault.KindOf(err)
			})
		}
		wg.Wait()
		count := map[fault.Kind]int{}
		for _, k := range kinds {
			count[k]++
		}
		if count[""] != 1 || count[fault.Conflict] != 3 {
			w.t.Errorf("outcomes %v", count)
		}
	})
}

// A sealed key opens only in its own row, and no account gets another's signer.
func TestSigningKeyIsBoundToItsRow(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		mine, theirs := w.add(w.a, "shop.test"), w.add(w.b, "other.test")
		directory := domain.NewDirectory(w.service, w.clock)
		_, _, err := directory.SigningKey(w.t.Context(), w.a.AccountID(), theirs.ID)
		w.wantKind("another account's key", err, fault.NotFound)
		w.exec(`UPDATE dkim_keys SET private_key = (SELECT k.private_key FROM dkim_keys k WHERE k.domain_id = ? AND k.state = 'active')
			WHERE domain_id = ? AND state = 'active'`, theirs.ID, mine.ID)
		if _, _, err := directory.SigningKey(w.t.Context(), w.a.AccountID(), mine.ID); err == nil {
			w.t.Error("a key that was moved to another row opens")
		}
	})
}

// Processes that start together agree on one operator.
func TestEnsureOperator(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		var wg sync.WaitGroup
		got := make([]domain.Operator, 6)
		for i := range got {
			wg.Go(func() {
				var err error
				if got[i], err = w.newService(domain.Options{}).EnsureOperator(context.Background()); err != nil {
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, op := range got {
			if op != got[0] || op.AccountID == "" || op.DomainID == "" {
				w.t.Fatalf("operators %+v", got)
			}
		}
		scope := account.NewScope(got[0].AccountID, account.Actor{Kind: account.ActorSystem})
		d, err := domain.NewDirectory(w.service, w.clock).Sendable(w.t.Context(), scope, hostname)
		if err != nil || d.ID != got[0].DomainID || d.State != domain.Verified || d.ReturnPath != "rp."+hostname {
			w.t.Errorf("the operator's domain: %+v, %v", d, err)
		}
		if _, _, err := domain.NewDirectory(w.service, w.clock).SigningKey(w.t.Context(), got[0].AccountID, d.ID); err != nil {
			w.t.Errorf("the operator's key: %v", err)
		}
		w.clock.Advance(1000 * time.Hour)
		if n, err := w.service.RecheckDue(w.t.Context(), 10); err != nil || n != 0 {
			w.t.Errorf("the operator's domain was looked at: %d, %v", n, err)
		}
	})
}

// A new host name comes first, also before an account that had proven it.
func TestOperatorTakesItsName(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		first, err := w.service.EnsureOperator(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		d := w.proven(w.a, "new.host.test")
		renamed := w.newService(domain.Options{Hostname: "new.host.test"})
		second, err := renamed.EnsureOperator(w.t.Context())
		if err != nil || second.AccountID != first.AccountID || second.DomainID == first.DomainID {
			w.t.Errorf("after a new host name: %+v, %v; before %+v", second, err, first)
		}
		if got := w.show(w.a, d.ID); got.State != domain.Lost {
			w.t.Errorf("the account keeps the service's name: %s", got.State)
		}
		_, err = renamed.Sendable(w.t.Context(), w.a, "new.host.test")
		w.wantKind("sending as the service", err, fault.Forbidden)
	})
}
