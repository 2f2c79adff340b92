package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is wrong with the settings is a finding with a remedy, and status 1.
func TestTheDoctorTellsWrongSettings(t *testing.T) {
	var out, errOut strings.Builder
	code := Main([]string{"smtpserver", "doctor", "--json"}, []string{"SMTPSERVER_TYPO=1", "SMTPSERVER_DATA_DIR=" + t.TempDir()}, &out, &errOut)
	var findings []struct{ Colour, Name, Text, Remedy string }
	if err := json.Unmarshal([]byte(out.String()), &findings); err != nil {
		t.Fatal(err, out.String())
	}
	if code != 1 || len(findings) != 1 || findings[0].Colour != "red" || !strings.Contains(findings[0].Text, "SMTPSERVER_TYPO") || findings[0].Remedy == "" {
		t.Errorf("status %d, %+v", code, findings)
	}
}

// Operating on mail needs to be told which; and on an empty database changes nothing.
func TestMailCommandsNeedAReach(t *testing.T) {
	environ := []string{"SMTPSERVER_DATA_DIR=" + t.TempDir(), "SMTPSERVER_LOG_FORMAT=json"}
	run := func(args ...string) (int, string, string) {
		var out, errOut strings.Builder
		code := Main(append([]string{"smtpserver"}, args...), environ, &out, &errOut)
		return code, out.String(), errOut.String()
	}
	if code, _, errOut := run("migrate", "up"); code != 0 {
		t.Fatal(errOut)
	}
	for _, args := range [][]string{{"mail", "purge"}, {"mail", "hold", "--account", "nobody"}, {"mail", "hold", "--stream", "bulk"}} {
		if code, _, _ := run(args...); code != 1 {
			t.Errorf("%q: %d", args, code)
		}
	}
	code, out, errOut := run("mail", "hold", "--destination", "one.example")
	if code != 0 || !strings.Contains(out, "0 deliveries changed") || !strings.Contains(errOut, `"operation":"hold"`) || !strings.Contains(errOut, `"destination":"one.example"`) {
		t.Errorf("%d %q %q", code, out, errOut)
	}
	if code, out, errOut := run("reports"); code != 0 || !strings.Contains(out, "0 reports") {
		t.Errorf("%d %q %q", code, out, errOut)
	}
}
