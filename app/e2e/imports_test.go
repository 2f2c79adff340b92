package e2e

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/config"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/testkit/browser"
	"smtpserver/app/testkit/tenant"
)

// listOwner is an account that imports lists, with the program beside it.
type listOwner struct {
	*field
	scope account.Scope
	list  id.ID
}

func newListOwner(t *testing.T, env []string) *listOwner {
	t.Helper()
	p := newProgram(t, append(env, "SMTPSERVER_DELIVERY=capture")...)
	p.mustCommand("migrate", "up")
	made, err := tenant.Create(t.Context(), p.env, "lists.test")
	if err != nil {
		t.Fatal(err)
	}
	o := &listOwner{field: &field{t: t, p: p, tenant: made}, scope: account.NewScope(made.Account.ID, account.Actor{Kind: account.ActorSystem})}
	o.contacts(func(_ *store.Store, contacts *contact.Service, _ *listimport.Service) {
		l, err := contacts.AddList(t.Context(), o.scope, "Letter", "", "")
		o.try(err)
		o.list = l.ID
	})
	return o
}

// contacts opens the database beside the program, which may be writing all the time.
func (o *listOwner) contacts(do func(*store.Store, *contact.Service, *listimport.Service)) {
	o.t.Helper()
	c, err := config.Load(o.p.env)
	o.try(err)
	s, err := store.Open(o.t.Context(), store.Options{URL: c.DatabaseURL, MaxConns: 2, AllowUnsafe: true})
	o.try(err)
	defer func() { o.try(s.Close()) }()
	contacts := contact.New(s)
	do(s, contacts, listimport.New(s, contacts, nil))
}

// bring uploads a file and starts its dry run, which the program does.
func (o *listOwner) bring(content string) (importID id.ID) {
	o.t.Helper()
	o.contacts(func(_ *store.Store, _ *contact.Service, imports *listimport.Service) {
		var err error
		importID, err = imports.Upload(o.t.Context(), o.scope, "list.csv", strings.NewReader(content))
		o.try(err)
		row, err := imports.Import(o.t.Context(), o.scope, importID)
		o.try(err)
		o.try(imports.Check(o.t.Context(), o.scope, importID, listimport.Plan{Columns: row.Settings.Columns, Policy: listimport.Overwrite, Lists: []id.ID{o.list}, Consent: "They ticked a box at our checkout."}))
	})
	return importID
}

func (o *listOwner) look(importID id.ID) (row listimport.Import) {
	o.t.Helper()
	o.contacts(func(_ *store.Store, _ *contact.Service, imports *listimport.Service) {
		var err error
		row, err = imports.Import(o.t.Context(), o.scope, importID)
		o.try(err)
	})
	return row
}

