package boot_test

import (
	"context"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/boot"
	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/reseal"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
	"smtpserver/migrations"
)

func box(t *testing.T, keys ...string) *secret.Box {
	t.Helper()
	var before [][]byte
	for _, k := range keys[1:] {
		before = append(before, []byte(k))
	}
	b, err := secret.NewBox([]byte(keys[0]), before...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, s *store.Store, sql string, args ...any) {
	t.Helper()
	err := s.SystemWrite(t.Context(), "test: fill", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// ASVS 11.2.2: after SECRET_KEY was replaced, everything opens with both keys, and after
// a reseal with the present one alone.
func TestEverythingIsSealedAnew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		old, young := strings.Repeat("o", 40), strings.Repeat("y", 40)
		fill(t, s, box(t, old))
		both := box(t, young, old)
		if n, err := reseal.All(t.Context(), s, both, boot.Sealed()); err != nil || n != 5+300 {
			t.Fatalf("%d values sealed anew: %v", n, err)
		}
		alone, opened := box(t, young), 0
		for _, p := range boot.Sealed() {
			for _, v := range values(t, s, p) {
				plain, err := alone.Open(p.Purpose(strings.Split(v.Place, " ")), v.Sealed)
				if err != nil || string(plain) != "plain "+p.Table {
					t.Errorf("%s, row %s: %q, %v", p.Table, v.Place, plain, err)
				}
				opened++
			}
		}
		if opened != 5+300 {
			t.Errorf("%d values opened", opened)
		}
		if n, err := reseal.All(t.Context(), s, both, boot.Sealed()); err != nil || n != 0 {
			t.Errorf("a second time %d values: %v", n, err)
		}
		if _, err := reseal.All(t.Context(), s, box(t, old), boot.Sealed()); err == nil {
			t.Error("values that no key opens were passed over")
		}
	})
}

// fill puts one value into each place, and so many authenticators that one step is not enough.
func fill(t *testing.T, s *store.Store, b *secret.Box) {
	t.Helper()
	a, now := seed.NewAccount(t, s, "Orchard"), clock.System.Now()
	user, key, request, passkey := id.New(), id.New(), id.New(), id.New()
	sealed := func(table string, row ...id.ID) []byte {
		var names []string
		for _, r := range row {
			names = append(names, string(r))
		}
		for _, p := range boot.Sealed() {
			if p.Table == table {
				value, err := b.Seal(p.Purpose(names), []byte("plain "+table))
				if err != nil {
					t.Fatal(err)
				}
				return value
			}
		}
		t.Fatalf("%s is no place", table)
		return nil
	}
	person := func(user id.ID) {
		write(t, s, `INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at)
			VALUES (?, ?, ?, 'Kim', '!', ?, 'system', ?, ?)`, user, user+"@x.example", user+"@x.example", false, now, now)
		write(t, s, "INSERT INTO authenticators (user_id, secret, last_step, created_at) VALUES (?, ?, 0, ?)", user, sealed("authenticators", user), now)
	}
	person(user)
	for range 300 {
		person(id.New())
	}
	write(t, s, "INSERT INTO dkim_keys (account_id, key_id, domain_id, selector, state, private_key, public_key, created_at) VALUES (?, ?, ?, 's', 'active', ?, ?, ?)",
		a.ID, key, a.DomainID, sealed("dkim_keys", a.ID, a.DomainID, key), []byte("k"), now)
	write(t, s, "INSERT INTO passkeys (passkey_id, user_id, credential_id, name, credential, created_at) VALUES (?, ?, 'c', 'key', ?, ?)",
		passkey, user, sealed("passkeys", passkey), now)
	write(t, s, "INSERT INTO destination_detours (destination, pool, relay, password, revision) VALUES ('via:google', '', 'smtp://us@relay.example:587', ?, ?)",
		sealed("destination_detours", "via:google"), id.New())
	write(t, s, `INSERT INTO person_requests (account_id, request_id, inquiry_id, address, wish, state, asked_at, due_at, reason, answered_by, answer_hash, answer)
		VALUES (?, ?, ?, 'k…@x.example', 'tell', 'sent', ?, ?, '', '', 'h', ?)`, a.ID, request, id.New(), now, now, sealed("person_requests", a.ID, request))
}

type value struct {
	Place  string
	Sealed []byte
}

func values(t *testing.T, s *store.Store, p secret.Place) (all []value) {
	t.Helper()
	err := s.SystemRead(t.Context(), "test: what is sealed", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT " + strings.Join(p.Row, " || ' ' || ") + " AS place, " + p.Column + " AS sealed FROM " + p.Table + " WHERE " + p.Column + " IS NOT NULL").Scan(&all).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// open are columns of octets that hold nothing sealed, or nothing that lasts.
var open = []string{
	"dkim_keys.public_key", "message_bodies.content", "captures.content", "reports.content", "export_chunks.content",
	"import_chunks.data", "import_outcomes.codes", "invoice_papers.pdf", "images.content",
	"sign_in_flows.state", // sealed for a quarter of an hour
}

// Each column of octets has an answer, so that no new one is forgotten.
func TestEveryColumnOfOctetsIsKnown(t *testing.T) {
	t.Parallel()
	known := slices.Clone(open)
	for _, p := range boot.Sealed() {
		known = append(known, p.Table+"."+p.Column)
	}
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d migrations: %v", len(files), err)
	}
	found := 0
	for _, name := range files {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		table := ""
		for line := range strings.Lines(string(text)) {
			if m := regexp.MustCompile(`^CREATE TABLE (\w+)`).FindStringSubmatch(line); m != nil {
				table = m[1]
			}
			if m := regexp.MustCompile(`^\s+(\w+)\s+\{\{bytes\}\}`).FindStringSubmatch(line); m != nil {
				found++
				if !slices.Contains(known, table+"."+m[1]) {
					t.Errorf("%s: is %s.%s sealed? Then it needs a place", name, table, m[1])
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d columns of octets only", found)
	}
}
