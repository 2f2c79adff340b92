package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func readme(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// README's table is the one that the program prints.
func TestReadmeHasTheSettings(t *testing.T) {
	if !strings.Contains(readme(t), SettingsMarkdown()) {
		t.Error("the settings in README.md are not those of app/config: paste the output of `go run ./app settings`")
	}
}

// Each reference of README's "Life of a message" names a symbol that is there.
func TestReadmeReferencesResolve(t *testing.T) {
	references := regexp.MustCompile("`((?:app|jobs)/[a-z_/]+\\.go):([A-Za-z]+)`").FindAllStringSubmatch(readme(t), -1)
	if len(references) < 15 {
		t.Fatalf("only %d references found", len(references))
	}
	for _, ref := range references {
		code, err := os.ReadFile(filepath.Join("..", "..", ref[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		if !regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type )` + ref[2] + `\b`).Match(code) {
			t.Errorf("%s has no %s", ref[1], ref[2])
		}
	}
}

// Every command of the contract exists and explains itself.
func TestCommandsAreThere(t *testing.T) {
	for _, args := range [][]string{{"serve"}, {"web"}, {"smtp"}, {"worker"}, {"migrate", "up"}, {"migrate", "status"}, {"doctor"}, {"verify"}, {"mail", "hold"}, {"mail", "release"}, {"mail", "retry"}, {"mail", "cancel"}, {"mail", "purge"}, {"reports"}, {"staff", "create"}, {"version"}} {
		var out, errOut strings.Builder
		if code := Main(append(append([]string{"smtpserver"}, args...), "--help"), nil, &out, &errOut); code != 0 || !strings.Contains(out.String(), "USAGE") {
			t.Errorf("%v: %d\n%s%s", args, code, out.String(), errOut.String())
		}
	}
}

// A part alone needs an outside queue, and says so.
func TestWorkerRefusesTheEmbeddedQueue(t *testing.T) {
	for _, part := range []string{"worker", "web", "smtp"} {
		var out, errOut strings.Builder
		if code := Main([]string{"smtpserver", part}, []string{"SMTPSERVER_DATA_DIR=" + t.TempDir()}, &out, &errOut); code != 1 || !strings.Contains(errOut.String(), "REDIS_URL") {
			t.Errorf("%s: %d %s", part, code, errOut.String())
		}
	}
}