// work waits until the pass is over, and kills the program at random moments of it.
func (o *listOwner) work(importID id.ID, random *rand.Rand, kills int) (row listimport.Import) {
	o.t.Helper()
	killed := 0
	for deadline := time.Now().Add(3 * time.Minute); ; {
		row = o.look(importID)
		if !row.State.Working() {
			if o.t.Logf("%s after %d kills", row.State, killed); killed < min(kills, 1) {
				o.t.Error("the pass was over before it could be killed")
			}
			return row
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("STUCK: %s at row %d", row.State, row.RowsDone)
		}
		if killed < kills && row.LeaseOwner != "" && row.LeaseUntil != nil {
			time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			o.p.kill()
			killed++
			o.leasesEnd()
			o.p.start()
			continue
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// leasesEnd stands for the half minute after which another host takes over.
func (o *listOwner) leasesEnd() {
	o.t.Helper()
	o.database(func(s *store.Store) {
		o.try(s.SystemWrite(o.t.Context(), "test: let leases end", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("UPDATE imports SET lease_until = ? WHERE lease_until IS NOT NULL", s.Now().Add(-time.Second)).Error
		}))
	})
}

func (o *listOwner) number(sql string) (n int64) {
	o.t.Helper()
	o.query(&n, strings.ReplaceAll(sql, "$account", string(o.tenant.Account.ID)))
	return n
}

// rest is what undoing has to bring back.
func (o *listOwner) rest() string {
	o.t.Helper()
	var lines []string
	o.database(func(s *store.Store) {
		o.try(s.SystemRead(o.t.Context(), "test: contacts as they are", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT address || name || revision || import_id || updated_at || attributes FROM contacts WHERE account_id = ? ORDER BY address", o.tenant.Account.ID).Scan(&lines).Error
		}))
	})
	return fmt.Sprintln(strings.Join(lines, "\n"), o.number("SELECT contacts FROM contact_totals WHERE account_id = '$account'"), o.number("SELECT members FROM lists WHERE account_id = '$account'"))
}

// F-03, I-03, I-04: kill -9 of the program in the dry run, the import and the undoing, again and
// again. To the unit, every row is in one class, and no row counts twice.
func TestF03ImportKilled(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		random := seeded(t)
		o := newListOwner(t, env)
		n := rounds(5_000, 50_000) // of each class
		var before, file strings.Builder
		before.WriteString("email,name\n")
		file.WriteString("email,name\n")
		var unwanted []message.Suppression
		for i := range n {
			fmt.Fprintf(&before, "same%d@example.org,Same\nother%d@example.org,Before\n", i, i)
			fmt.Fprintf(&file, "same%d@example.org,Same\nother%d@example.org,After\nnew%d@example.org,New\nNEW%d@example.org,Again\nnobody %d,x\ngone%d@example.org,Gone\n", i, i, i, i, i, i)
			unwanted = append(unwanted, message.Suppression{Stream: message.Broadcast, Address: fmt.Sprintf("gone%d@example.org", i), Reason: "unsubscribed"})
		}
		o.database(func(s *store.Store) {
			_, err := message.NewArchive(s).Suppress(t.Context(), o.scope, unwanted)
			o.try(err)
		})
		o.p.start()
		first := o.bring(before.String())
		o.work(first, random, 0)
		o.begin(first)
		o.work(first, random, 0)
		was := o.rest()
		importID := o.bring(file.String())
		if row := o.work(importID, random, rounds(2, 6)); row.State != listimport.Held {
			t.Fatalf("the dry run ended %s: %s", row.State, row.Reason)
		}
		o.begin(importID)
		row := o.work(importID, random, rounds(5, 20))
		each := int64(n)
		c := row.Counts
		if c.Rows != 6*each || c.Rows != c.Added+c.Updated+c.Unchanged+c.Duplicate+c.Suppressed+c.Rejected || row.State != listimport.Done {
			t.Errorf("%s: %+v", row.State, c)
		}
		if c.Added != each || c.Updated != each || c.Unchanged != each || c.Duplicate != each || c.Suppressed != each || c.Rejected != each {
			t.Errorf("each class has %d rows: %+v", each, c)
		}
		for sql, want := range map[string]int64{
			"SELECT COUNT(*) FROM contacts WHERE account_id = '$account'":                                             3 * each,
			"SELECT COUNT(DISTINCT address) FROM contacts WHERE account_id = '$account'":                              3 * each,
			"SELECT COUNT(*) FROM contacts WHERE account_id = '$account' AND name = 'After'":                          each,
			"SELECT contacts FROM contact_totals WHERE account_id = '$account'":                                       3 * each,
			"SELECT members FROM lists WHERE account_id = '$account'":                                                 3 * each,
			"SELECT COUNT(*) FROM list_members WHERE account_id = '$account'":                                         3 * each,
			"SELECT SUM(LENGTH(codes)) FROM import_outcomes WHERE import_id = '" + string(importID) + "' AND NOT dry": 6 * each,
		} {
			if got := o.number(sql); got != want {
				t.Errorf("%s: %d, want %d", sql, got, want)
			}
		}
		o.contacts(func(_ *store.Store, _ *contact.Service, imports *listimport.Service) {
			o.try(imports.Undo(t.Context(), o.scope, importID))
		})
		if row := o.work(importID, random, rounds(3, 10)); row.State != listimport.Undone || o.rest() != was {
			t.Errorf("after the undoing, %s, the contacts are not what they were: %+v", row.State, row.Counts)
		}
	})
}

