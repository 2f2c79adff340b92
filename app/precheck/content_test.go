package precheck

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/domain"
	"smtpserver/app/id"
)

const leave = "https://mail.example.com/u/token"

// whole is a mail that nothing is wrong with.
func whole() Mail {
	d := domain.Detail{Domain: domain.Domain{ID: id.New(), Name: "example.com", State: domain.Verified}}
	for _, p := range []domain.Purpose{domain.DKIMActive, domain.ReturnPath, domain.SPF, domain.DMARC} {
		d.Records = append(d.Records, domain.Record{Purpose: p, Title: string(p), Verdict: domain.Good})
	}
	return Mail{
		Domain: d, Leaving: []string{leave}, HTTPS: true, Address: []string{"73312", "Geislingen"}, Sample: 10,
		HTML: `<p>Hello</p><p>Hofladen, Dorfstraße 3, 73312 Geislingen</p><a href="` + leave + `">Unsubscribe</a>`,
		Text: "Hello\n\nHofladen, 73312 Geislingen\n" + leave,
	}
}

func find(t *testing.T, checks []Check, name Name) Check {
	t.Helper()
	for _, c := range checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %s", name)
	return Check{}
}

// what each fault of a mail is told as, and which of them keep it from starting.
func TestR05EachFaultHasItsVerdict(t *testing.T) {
	t.Parallel()
	for _, c := range Local(whole()) {
		if c.Verdict != Good || c.Words == "" {
			t.Errorf("a whole mail: %+v", c)
		}
	}
	long := strings.Repeat("x", 103*1024)
	for what, row := range map[string]struct {
		change  func(*Mail)
		name    Name
		verdict Verdict
	}{
		"no unsubscribe link": {func(m *Mail) { m.HTML = strings.ReplaceAll(m.HTML, leave, "https://example.com/") }, Unsubscribe, Bad},
		"only as text":        {func(m *Mail) { m.HTML = strings.ReplaceAll(m.HTML, `<a href="`+leave+`">Unsubscribe</a>`, leave) }, Unsubscribe, Bad},
		"in a comment":        {func(m *Mail) { m.HTML = strings.ReplaceAll(m.HTML, "<a ", "<!-- <a ") + "-->" }, Unsubscribe, Bad},
		"not in the text":     {func(m *Mail) { m.Text = "Hello 73312 Geislingen" }, Unsubscribe, Warn},
		"empty":               {func(m *Mail) { m.HTML, m.Text = "", "" }, Unsubscribe, Bad},
		"no address":          {func(m *Mail) { m.HTML = strings.ReplaceAll(m.HTML, "73312", "") }, Postal, Bad},
		"address in a style": {func(m *Mail) {
			m.HTML = strings.ReplaceAll(m.HTML, "73312 Geislingen", "<style>73312 Geislingen</style>")
		}, Postal, Bad},
		"no address on file":           {func(m *Mail) { m.Address = nil }, Postal, Bad},
		"no https":                     {func(m *Mail) { m.HTTPS = false }, OneClick, Warn},
		"clipped":                      {func(m *Mail) { m.HTML += long }, Size, Warn},
		"missing fields":               {func(m *Mail) { m.Missing = map[string]int{"name": 3} }, Fields, Warn},
		"fields that nobody has":       {func(m *Mail) { m.Unfilled = []string{"fields.ghost"} }, Fields, Warn},
		"no domain":                    {func(m *Mail) { m.Domain = domain.Detail{} }, Authentication, Bad},
		"a domain that lost its proof": {func(m *Mail) { m.Domain.State = domain.Lost }, Authentication, Bad},
		"no DMARC":                     {func(m *Mail) { m.Domain.Records[3].Verdict = domain.Missing }, Authentication, Warn},
	} {
		m := whole()
		row.change(&m)
		checks := Local(m)
		c := find(t, checks, row.name)
		if c.Verdict != row.verdict || c.Remedy == "" {
			t.Errorf("%s: %+v", what, c)
		}
		if blocked := len(Blocking(checks)) > 0; blocked != (row.verdict == Bad) {
			t.Errorf("%s: blocked %v", what, blocked)
		}
	}
}

// The spam filter's answer, its silence and its nonsense; none of them blocks.
func TestTheSpamFilterIsAsked(t *testing.T) {
	t.Parallel()
	answer, got := "", ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/checkv2" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		got = string(body)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Clock: clock.System, HTTP: http.DefaultClient, Rspamd: &Rspamd{HTTP: &http.Client{Timeout: time.Second}, URL: at}})
	m := whole()
	m.Transport = []byte("Subject: x\r\n\r\nHello")
	for said, want := range map[string]Verdict{
		`{"score":0.4,"required_score":15,"action":"no action","symbols":{}}`:                                                     Good,
		`{"score":6.5,"required_score":15,"symbols":{"A":{"score":-1},"MANY_EXCLAMATIONS":{"score":4.5,"description":"Shouts"}}}`: Warn,
		`<html>`: Unknown,
	} {
		answer = said
		check := find(t, c.Run(t.Context(), m), Spam)
		if check.Verdict != want || got != string(m.Transport) {
			t.Errorf("%s: %+v", said, check)
		}
		if want == Warn && (len(check.Details) != 1 || !strings.Contains(check.Details[0], "Shouts")) {
			t.Errorf("%+v", check)
		}
	}
	server.Close()
	if check := c.spam(t.Context(), m); check.Verdict != Unknown {
		t.Errorf("nobody there: %+v", check)
	}
	if check := New(Options{Clock: clock.System, HTTP: http.DefaultClient}).spam(t.Context(), m); check.Verdict != Unknown || len(Blocking([]Check{check})) > 0 {
		t.Errorf("not configured: %+v", check)
	}
}
