package domain_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.add(w.a, "Shop.Test")
		if d.Name != "shop.test" || d.State != domain.Pending || d.ReturnPath != "bounces.shop.test" || d.TrackingHost != "links.shop.test" {
			w.t.Errorf("added %+v", d.Domain)
		}
		want := []struct {
			purpose     domain.Purpose
			typ, name   string
			value, host string // value as a pattern
			required    bool
		}{
			{domain.DKIMActive, "TXT", `^ss1-[a-z2-7]{4}\._domainkey\.shop\.test$`, `^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]{390,}`, `^ss1-[a-z2-7]{4}\._domainkey$`, true},
			{domain.DKIMStandby, "TXT", `^ss2-[a-z2-7]{4}\._domainkey\.shop\.test$`, `^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]{390,}`, `^ss2-[a-z2-7]{4}\._domainkey$`, false},
			{domain.ReturnPath, "CNAME", `^bounces\.shop\.test$`, `^rp\.mail\.host\.example$`, `^bounces$`, true},
			{domain.Tracking, "CNAME", `^links\.shop\.test$`, `^mail\.host\.example$`, `^links$`, false},
			{domain.SPF, "TXT", `^shop\.test$`, `^$`, `^@$`, false},
			{domain.DMARC, "TXT", `^_dmarc\.shop\.test$`, `^v=DMARC1; p=none; rua=`, `^_dmarc$`, false},
		}
		if len(d.Records) != len(want) {
			w.t.Fatalf("%d records", len(d.Records))
		}
		for i, c := range want {
			r := d.Records[i]
			ok := r.Purpose == c.purpose && r.Type == c.typ && r.Required == c.required && r.Verdict == domain.Unchecked && r.Why != ""
			for text, pattern := range map[string]string{r.Name: c.name, r.Value: c.value, r.Host: c.host} {
				ok = ok && regexp.MustCompile(pattern).MatchString(text)
			}
			if !ok {
				w.t.Errorf("record %d: %+v, want %+v", i, r, c)
			}
		}
	})
}

func TestAddTwice(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		first := w.add(w.a, "shop.test")
		_, err := w.service.Add(w.t.Context(), w.a, "SHOP.test")
		var exists *domain.ExistsError
		if !fault.Is(err, fault.Conflict) || !errors.As(err, &exists) || exists.DomainID != first.ID || fault.FieldsOf(err)["domain"] == "" {
			w.t.Errorf("the same domain again: %v", err)
		}
		// M-08: another account hears nothing of it, pending or proven.
		w.publish(first)
		w.check(w.a, first.ID)
		second := w.add(w.b, "shop.test")
		if second.State != domain.Pending || second.Reason != w.add(w.b, "free.test").Reason {
			w.t.Errorf("adding tells another account about a domain: %+v", second.Domain)
		}
		if record(first, domain.DKIMActive).Name == record(second, domain.DKIMActive).Name {
			w.t.Error("two accounts want one record with two values")
		}
	})
}

// M-01 for this package: another account's domain is no domain.
func TestForeignDomainsAreAbsent(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.proven(w.b, "shop.test")
		ctx, before := w.t.Context(), w.show(w.b, d.ID)
		_, get := w.service.Get(ctx, w.a, d.ID)
		_, show := w.service.Show(ctx, w.a, d.ID)
		_, check := w.service.Check(ctx, w.a, d.ID)
		_, rotate := w.service.Rotate(ctx, w.a, d.ID)
		remove := w.service.Delete(ctx, w.a, d.ID)
		for name, err := range map[string]error{"get": get, "show": show, "check": check, "rotate": rotate, "delete": remove} {
			w.wantKind(name, err, fault.NotFound)
			if err != nil && err.Error() != get.Error() {
				w.t.Errorf("%s: %v differs from %v", name, err, get)
			}
		}
		if list, err := w.service.List(ctx, w.a); err != nil || len(list) != 0 {
			w.t.Errorf("A's list: %v, %v", list, err)
		}
		if after := w.show(w.b, d.ID); after.NextCheckAt != before.NextCheckAt || after.State != before.State {
			w.t.Error("A changed B's domain")
		}
	})
}

func TestZoneText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	text := domain.ZoneText(domain.Domain{Name: "shop.test"}, []domain.Record{
		{Title: "DKIM key", Type: "TXT", Name: "s._domainkey.shop.test", Value: `v="\` + long, Required: true},
		{Title: "Return path", Type: "CNAME", Name: "bounces.shop.test", Value: "rp.host.example", Required: true},
		{Title: "SPF", Type: "TXT", Name: "shop.test"},
	})
	want := "; DNS records for shop.test\n" +
		"; DKIM key (required)\ns._domainkey.shop.test. 3600 IN TXT " + `"v=\"\\` + long[:251] + `" "` + long[251:] + "\"\n" +
		"; Return path (required)\nbounces.shop.test. 3600 IN CNAME rp.host.example.\n"
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ctx := w.t.Context()
		d := w.proven(w.a, "shop.test")
		if err := w.service.Delete(ctx, w.a, d.ID); err != nil {
			w.t.Fatal(err)
		}
		_, err := w.service.Get(ctx, w.a, d.ID)
		w.wantKind("a deleted domain", err, fault.NotFound)
		_, err = w.service.Sendable(ctx, w.a, "shop.test")
		w.wantKind("sending from a deleted domain", err, fault.Forbidden)

		d = w.proven(w.b, "shop.test") // the claim was free at once
		w.exec(`INSERT INTO messages (account_id, message_id, stream, domain_id, mail_from, header_from, subject, header_message_id, tag, metadata, size, recipients,
			smtputf8, eight_bit, dsn_ret, dsn_envid, client_ip, client_name, client_tls, created_at, expires_at)
			VALUES (?, 'm', 'transactional', ?, '', '', '', '', '', '{}', 1, 1, ?, ?, '', '', '', '', '', ?, ?)`, w.b.AccountID(), d.ID, false, false, noon, noon)
		err = w.service.Delete(ctx, w.b, d.ID)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.SafeText(err), "has sent messages") {
			w.t.Errorf("deleting a domain that has sent: %v", err)
		}
		if _, err := w.service.Sendable(ctx, w.b, "shop.test"); err != nil {
			w.t.Errorf("the refused deletion took the claim: %v", err)
		}
	})
}

// one is a plan with room for one of each thing.
type one struct{}

func (one) Most(context.Context, account.Scope, account.Thing) (int64, error) { return 1, nil }

// A plan bounds domains; what is there stays.
func TestAPlanBoundsDomains(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.add(w.a, "one.test")
		w.add(w.a, "two.test")
		w.service.SetPlan(one{})
		if _, err := w.service.Add(w.t.Context(), w.a, "three.test"); !fault.Is(err, fault.Limited) {
			w.t.Errorf("beyond the plan: %v", err)
		}
		w.add(w.b, "four.test")
	})
}