func (o *listOwner) begin(importID id.ID) {
	o.t.Helper()
	o.contacts(func(_ *store.Store, _ *contact.Service, imports *listimport.Service) {
		o.try(imports.Start(o.t.Context(), o.scope, importID, true))
	})
}

// I-11: the program is killed while a file arrives. Nobody sees a trace of it.
func TestI11KilledWhileAFileArrives(t *testing.T) {
	t.Parallel()
	o := newListOwner(t, nil)
	o.p.start()
	v := o.signedIn()
	imports := v.base + "/a/" + o.tenant.Account.Slug + "/imports"
	csrf := v.get(imports).Find(`input[name="_csrf"]`).AttrOr("value", "")
	read, write := io.Pipe()
	form := multipart.NewWriter(write)
	half := make(chan struct{})
	go func() {
		part := func() io.Writer {
			if err := form.WriteField("_csrf", csrf); err != nil {
				return io.Discard
			}
			w, err := form.CreateFormFile("file", "half.csv")
			if err != nil {
				return io.Discard
			}
			return w
		}()
		line := []byte(strings.Repeat("x", 200) + "@example.org,Somebody\n")
		for i := range 60_000 {
			if _, err := part.Write(line); err != nil {
				return // the program is gone
			}
			if i == 30_000 {
				close(half)
			}
		}
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, imports, read)
	o.try(err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Origin", v.base)
	answered := make(chan error, 1)
	go func() {
		resp, err := v.client.Do(req)
		if err == nil {
			err = fmt.Errorf("answered %s", resp.Status)
			_ = resp.Body.Close()
		}
		answered <- err
	}()
	select {
	case <-half:
	case err := <-answered:
		t.Fatal(err)
	}
	o.p.kill()
	if err := <-answered; err == nil {
		t.Error("half a file was answered")
	}
	_ = read.Close()
	o.p.start()
	o.contacts(func(s *store.Store, _ *contact.Service, imports *listimport.Service) {
		rows, err := imports.Imports(t.Context(), o.scope, "", 10)
		if err != nil || len(rows) != 0 {
			t.Errorf("half a file is shown: %+v, %v", rows, err)
		}
		if o.number("SELECT COUNT(*) FROM import_chunks WHERE account_id = '$account'") == 0 {
			t.Fatal("the program was killed before anything had arrived")
		}
		o.try(s.SystemWrite(t.Context(), "test: a day passes", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("UPDATE imports SET created_at = ?", s.Now().Add(-25*time.Hour)).Error
		}))
		o.try(listimport.Purge(t.Context(), imports))
	})
	if n := o.number("SELECT (SELECT COUNT(*) FROM imports) + (SELECT COUNT(*) FROM import_chunks)"); n != 0 {
		t.Errorf("a day later %d rows are left of it", n)
	}
}

// signedIn is the account's owner with a session of their own.
func (o *listOwner) signedIn() *visitor {
	o.t.Helper()
	token := secret.Token()
	o.database(func(s *store.Store) {
		o.try(s.SystemWrite(o.t.Context(), "test: sign in", func(_ context.Context, tx *gorm.DB) error {
			now := s.Now()
			return tx.Exec(`INSERT INTO sessions (token_hash, user_id, ip, user_agent, created_at, seen_at, expires_at)
				SELECT ?, user_id, '127.0.0.1', 'test', ?, ?, ? FROM users WHERE email = 'owner@lists.test'`, secret.Hash(token), now, now, now.Add(time.Hour)).Error
		}))
	})
	v := newVisitor(o.t, "http://"+o.p.web)
	v.client.Transport = withSession{token}
	return v
}

