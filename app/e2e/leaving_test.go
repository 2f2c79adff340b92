package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/config"
	"smtpserver/app/store"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
)

// newsletter is broadcast mail with two links.
func newsletter(to string) string {
	return "From: <shop@shop.test>\r\nTo: <" + to + ">\r\nSubject: Apples\r\nX-SMTPServer-Stream: broadcast\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
		"<html><body><a href=\"https://shop.test/apples\">Apples</a> <a href=\"mailto:shop@shop.test\">Mail us</a></body></html>\r\n"
}

var (
	unsubscribeField = regexp.MustCompile(`(?m)^List-Unsubscribe:\s+<(http\S+/u/\S+)>\r$`)
	trackedLink      = regexp.MustCompile(`http://[\d.:]+/c/[\w-]+`)
)

// mail to many to one person carries both fields of RFC 8058, signed; one click
// ends it, for what waits as well; mail that people wait for goes on.
func TestLeavingEndsMail(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		d := newDoor(t, env, "shop.test")
		who := d.tenants[0]
		offer := func(to []string, content string, want int) {
			t.Helper()
			if code, text := d.offer(who, who.From, to, content); code != want {
				t.Errorf("%d %s, want %d", code, text, want)
			}
		}
		const kim = "kim@customer.example"
		offer([]string{kim, "bob@customer.example"}, newsletter(kim), 550)
		offer([]string{kim}, newsletter(kim), 250)
		arrived := d.arrived()
		if len(arrived) != 1 {
			t.Fatalf("%d messages", len(arrived))
		}
		content := arrived[0].Content
		found := unsubscribeField.FindStringSubmatch(content)
		if found == nil || !strings.Contains(content, "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") || strings.Contains(found[1], "kim") {
			t.Fatalf("the fields are missing:\n%s", content)
		}
		signed := strings.ToLower(strings.Join(strings.Fields(content[:strings.Index(content, "\r\nReceived:")]), ""))
		if !strings.Contains(signed, "list-unsubscribe:") || !strings.Contains(signed, "list-unsubscribe-post:") {
			t.Errorf("the fields are not signed:\n%s", content)
		}
		if body := decode(t, content); len(trackedLink.FindAllString(body, -1)) != 2 || !strings.Contains(body, `"mailto:shop@shop.test"`) || !strings.Contains(body, "/o/") {
			t.Errorf("the links:\n%s", body)
		}
		// The next ones wait: the server of the recipient is busy.
		d.mx.SetScript(fakemx.At(fakemx.Rcpt, fakemx.Action{Reply: "451 4.3.0 later"}))
		for range 5 {
			offer([]string{kim}, newsletter(kim), 250)
		}
		time.Sleep(500 * time.Millisecond)
		began := time.Now()
		resp, err := http.Post(found[1], "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if took := time.Since(began); resp.StatusCode != http.StatusOK || took > time.Second {
			t.Errorf("one click: %d after %s", resp.StatusCode, took)
		}
		d.mx.SetScript(nil)
		for range 5 {
			offer([]string{kim}, newsletter(kim), 250)
		}
		offer([]string{kim}, "From: <shop@shop.test>\r\nTo: <"+kim+">\r\nSubject: Your order\r\n\r\nThanks\r\n", 250)
		retryAll(t, d)
		arrived = d.arrived()
		if len(arrived) != 2 || strings.Contains(arrived[1].Content, "List-Unsubscribe") || !strings.Contains(arrived[1].Content, "Your order") {
			t.Errorf("%d messages came, want the first and the order", len(arrived))
		}
	})
}

// database opens the database of a program beside it.
func (p *program) database() *store.Store {
	p.t.Helper()
	c, err := config.Load(p.env)
	if err != nil {
		p.t.Fatal(err)
	}
	s, err := store.Open(context.Background(), store.Options{URL: c.DatabaseURL})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = s.Close() })
	return s
}

// retryAll makes what waits due now.
func retryAll(t *testing.T, d *door) {
	t.Helper()
	err := d.database().SystemWrite(t.Context(), "test: due now", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE deliveries SET due_at = created_at WHERE state IN ('queued', 'deferred')").Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// clicks is how many clicks are stored.
func (p *program) clicks() (n int64) {
	p.t.Helper()
	err := p.database().SystemRead(p.t.Context(), "test: count clicks", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT COALESCE(SUM(human + machine + unknown), 0) FROM visits WHERE kind = 'click' AND link > 0").Scan(&n).Error
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

var anywhere = &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func follow(link string) error {
	resp, err := anywhere.Get(link)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusFound || to != "https://shop.test/apples" {
		return fmt.Errorf("status %d, to %q", resp.StatusCode, to)
	}
	return nil
}

// tracked returns a link of ours from a mail that arrived.
func (d *door) tracked() string {
	d.t.Helper()
	if code, text := d.offer(d.tenants[0], d.tenants[0].From, []string{"kim@customer.example"}, newsletter("kim@customer.example")); code != 250 {
		d.t.Fatalf("%d %s", code, text)
	}
	link := trackedLink.FindString(decode(d.t, d.arrived()[0].Content))
	if link == "" {
		d.t.Fatal("no link")
	}
	return link
}

// A stop by SIGTERM under a rain of clicks: every click that was answered is stored. A kill
// loses at most those of the last second.
func TestNoClickIsLost(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		d := newDoor(t, env, "shop.test")
		link := d.tracked()
		answered := 0
		rain := func(end func()) {
			var mu sync.Mutex
			var clients sync.WaitGroup
			stop := make(chan struct{})
			for range 4 {
				clients.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						if follow(link) == nil {
							mu.Lock()
							answered++
							mu.Unlock()
						} else {
							time.Sleep(5 * time.Millisecond)
						}
					}
				})
			}
			time.Sleep(1500 * time.Millisecond)
			end()
			close(stop)
			clients.Wait()
		}
		for range 2 {
			rain(func() {
				if _, err := d.stop(); err != nil {
					t.Error(err)
				}
			})
			d.start()
		}
		if stored := d.clicks(); answered < 100 || stored < int64(answered) {
			t.Errorf("%d clicks are stored of %d that were answered", stored, answered)
		}
		before, at := d.clicks(), answered
		rain(func() {
			d.kill()
			d.start()
		})
		lost := int64(answered-at) - (d.clicks() - before)
		t.Logf("%d clicks answered; a kill lost %d of %d", answered, lost, answered-at)
	})
}

// L-02: a link leads on while the database is down, and its clicks are counted later.
func TestLinksLeadOnWithoutTheDatabase(t *testing.T) {
	pg := services.OwnPostgres(t, services.PostgresOptions{})
	url, err := pg.CreateDatabase(t.Context(), "links")
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(t, []string{"DATABASE_URL=" + url, "REDIS_URL=" + services.Redis(t)}, "shop.test")
	link := d.tracked()
	if err := follow(link); err != nil {
		t.Fatal(err)
	}
	if err := pg.Stop(); err != nil {
		t.Fatal(err)
	}
	slowest := time.Duration(0)
	for range 200 {
		began := time.Now()
		if err := follow(link); err != nil {
			t.Fatalf("with the database down: %v", err)
		}
		slowest = max(slowest, time.Since(began))
	}
	t.Logf("slowest of 200 with the database down: %s", slowest)
	if err := pg.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); d.clicks() != 201; {
		if time.Now().After(deadline) {
			t.Fatalf("%d clicks are stored of 201", d.clicks())
		}
		time.Sleep(200 * time.Millisecond)
	}
}
