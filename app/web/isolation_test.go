package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// TestIsolation is M-01: it walks the table. Every route below an account answers a
// member of another account, whatever the role, as if the account did not exist;
// and every route that names a thing answers another account's thing as it answers
// one that does not exist. Nothing of the other account changes.
func TestIsolation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	adas, bobs := s.accountOf(t, ada.slug), s.accountOf(t, bob.slug)
	things := map[string]id.ID{} // of bob, so that ada may look for them
	for _, route := range s.Routes() {
		if key, named := thingOf(route.Path); named {
			if _, ok := things[key]; ok {
				continue
			}
			fixture := fixtures[key]
			if fixture == nil {
				t.Fatalf("%s has no fixture: add one for %q to fixtures_test.go, so that isolation is tested", route.Path, key)
			}
			things[key] = fixture(t, bob)
		}
	}
	before := s.rowsOf(t, bobs)
	for _, role := range []account.Role{account.Owner, account.Admin, account.Developer, account.Marketer, account.Billing, account.Viewer} {
		s.setRole(t, adas, role)
		for _, route := range s.Routes() {
			if !strings.HasPrefix(route.Path, "/a/:slug") {
				continue
			}
			t.Run(string(role)+" "+route.Method+" "+route.Path, func(t *testing.T) {
				ada.t, bob.t = t, t
				foreign := things[keyOf(route.Path)]
				inOther := ada.call(route, bob.slug, foreign)
				inNone := ada.call(route, "nothing-aaaa", id.New())
				sameAnswer(t, "another's account", inOther, inNone, http.StatusNotFound)
				if _, named := thingOf(route.Path); named {
					want := http.StatusNotFound
					if p := route.Access.permission; p != "" && !role.May(p) {
						want = http.StatusForbidden
					}
					sameAnswer(t, "another's thing", ada.call(route, ada.slug, foreign), ada.call(route, ada.slug, id.New()), want)
				}
			})
		}
	}
	if after := s.rowsOf(t, bobs); before != after {
		t.Error("rows of the other account changed")
	}
}

// sameAnswer compares status, headers that could tell, and the page.
func sameAnswer(t *testing.T, what string, got, random answer, status int) {
	t.Helper()
	if got.StatusCode != status || random.StatusCode != status {
		t.Errorf("%s: status %d, a random one %d, want %d", what, got.StatusCode, random.StatusCode, status)
	}
	if got.body != random.body {
		t.Errorf("%s answers differently from what does not exist:\n%s\n%s", what, text(got.body), text(random.body))
	}
	for _, name := range []string{"Content-Type", "Cache-Control", "Content-Length", "Set-Cookie", "Location"} {
		if got.Header.Get(name) != random.Header.Get(name) {
			t.Errorf("%s: header %s differs", what, name)
		}
	}
}

var parameter = regexp.MustCompile(`:[a-z_]+`)

// thingOf returns the path up to the first parameter after the account's, and
// whether there is one.
func thingOf(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "/a/:slug")
	at := parameter.FindStringIndex(rest)
	if !ok || at == nil {
		return "", false
	}
	return "/a/:slug" + rest[:at[1]], true
}

func keyOf(path string) string {
	key, _ := thingOf(path)
	return key
}

// call asks for a route below an account with a thing's id in every other parameter.
func (b *browser) call(route Route, slug string, thing id.ID) answer {
	b.t.Helper()
	path := parameter.ReplaceAllString(strings.Replace(route.Path, ":slug", slug, 1), thing.String())
	if route.Method == http.MethodGet {
		return b.get(path)
	}
	return b.do(route.Method, path, "_csrf="+b.token()+"&"+forms[route.Path])
}

func (s *site) accountOf(t *testing.T, slug string) id.ID {
	t.Helper()
	var found id.ID
	err := s.store.SystemRead(t.Context(), "test: an account's id", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT account_id FROM accounts WHERE slug = ?", slug).Scan(&found).Error
	})
	if err != nil || found == "" {
		t.Fatalf("account %s: %v", slug, err)
	}
	return found
}

func (s *site) setRole(t *testing.T, accountID id.ID, role account.Role) {
	t.Helper()
	// An account always has an owner: a stand-in holds that place while the role is another.
	standIn, now := "standin"+string(accountID)[7:], s.store.Now()
	steps := []string{
		`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at)
			VALUES (@standin, @standin, @standin, 'S', '!', FALSE, 'system', @now, @now) ON CONFLICT DO NOTHING`,
		"INSERT INTO members (account_id, user_id, role, created_at) VALUES (@account, @standin, 'admin', @now) ON CONFLICT DO NOTHING",
		"UPDATE members SET role = 'admin' WHERE account_id = @account AND role = 'owner'",
		"UPDATE members SET role = @role WHERE account_id = @account AND user_id <> @standin",
		"UPDATE members SET role = 'owner' WHERE account_id = @account AND user_id = @standin AND @role <> 'owner'",
		"UPDATE account_owners SET user_id = (SELECT user_id FROM members WHERE account_id = @account AND role = 'owner') WHERE account_id = @account",
	}
	err := s.store.SystemWrite(t.Context(), "test: give a role", func(_ context.Context, tx *gorm.DB) error {
		for _, step := range steps {
			if err := tx.Exec(step, map[string]any{"standin": standIn, "account": accountID, "role": role, "now": now}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rowsOf is a fingerprint of everything that belongs to an account.
func (s *site) rowsOf(t *testing.T, accountID id.ID) string {
	t.Helper()
	h := sha256.New()
	err := s.store.SystemRead(t.Context(), "test: fingerprint an account", func(_ context.Context, tx *gorm.DB) error {
		var tables []string
		if err := tx.Raw(`SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'account_id' ORDER BY m.name`).Scan(&tables).Error; err != nil {
			return err
		}
		if len(tables) < 10 {
			return fmt.Errorf("only %d tables belong to accounts", len(tables))
		}
		for _, table := range tables {
			var rows []map[string]any
			if err := tx.Raw("SELECT * FROM "+table+" WHERE account_id = ?", accountID).Scan(&rows).Error; err != nil {
				return err
			}
			lines := make([]string, len(rows))
			for i, row := range rows {
				lines[i] = fmt.Sprint(row) // maps print in the order of their keys
			}
			slices.Sort(lines)
			fmt.Fprintln(h, table, lines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
