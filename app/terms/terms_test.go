package terms_test

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/terms"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func each(t *testing.T, fn func(t *testing.T, s *store.Store, a *terms.Archive, c *clock.Fake)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			s := open(t, c)
			fn(t, s, terms.New(s), c)
		})
	}
}

func TestSeedStoresTheFoundingTextsOnce(t *testing.T) {
	each(t, func(t *testing.T, _ *store.Store, a *terms.Archive, c *clock.Fake) {
		for range 2 {
			if err := a.Seed(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.Advance(48 * time.Hour)
		}
		for _, document := range []terms.Document{terms.Service, terms.Privacy} {
			v, err := a.Current(t.Context(), document, c.Now())
			if err != nil {
				t.Fatal(err)
			}
			if v.Number != 1 || v.EffectiveOn != "2026-11-23" || len(v.Digest) != 64 || v.Markdown == "" {
				t.Errorf("%s: %+v", document, v)
			}
			if _, err := a.Current(t.Context(), document, noon.Add(-24*time.Hour)); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s was in force the day before: %v", document, err)
			}
			if versions, err := a.Versions(t.Context(), document); err != nil || len(versions) != 1 {
				t.Errorf("%s: %+v, %v", document, versions, err)
			}
		}
	})
}

// The seven facts of the founding terms must be said.
func TestFoundingTermsSayEveryFact(t *testing.T) {
	each(t, func(t *testing.T, _ *store.Store, a *terms.Archive, _ *clock.Fake) {
		if err := a.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		v, err := a.Get(t.Context(), terms.Service, 1)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(v.Markdown), " ")
		for _, fact := range []string{
			"contact information, payment information and e-mail addresses", "individuals or the corporate entities", "tell businesses from individuals", // 1
			"who opened it, and who clicked which link", "measure our own e-mail campaigns", "specific segments of our customers", // 2
			"do not sell, rent or lend", "never use your lists for our own marketing", // 3
			"thirty (30) days", "in the portal of your account or by e-mail to the address of the account's owner", "highlights the intended updates", // 4
			"effective date shown at the top", "supersedes all prior versions", // 5
			"continue to access or use the service on or after the effective date", "stop using the service", // 6
			"hold for your account, for access to the service, and for its use", // 7
		} {
			if !strings.Contains(text, fact) {
				t.Errorf("not said: %q", fact)
			}
		}
		html, err := v.HTML()
		if err != nil || !strings.Contains(html, "<h2>2. The data we collect and keep</h2>") {
			t.Errorf("HTML: %v", err)
		}
	})
}

func TestRenderingDropsWhatCouldRun(t *testing.T) {
	t.Parallel()
	v := terms.Version{Markdown: "<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>"}
	html, err := v.HTML()
	if err != nil || strings.Contains(html, "<script") || strings.Contains(html, "javascript:") || strings.Contains(html, "onerror") {
		t.Errorf("%q, %v", html, err)
	}
}
