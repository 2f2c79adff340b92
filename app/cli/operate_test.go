package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/message"
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
		{"rate", "one of them", 1},
		{"rate --destination google --account " + a.Slug, "one of them", 1},
		{"rate --destination google --weight 4", "goes with --account", 1},
		{"rate --destination google --per-minute -1", "from 0", 1},
		{"rate --destination google", "Google: 20 connections, 100 messages over each, 100 a second", 0},
		{"rate --destination google --per-minute 90 --connections 3", "Google: 3 connections, 100 messages over each, 90 a minute", 0},
		{"rate --destination google --connections 0 --per-connection 7", "Google: 20 connections, 7 messages over each, 90 a minute", 0},
		{"rate --destination one.example", "one.example: 8 connections, 100 messages over each, no limit of the rate", 0},
	} {
		var out, errOut strings.Builder
		code := Main(append([]string{"smtpserver"}, strings.Fields(step.line)...), []string{"DATABASE_URL=" + url}, &out, &errOut)
		if code != step.code || !strings.Contains(out.String()+errOut.String(), step.says) {
			t.Errorf("%s: %d\n%s%s", step.line, code, out.String(), errOut.String())
		}
	}
}

// What one credential handed in is held, released and purged by its id.
func TestMailOfACredential(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	s, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := seed.NewAccount(t, s, "Alpha")
	leaked := id.New()
	err = s.SystemWrite(t.Context(), "arrange a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO credentials (account_id, credential_id, name, kind, secret_hash, hint, stream, networks, created_by, created_at, last_used_ip)
			VALUES (?, ?, 'shop', 'smtp', 'x', '', '', '', ?, ?, '')`, a.ID, leaked, a.ID, s.Now()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		n := seed.NewMessage(s, a, message.Transactional, "r@one.example")
		if i < 3 {
			n.Message.CredentialID = &leaked
		}
		if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ line, says string }{
		{"hold --credential " + string(leaked), "3 deliveries changed"},
		{"hold --credential " + string(leaked), "0 deliveries changed"},
		{"release --credential " + string(leaked) + " --stream broadcast", "0 deliveries changed"},
		{"release --credential " + string(leaked) + " --account " + string(a.ID), "3 deliveries changed"},
		{"hold --credential " + string(id.New()), "0 deliveries changed"},
		{"retry --credential " + string(leaked), "0 deliveries changed"}, // none is deferred
		{"purge --credential " + string(leaked), "3 deliveries changed"},
		{"cancel --account " + string(a.ID), "2 deliveries changed"},
	} {
		var out, errOut strings.Builder
		code := Main(append([]string{"smtpserver", "mail"}, strings.Fields(step.line)...), []string{"DATABASE_URL=" + url, "SMTPSERVER_LOG_FORMAT=json"}, &out, &errOut)
		if code != 0 || !strings.Contains(out.String(), step.says) || strings.Contains(step.line, "--credential") && !strings.Contains(errOut.String(), `"credential":"`) {
			t.Errorf("%s: %d %s %s", step.line, code, out.String(), errOut.String())
		}
	}
}

// A destination is routed by hand from the command line as in the back office; the password
// comes from a file and is not shown.
func TestRoute(t *testing.T) {
	dir := t.TempDir()
	environ := []string{"DATABASE_URL=sqlite:" + filepath.Join(dir, "x.db"), "SMTPSERVER_DATA_DIR=" + dir}
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + filepath.Join(dir, "x.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), s.Close(), os.WriteFile(filepath.Join(dir, "pw"), []byte("s3cret\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		line string
		says string
		code int
	}{
		{"route", "destination", 1},
		{"route --destination google", "mail to Google goes the usual way", 0},
		{"route --destination google --pool nowhere", "There is no pool of that name", 1},
		{"route --destination google --relay smtp://ops@relay.example", "Give the password", 1},
		{"route --destination google --relay smtp://ops@relay.example --password-file " + dir, "read the password", 1},
		{"route --destination google --relay smtp://ops@relay.example --password-file " + filepath.Join(dir, "pw"), "mail to Google goes through the relay relay.example:587", 0},
		{"route --destination Google", "mail to Google goes through the relay relay.example:587", 0},
		{"route --destination google --relay smtp://ops@relay.example:587", "relay.example:587", 0}, // the password is kept
		{"route --destination one.example", "mail to one.example goes the usual way", 0},
		{"route --destination google --relay=", "mail to Google goes the usual way", 0},
	} {
		var out, errOut strings.Builder
		code := Main(append([]string{"smtpserver"}, strings.Fields(step.line)...), environ, &out, &errOut)
		if said := out.String() + errOut.String(); code != step.code || !strings.Contains(said, step.says) || strings.Contains(said, "s3cret") {
			t.Errorf("%s: %d\n%s", step.line, code, said)
		}
	}
}
