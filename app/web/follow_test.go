package web

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"gorm.io/gorm"
)

// events reads a stream: each event's name with its data.
type events struct {
	t      *testing.T
	lines  *bufio.Scanner
	body   *http.Response
	cancel context.CancelFunc
}

func (b *browser) follow(t *testing.T, path string) *events {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.site.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	e := &events{t, bufio.NewScanner(resp.Body), resp, cancel}
	e.lines.Buffer(nil, 1<<20)
	return e
}

// next is the next event; "" is the end.
func (e *events) next() (name, data string) {
	e.t.Helper()
	for e.lines.Scan() {
		line := e.lines.Text()
		if value, ok := strings.CutPrefix(line, "event: "); ok {
			name = value
		}
		if value, ok := strings.CutPrefix(line, "data: "); ok {
			data += value + "\n"
		}
		if line == "" && name != "" {
			return name, data
		}
	}
	return "", ""
}

// sending is a campaign of which five of eight wait.
func (b *browser) sending(t *testing.T) (path string) {
	t.Helper()
	listID := b.sendable(t, 8)
	path = b.newCampaign(t)
	b.step(t, path, "audience", url.Values{"include": {"list:" + string(listID)}}).want(t, http.StatusSeeOther)
	domainID, _ := b.get(path+"?step=content").want(t, http.StatusOK).doc(t).Find("select[name=domain] option").Attr("value")
	b.step(t, path, "content", letterForm(domainID)).want(t, http.StatusSeeOther)
	b.step(t, path, "send", url.Values{"when": {"now"}, "zone": {"Europe/London"}, "repeat": {"day"}, "repeat_at": {"07:30"}, "start": {"1"}}).want(t, http.StatusSeeOther)
	b.sweep(t)
	return path
}

// A report is followed over one connection: what changes comes by itself, the end comes as
// the end; too many are told to ask instead, and strangers that there is nothing.
func TestAReportIsFollowed(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	b := site.member(t, "owner@shop.test")
	path := b.sending(t)
	e := b.follow(t, path+"/follow")
	if e.body.StatusCode != http.StatusOK || !strings.HasPrefix(e.body.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %v", e.body.StatusCode, e.body.Header)
	}
	name, data := e.next()
	moving, err := goquery.NewDocumentFromReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := moving.Find("[data-sum=waiting]").Text(); name != "part" || got != "7" {
		t.Errorf("event %q says %q wait\n%s", name, got, data)
	}
	b.settle(t)
	if name, data = e.next(); name != "part" || !strings.Contains(data, `data-sum="sent"`) {
		t.Errorf("after the mail went: %q\n%s", name, data)
	}
	b.sweep(t)
	for name == "part" {
		name, _ = e.next()
	}
	if name != "over" {
		t.Errorf("the end is %q", name)
	}
	if name, _ = e.next(); name != "" {
		t.Errorf("after the end comes %q", name)
	}
	if a := site.member(t, "stranger@shop.test").get(strings.Replace(path, b.slug, "x", 1) + "/follow"); a.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger gets %d", a.StatusCode)
	}
}

// Who follows takes a place until they go; there is none for more than a bounded number of
// one account, and another account finds its own.
func TestFollowersAreBounded(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	b := site.member(t, "owner@shop.test")
	path := b.sending(t)
	var all []*events
	for range mostOfAccount {
		e := b.follow(t, path+"/follow")
		if name, _ := e.next(); name != "part" {
			t.Fatalf("follower %d gets %q, %d", len(all), name, e.body.StatusCode)
		}
		all = append(all, e)
	}
	b.get(path+"/follow").want(t, http.StatusTooManyRequests)
	if leave, ok := site.followers("another account"); !ok {
		t.Error("another account has no place")
	} else {
		leave()
	}
	for _, e := range all {
		e.cancel()
	}
	b.settle(t) // the next event finds nobody there
	deadline := time.Now().Add(20 * time.Second)
	for {
		leave, ok := site.followers(string(b.scope().AccountID()))
		if ok {
			leave()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("whoever left keeps the place")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// What repeats says so on its page, can be stopped and begun again there, and its rounds are
// no campaigns of the list.
func TestNewMembersOnThePage(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	b := site.member(t, "owner@shop.test")
	path := b.sending(t)
	panel := func() string {
		return strings.Join(strings.Fields(b.get(path).want(t, http.StatusOK).doc(t).Find("#repeat").Text()), " ")
	}
	if got := panel(); !strings.Contains(got, "Each day at 07:30") || !strings.Contains(got, "Looks again") {
		t.Errorf("the panel says %q", got)
	}
	b.post(path+"/repeat", url.Values{"repeat": {""}}).want(t, http.StatusSeeOther)
	if got := panel(); !strings.Contains(got, "gets nothing of it") {
		t.Errorf("after the end it says %q", got)
	}
	b.post(path+"/repeat", url.Values{"repeat": {"day"}, "repeat_at": {"late"}}).want(t, http.StatusUnprocessableEntity)
	b.post(path+"/repeat", url.Values{"repeat": {"minute"}}).want(t, http.StatusUnprocessableEntity)
	b.post(path+"/repeat", url.Values{"repeat": {"hour"}}).want(t, http.StatusSeeOther)
	lists, err := site.Contacts.Lists(t.Context(), b.scope())
	if err != nil || len(lists) != 1 {
		t.Fatal(lists, err)
	}
	b.post("/a/"+b.slug+"/contacts", url.Values{"email": {"new@example.org"}, "consent": {"They asked for it in writing"}, "lists": {lists[0].ID.String()}}).want(t, http.StatusSeeOther)
	err = site.store.SystemWrite(t.Context(), "test: look for new members now", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE campaigns SET repeat_at = created_at WHERE repeat_at IS NOT NULL").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	b.sweep(t)
	page := b.get(path).want(t, http.StatusOK).doc(t)
	rounds := page.Find("#repeat tbody tr")
	if rounds.Length() != 1 || !strings.Contains(rounds.Text(), "Round 1") {
		t.Fatalf("%d rounds: %s", rounds.Length(), page.Find("#repeat").Text())
	}
	round, _ := rounds.Find("a").Attr("href")
	if got := sums(t, b.get(round).want(t, http.StatusOK)); got["audience"] != 1 {
		t.Errorf("the round goes to %v", got)
	}
	if list := b.get("/a/"+b.slug+"/campaigns").want(t, http.StatusOK); strings.Contains(list.body, "round 1") {
		t.Error("the list shows rounds beside their campaign")
	}
}
