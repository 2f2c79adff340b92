package delivery

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"smtpserver/app/message"
	"smtpserver/app/store/storetest"
	"smtpserver/app/telemetry"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// One line of the log per attempt tells everything but whom it was to and what the server
// wrote; the metrics' labels are of small sets, however many domains there are.
func TestTheLogAndTheMetricsNameNobody(t *testing.T) {
	s := storetest.SQLite(t, nil)
	in := newInternet(t, `
one.example. MX 10 mx.one.example.
mx.one.example. A 127.0.0.5
two.example. MX 10 gmail-smtp-in.l.google.com.
gmail-smtp-in.l.google.com. A 127.0.0.6
three.example. MX 10 mx.three.example.
mx.three.example. A 127.0.0.99
`, map[string]fakemx.Options{
		"127.0.0.5": {Script: fakemx.At(fakemx.Dot, fakemx.Action{Reply: "550 5.7.1 <secret.person@one.example> wrote to hidden.sender: spam content"})},
		"127.0.0.6": {},
	})
	a := seed.NewAccount(t, s, "Alpha")
	for _, domain := range []string{"one.example", "two.example", "three.example"} {
		n := seed.NewMessage(s, a, message.Transactional, "secret.person@"+domain)
		n.Message.Subject = "A secret subject"
		if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	metrics := telemetry.NewMetrics()
	e, _ := newEngine(t, s, in, t.TempDir())
	e.log, e.metrics = slog.New(slog.NewJSONHandler(&log, nil)), metrics
	for _, destination := range []string{"one.example", "two.example", "three.example", "via:one.example", "via:google", "via:three.example"} {
		if _, err := e.Run(t.Context(), destination); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]any{}
	for text := range strings.Lines(log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		if line["msg"] == "attempt" {
			host, _ := line["host"].(string)
			found[host] = line
		}
	}
	for _, word := range []string{"secret.person", "hidden", "secret subject", "wrote to"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("%q is in the log:\n%s", word, log.String())
		}
	}
	for host, want := range map[string]map[string]any{
		"mx.one.example":             {"destination": "one.example", "kind": "group", "bounced": 1.0, "class": "policy", "code": "550 5.7.1", "recipients": 1.0, "account": string(a.ID), "stream": "transactional", "tries": 1.0},
		"gmail-smtp-in.l.google.com": {"destination": "Google", "kind": "provider", "provider": "google", "delivered": 1.0, "code": "250 2.0.0"},
		"mx.three.example":           {"destination": "three.example", "deferred": 1.0, "class": "ours", "verdict": "unreachable"},
	} {
		line := found[host]
		for key, value := range want {
			if line[key] != value {
				t.Errorf("%s: %s is %v, want %v in %v", host, key, line[key], value, line)
			}
		}
		for _, key := range []string{"attempt", "message", "took_ms"} {
			if line[key] == nil {
				t.Errorf("%s: no %s in %v", host, key, line)
			}
		}
	}
	page := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	labels := map[string]bool{}
	for line := range strings.Lines(page.Body.String()) {
		if !strings.HasPrefix(line, "smtpserver_deliver") {
			continue
		}
		for _, m := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(line, -1) {
			labels[m[1]+"="+m[2]] = true
			if !regexp.MustCompile(`^[a-z0-9_-]{0,30}$`).MatchString(m[2]) {
				t.Errorf("a label's value without bound: %s", line)
			}
		}
	}
	for _, want := range []string{"destination=group", "destination=provider", "provider=google", "provider=", "state=bounced", "class=policy", "verdict=unreachable"} {
		if !labels[want] {
			t.Errorf("no %s in %v", want, labels)
		}
	}
}
