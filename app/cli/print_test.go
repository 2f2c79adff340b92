package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"smtpserver/app/boot"
	"smtpserver/app/config"
	"smtpserver/app/telemetry"
)

func printedBy(t *testing.T, name string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := Main([]string{"smtpserver", "print", name}, nil, &out, &errOut); code != 0 || out.Len() == 0 {
		t.Fatalf("print %s: %d %s", name, code, errOut.String())
	}
	return out.String()
}

// The rules and the dashboard ask for nothing that the program does not tell.
func TestPrintedMetricsExist(t *testing.T) {
	t.Parallel()
	c, err := config.Load([]string{"SMTPSERVER_DATA_DIR=" + t.TempDir(), "SMTPSERVER_DELIVERY=capture"})
	if err != nil {
		t.Fatal(err)
	}
	v, err := boot.Open(t.Context(), c, telemetry.NewLog(&bytes.Buffer{}, "text", "error"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for _, touch := range []func(){ // what has labels is told once it was counted
		func() { v.Metrics.Connection("") }, func() { v.Metrics.Refused(550) }, func() { v.Metrics.Outcome("k", "p", "s", "c", "v") }, func() { v.Metrics.Report("k", "o") }, func() { v.Metrics.Step("k") },
	} {
		touch()
	}
	answer := httptest.NewRecorder()
	v.Metrics.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	told := answer.Body.String()
	names := 0
	for _, what := range []string{"alerts", "dashboard"} {
		for _, name := range regexp.MustCompile(`(smtpserver|process)_[a-z_]+`).FindAllString(printedBy(t, what), -1) {
			names++
			if !strings.Contains(told, "\n"+name) {
				t.Errorf("%s asks for %s, which the program does not tell", what, name)
			}
		}
	}
	if names < 20 {
		t.Errorf("only %d names were looked at", names)
	}
	var dashboard struct {
		Panels []struct{ Title string }
	}
	if err := json.Unmarshal([]byte(printedBy(t, "dashboard")), &dashboard); err != nil || len(dashboard.Panels) < 10 {
		t.Errorf("%d panels: %v", len(dashboard.Panels), err)
	}
	if unit := printedBy(t, "systemd"); !strings.Contains(unit, "ExecStart=/usr/local/bin/smtpserver serve") {
		t.Error("the unit starts nothing")
	}
}
