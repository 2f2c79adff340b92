package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"

	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
)

// authenticPython is a Python with the second implementations, or the test is skipped.
func authenticPython(t *testing.T) string {
	t.Helper()
	const python = "/usr/bin/python3" // a newer one in PATH does not see Debian's modules
	if exec.Command(python, "-c", "import dkim, spf, authheaders, dns.resolver").Run() != nil {
		services.Missing(t, "needs the Debian packages python3-dkim, python3-spf, python3-authheaders and python3-dnspython")
	}
	return python
}

// envelope is one message as the second implementations read it.
type envelope struct {
	Content []byte `json:"content"`
	From    string `json:"from"`
	Helo    string `json:"helo"`
	IP      string `json:"ip"`
}

// sentence is what they say of it.
type sentence struct {
	DKIM    string   `json:"dkim"`
	SPF     string   `json:"spf"`
	ByDKIM  string   `json:"dmarc_by_dkim"`
	BySPF   string   `json:"dmarc_by_spf"`
	Signed  []string `json:"signed"`
	Because string   `json:"why"`
}

var (
	pathOfMail = regexp.MustCompile(`<([^>]+)>`)
	fromField  = regexp.MustCompile(`(?m)^From:(?:[^\r\n]|\r\n[ \t])*<[^<>\r\n]+@([^<>\r\n]+)>\r$`)
)

// judge has the messages verified, twice each, and returns how many.
func (o *outside) judge(t *testing.T, python string, all []fakemx.Message) int {
	t.Helper()
	resolver := &net.Resolver{PreferGo: true, Dial: dialDNS(o.dns.Addr())}
	lookUp := func(name string) ([]string, error) {
		return resolver.LookupTXT(t.Context(), strings.TrimSuffix(name, "."))
	}
	var envelopes []envelope
	marked, toLeave := 0, 0
	for _, m := range all {
		from := fromField.FindStringSubmatch(m.Content)
		if from == nil {
			t.Fatalf("no From field:\n%s", m.Content)
		}
		e := envelope{[]byte(m.Content), pathOfMail.FindStringSubmatch(m.From)[1], "mail.host.example", "127.0.0.1"}
		envelopes = append(envelopes, e)
		found, err := dkim.VerifyWithOptions(strings.NewReader(m.Content), &dkim.VerifyOptions{LookupTXT: lookUp})
		if err != nil || len(found) != 1 || found[0].Err != nil || found[0].Domain != from[1] { // aligned, strictly
			t.Fatalf("go-msgauth: %+v, %v\n%s", found, err, m.Content)
		}
		result, err := spf.CheckHostWithSender(net.ParseIP(e.IP), e.Helo, e.From, spf.WithResolver(resolver), spf.WithContext(context.Background()))
		if result != spf.Pass {
			t.Fatalf("blitiri: SPF of %s: %s, %v", e.From, result, err)
		}
		policy, err := dmarc.LookupWithOptions(from[1], &dmarc.LookupOptions{LookupTXT: lookUp})
		if err != nil {
			t.Fatalf("go-msgauth: DMARC of %s: %v", from[1], err)
		}
		if policy.SPFAlignment == dmarc.AlignmentStrict || !strings.HasSuffix(e.From, "."+from[1]) {
			t.Fatalf("%s is not aligned with the From field of %s", e.From, from[1])
		}
		if strings.Contains(m.Content, "/c/") {
			marked++
		}
		if listed(m.Content) {
			toLeave++
		}
	}
	if marked < len(all)/10 || toLeave < len(all)/4 {
		t.Errorf("of %d messages %d are marked and %d have fields of RFC 8058", len(all), marked, toLeave)
	}
	for i, s := range o.second(t, python, envelopes) {
		if s.DKIM != "pass" || s.SPF != "pass" || s.ByDKIM != "pass" || s.BySPF != "pass" {
			t.Fatalf("the second implementations say %+v\n%s", s, all[i].Content)
		}
		for _, field := range []string{"list-unsubscribe", "list-unsubscribe-post"} { // RFC 8058 §4
			if listed(all[i].Content) && !slices.Contains(s.Signed, field) {
				t.Fatalf("the signature covers no %s: %v", field, s.Signed)
			}
		}
		if fromCampaign.MatchString(all[i].Content) && !listed(all[i].Content) {
			t.Fatalf("mail to many without the fields of RFC 8058\n%s", all[i].Content)
		}
	}
	return len(all)
}

// fromCampaign matches mail of the test's campaigns, automation and mailing.
var fromCampaign = regexp.MustCompile(`(?m)^From:.*<(news|club)@`)

// listed reports whether a message carries both fields by which people leave with one click.
func listed(message string) bool {
	head, _, _ := strings.Cut(message, "\r\n\r\n")
	head = "\r\n" + strings.ToLower(head)
	return strings.Contains(head, "\r\nlist-unsubscribe:") && strings.Contains(head, "\r\nlist-unsubscribe-post:")
}

// second asks dkimpy, pyspf and authheaders.
func (o *outside) second(t *testing.T, python string, all []envelope) (said []sentence) {
	t.Helper()
	input, err := json.Marshal(map[string]any{"dns": o.dns.Addr(), "messages": all})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/authentic.py")
	var complaints bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("authentic.py: %v\n%s", err, &complaints)
	}
	if err := json.Unmarshal(out, &said); err != nil || len(said) != len(all) {
		t.Fatalf("authentic.py: %d answers to %d messages, %v", len(said), len(all), err)
	}
	return said
}
