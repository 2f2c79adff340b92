package cli

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/store"
	"smtpserver/app/testkit/seed"
)

// The operator's commands for sending addresses and rates, as typed.
func TestAddressesAndRates(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	s, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := account.New(s).Get(context.WithoutCancel(t.Context()), seed.NewAccount(t, s, "Alpha").Scope)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		line string
		says string
		code int
	}{
		{"address list", "", 0},
		{"address add --address 192.0.2.1 --name out1.example", "", 0},
		{"address add --address 192.0.2.1 --name out1.example", "there already", 1},
		{"address add --address here --name out1.example", "IP address", 1},
		{"address list", "192.0.2.1        out1.example  pool default  waits for the check", 0},
		{"address pause --address 192.0.2.1", "", 0},
		{"address list", "paused by hand", 0},
		{"address resume --address 192.0.2.9", "no such", 1},
		{"address route --pool bulk --stream broadcast --account " + a.Slug, "", 0},
		{"address route --pool bulk --stream slow", "transactional or broadcast", 1},
		{"address route --pool bulk --account nobody", "nobody", 1},
		{"address remove --address 192.0.2.1", "", 0},
		{"rate --account " + a.Slug, "", 0},
		{"rate --account " + a.Slug + " --per-minute 600 --weight 4", "account  10 a second", 0},
		{"rate --account " + a.Slug + " --per-minute 90 --stream broadcast", "stream broadcast 90 a minute", 0},
		{"rate --account " + a.Slug + " --per-minute 90 --credential x", "no such credential", 1},
		{"rate --account " + a.Slug + " --weight 0", "1 to 1000", 1},
		{"rate --account nobody", "nobody", 1},
	} {
		var out, errOut strings.Builder
		code := Main(append([]string{"smtpserver"}, strings.Fields(step.line)...), []string{"DATABASE_URL=" + url}, &out, &errOut)
		if code != step.code || !strings.Contains(out.String()+errOut.String(), step.says) {
			t.Errorf("%s: %d\n%s%s", step.line, code, out.String(), errOut.String())
		}
	}
}