type withSession struct{ token string }

func (w withSession) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Add("Cookie", "session="+w.token)
	return http.DefaultTransport.RoundTrip(req)
}

// The whole way of a list in a browser, with scripts and without: file, columns, dry run,
// decision, import, result, undoing. `make faults` takes a file of 50 MB.
func TestSoakImportInABrowser(t *testing.T) {
	chromium := browser.Start(t)
	path, rows := filepath.Join(t.TempDir(), "spring letter.csv"), rounds(20_000, 750_000)
	writeList(t, path, rows)
	for _, c := range []struct {
		name, email string
		script      bool
	}{{"with scripts", "anna@hofladen.example", true}, {"without scripts", "ben@werkstatt.example", false}} {
		t.Run(c.name, func(t *testing.T) {
			p := newProgram(t, "SMTPSERVER_DELIVERY=capture")
			p.start()
			h := newPerson(t, chromium, p, c.script)
			defer func() {
				for _, complaint := range h.said() {
					t.Error(complaint)
				}
			}()
			slug := h.signUp(c.email)
			h.open("/a/" + slug + "/imports")
			h.element(`input[type="file"]`).MustSetFiles(path)
			h.send("/imports")
			h.reads("spring letter.csv")
			h.send("/check", "consent", "yes")
			h.reads("Say in a sentence")
			h.send("/check", "consent", "They ticked a box at our checkout in spring.")
			h.comesTo("held")
			h.counts(rows)
			h.send("/start")
			h.reads("Tick that you have looked")
			h.send("/start", "despite_invalid", "on")
			h.comesTo("done")
			h.counts(rows)
			h.look()
			h.press(h.element(`button[popovertarget="undo"]`), false)
			h.press(h.element(`#undo button[type="submit"]`), true)
			h.comesTo("undone")
			h.open("/a/" + slug + "/contacts")
			h.reads("Nobody is here yet")
		})
	}
}

// comesTo waits for the state: a page with scripts moves by itself, without them one
// reloads.
func (h *person) comesTo(state string) {
	h.t.Helper()
	selector := `main [data-state="` + state + `"]`
	for deadline := time.Now().Add(time.Duration(rounds(3, 12)) * time.Minute); time.Now().Before(deadline); {
		if has, _, err := h.page.Has(selector); err == nil && has {
			return
		}
		time.Sleep(300 * time.Millisecond)
		if !h.script {
			h.arrive(func() { h.page.MustReload() })
		}
	}
	h.t.Fatalf("%s never becomes %s:\n%s", h.page.MustInfo().URL, state, h.text())
}

// counts reads the figures of the page, which add up to the rows.
func (h *person) counts(rows int) {
	h.t.Helper()
	sum := 0
	for _, class := range listimport.Classes {
		n := 0
		text := strings.ReplaceAll(h.element(`[data-outcome="`+string(class)+`"]`).MustText(), ",", "")
		if _, err := fmt.Sscan(text, &n); err != nil {
			h.t.Errorf("%s: %q", class, text)
		}
		sum += n
	}
	if sum != rows {
		h.t.Errorf("the figures add up to %d, the file has %d rows", sum, rows)
	}
}

// writeList makes a list of which every tenth row is no address.
func writeList(t *testing.T, path string, rows int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("Email;Name;Company\r\n")
	for i := range rows {
		if i%10 == 9 {
			fmt.Fprintf(&b, "nobody %d;Nobody;\r\n", i)
		} else {
			fmt.Fprintf(&b, "person%d@customer%d.example;Jörg Müller %d;Bäckerei Süß & Söhne %d\r\n", i, i%500, i, i%1000)
		}
	}
	if _, err := f.WriteString(b.String()); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
