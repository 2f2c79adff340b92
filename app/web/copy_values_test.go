package web

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func valuesOf(doc *goquery.Document, kind string) []string {
	return doc.Find(`[data-value="` + kind + `"]`).Map(func(_ int, s *goquery.Selection) string { return s.Text() })
}

// What people copy is on the page in full, under the names of the contract.
func TestDomainPageHoldsEveryRecord(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	domainID := ada.addDomain(t, "shop.test")
	d, err := s.Domains.Show(t.Context(), ada.scope(), domainID)
	if err != nil {
		t.Fatal(err)
	}
	doc := ada.get("/a/"+ada.slug+"/domains/"+domainID.String()).want(t, http.StatusOK).doc(t)
	names, values := valuesOf(doc, "dns-name"), valuesOf(doc, "dns-value")
	for _, r := range d.Records {
		if !slices.Contains(names, r.Name) {
			t.Errorf("no name %s", r.Name)
		}
		if got := slices.Contains(values, r.Value); got != (r.Value != "") {
			t.Errorf("%s: value %q shown: %v", r.Title, r.Value, got)
		}
		state := doc.Find(`[data-record="` + string(r.Purpose) + `"] [data-state]`)
		if state.AttrOr("data-state", "") != string(r.Verdict) || state.Text() == "" {
			t.Errorf("%s: state %q %q", r.Title, state.AttrOr("data-state", ""), state.Text())
		}
	}
	if doc.Find(`form[action$="/rotate"] input[name="_csrf"], form[action$="/check"] input[name="_csrf"], form[action$="/remove"] input[name="_csrf"]`).Length() != 3 {
		t.Error("the page lacks one of its three forms")
	}
}

// The new credential's page has all that a mail program asks for.
func TestCredentialPageTellsHowToConnect(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	created := ada.post("/a/"+ada.slug+"/credentials", url.Values{"name": {"shop"}}).want(t, http.StatusOK)
	doc := created.doc(t)
	secret := secretShape.FindString(created.body)
	for kind, want := range map[string]string{"smtp-host": "mail.example.com", "smtp-port": "2525", "smtp-username": "shop", "smtp-password": secret} {
		if got := valuesOf(doc, kind); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	if got := doc.Find("[data-copy-source]").Length(); got != 8 {
		t.Errorf("%d snippets", got)
	}
}
