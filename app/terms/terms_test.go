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
	"smtpserver/app/testkit/seed"
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
		for _, document := range terms.Documents {
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

// The founding texts bind newcomers, who see and accept them together. Where somebody is a
// customer already, what did not bind them so far begins like any change: with notice.
func TestFoundingTextsBindNobodyUnasked(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, a *terms.Archive, _ *clock.Fake) {
		customer := seed.NewAccount(t, s, "Early")
		if err := a.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		offer, err := a.Offer(t.Context())
		if err != nil || len(offer.With) != 0 || len(offer.Informs) != 1 || offer.Besides() != "" {
			t.Errorf("%+v, %v", offer, err)
		}
		draft, err := terms.NewDesk(a, nil).Open(t.Context(), terms.Processing)
		if err != nil || !strings.Contains(draft.Markdown, "We process it on your behalf.") || draft.Kind != terms.Material {
			t.Errorf("%+v, %v", draft, err)
		}
		if history, err := a.Records(t.Context(), customer.Scope); err != nil || len(history) != 0 {
			t.Errorf("%+v, %v", history, err)
		}
	})
}

func TestNewcomersAcceptWhatBelongsToTheTerms(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, a *terms.Archive, _ *clock.Fake) {
		if err := a.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		offer, err := a.Offer(t.Context())
		if err != nil || offer.Besides() != "acceptable_use:1 data_processing:1" || len(offer.Announced) != 0 {
			t.Fatalf("%+v, %v", offer, err)
		}
		newcomer := seed.NewAccount(t, s, "Newcomer")
		if err := a.Record(t.Context(), offer.Service, terms.By{AccountID: newcomer.ID, Channel: terms.SignUp}); err != nil {
			t.Fatal(err)
		}
		history, err := a.Records(t.Context(), newcomer.Scope)
		if err != nil || len(history) != 3 || history[2].Document != terms.Processing || terms.CheckChain(history) != nil {
			t.Errorf("%+v, %v", history, err)
		}
		if p, err := terms.Verify(t.Context(), s); err != nil || !p.OK() {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
