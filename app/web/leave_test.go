package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/tracking"
)

// letter is broadcast mail of an account to one person.
type letter struct {
	id                id.ID
	token             string // of its unsubscribe link
	click, open, trap string // tokens
}

func (s *site) letterTo(t *testing.T, owner *browser, address string) letter {
	t.Helper()
	a := seed.Account{ID: owner.scope().AccountID(), DomainID: domainOf(t, owner), Domain: "news.shop.test"}
	n := seed.NewMessage(s.store, a, message.Broadcast, address)
	if err := message.Insert(t.Context(), s.store, []*message.New{n}); err != nil {
		t.Fatal(err)
	}
	l := letter{id: n.Message.ID}
	link, _, err := s.Leaving.URLs(a.ID, l.id, "")
	if err != nil {
		t.Fatal(err)
	}
	l.token = strings.TrimPrefix(link, "http://mail.example.com/u/")
	html, err := s.Tracker.Mark(`<a href="https://shop.example/apples">x</a>`, tracking.Mark{AccountID: a.ID, MessageID: l.id, Opens: true, Clicks: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(html, "http://mail.example.com/")[1:] {
		path, _, _ := strings.Cut(part, `"`)
		switch token := path[2:]; {
		case path[0] == 'o':
			l.open = token
		case l.click == "":
			l.click = token
		default:
			l.trap = token
		}
	}
	return l
}

func (s *site) suppressed(t *testing.T, owner *browser) []message.Suppression {
	t.Helper()
	rows, err := s.Messages.Suppressions(t.Context(), owner.scope(), message.SuppressionFilter{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

const oneClick = "List-Unsubscribe=One-Click"

func formBody(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }

// a thousand looks change nothing, one click does, at once, without a cookie, a
// token of a form or a redirect, from wherever it comes.
func TestLeavingByOneClick(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	l := s.letterTo(t, owner, "Anna@customer.test")
	scanner, link := s.browser(t), "/u/"+l.token
	for i := range 500 {
		scanner.do(http.MethodHead, link, "", header("User-Agent", "curl/8"))
		scanner.do(http.MethodGet, link, "", header("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101"))
		scanner.do(http.MethodHead, "/c/"+l.click, "", header("User-Agent", "curl/8"))
		scanner.do(http.MethodGet, "/c/"+l.click, "", header("User-Agent", "SafeLinks scanner"))
		if i == 0 {
			scanner.do(http.MethodGet, "/c/"+l.trap, "")
		}
	}
	if got := s.suppressed(t, owner); len(got) != 0 {
		t.Fatalf("a look unsubscribed: %+v", got)
	}
	if err := s.Visits.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := s.Messages.Show(t.Context(), owner.scope(), l.id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range d.Events {
		if e.Verdict == string(tracking.Human) {
			t.Errorf("a scanner was taken for a human: %+v", e)
		}
	}
	page := scanner.get(link).want(t, http.StatusOK)
	if strings.Contains(strings.ToLower(page.body), "anna") || len(page.Cookies()) != 0 || page.Header.Get("Location") != "" {
		t.Errorf("the page shows the address or sets a cookie: %v", page.Cookies())
	}
	began := time.Now()
	got := scanner.do(http.MethodPost, link, oneClick, formBody, header("Origin", "https://mail.google.example"), header("Sec-Fetch-Site", "cross-site")).want(t, http.StatusOK)
	if took := time.Since(began); took > time.Second || len(got.Cookies()) != 0 {
		t.Errorf("took %s, cookies %v", took, got.Cookies())
	}
	rows := s.suppressed(t, owner)
	if len(rows) != 1 || rows[0].Address != "anna@customer.test" || rows[0].Stream != message.Broadcast || !rows[0].OptedOut || rows[0].EndsAt != nil || rows[0].MessageID == nil || *rows[0].MessageID != l.id {
		t.Fatalf("suppressed: %+v", rows)
	}
	for range 3 { // an impatient program
		scanner.do(http.MethodPost, link, oneClick, formBody).want(t, http.StatusOK)
	}
	if d, err = s.Messages.Show(t.Context(), owner.scope(), l.id); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, e := range d.Events {
		if e.Kind == message.EventUnsubscribed {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	if body := owner.get("/a/" + owner.slug + "/messages/" + l.id.String()).body; !strings.Contains(body, "They unsubscribed by the link of a mail") {
		t.Error("the page of the message does not tell")
	}
}

// RFC 8058 §3.2 allows multipart/form-data as well.
func TestOneClickAsMultipart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	l := s.letterTo(t, owner, "anna@customer.test")
	body := "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	s.browser(t).do(http.MethodPost, "/u/"+l.token, body, header("Content-Type", "multipart/form-data; boundary=b")).want(t, http.StatusOK)
	if len(s.suppressed(t, owner)) != 1 {
		t.Error("not suppressed")
	}
}

// A person pauses, leaves a topic, leaves, and comes back; the ledger has it all.
func TestLeavingByThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	l := s.letterTo(t, owner, "anna@customer.test")
	anna, link := s.browser(t), "/u/"+l.token
	apples, err := s.Contacts.AddTopic(t.Context(), owner.scope(), "Apples", "All about apples")
	if err != nil {
		t.Fatal(err)
	}
	pears, err := s.Contacts.AddTopic(t.Context(), owner.scope(), "Pears", "")
	if err != nil {
		t.Fatal(err)
	}
	wish := func(form string) answer {
		t.Helper()
		return anna.do(http.MethodPost, link, form, formBody).want(t, http.StatusOK)
	}
	if got := wish("wish=pause-3"); !strings.Contains(got.body, "Paused until") {
		t.Error("the page does not tell of the pause")
	}
	rows := s.suppressed(t, owner)
	if len(rows) != 1 || rows[0].EndsAt == nil || rows[0].EndsAt.Before(time.Now().AddDate(0, 3, -2)) || !rows[0].OptedOut {
		t.Fatalf("paused: %+v", rows)
	}
	if body := owner.get("/a/" + owner.slug + "/suppressions").body; !strings.Contains(body, "They paused by the link of a mail") {
		t.Error("the list of suppressions does not tell of the pause")
	}
	wish("wish=return")
	if rows := s.suppressed(t, owner); len(rows) != 0 {
		t.Errorf("still %+v", rows)
	}
	if got := wish("wish=choose&shown=" + apples.ID.String() + "&shown=" + pears.ID.String() + "&topics=" + pears.ID.String()); !strings.Contains(got.body, "Saved") {
		t.Error("not saved")
	}
	choices, err := s.Contacts.Choices(t.Context(), owner.scope(), "anna@customer.test")
	if err != nil || len(choices) != 1 || choices[0].TopicID != apples.ID || choices[0].Choice != contact.ChoseOut {
		t.Errorf("choices %+v, %v", choices, err)
	}
	if got := anna.get(link+"?lang=de", header("Accept-Language", "fr")); !strings.Contains(got.body, "Abmelden") || !strings.Contains(got.body, `lang="de"`) {
		t.Error("the page does not speak German")
	}
	if got := anna.get(link, header("Accept-Language", "fr-CA, en;q=0.2")); !strings.Contains(got.body, "Se désinscrire") {
		t.Error("the page does not speak French")
	}
	wish("wish=all")
	anna.do(http.MethodPost, link, "wish=nonsense", formBody).want(t, http.StatusUnprocessableEntity)
	anna.do(http.MethodPost, link, "", formBody).want(t, http.StatusUnprocessableEntity)
	if rows := s.suppressed(t, owner); len(rows) != 1 {
		t.Errorf("left: %+v", rows)
	}
	wish("wish=return")
	if rows := s.suppressed(t, owner); len(rows) != 0 {
		t.Errorf("back: %+v", rows)
	}
	var kinds []string
	err = s.store.SystemRead(t.Context(), "test: the ledger", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT kind FROM consents WHERE address = 'anna@customer.test' AND proof <> '' ORDER BY consent_id").Scan(&kinds).Error
	})
	if want := []string{"withdrawn", "given", "withdrawn", "withdrawn", "given"}; err != nil || !slices.Equal(kinds, want) {
		t.Errorf("the ledger: %v, %v", kinds, err)
	}
}

// What bounced or was complained about does not come back by a link, and a pause gives way.
func TestOnlyOnesOwnWishIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	l := s.letterTo(t, owner, "anna@customer.test")
	anna, link := s.browser(t), "/u/"+l.token
	anna.do(http.MethodPost, link, "wish=pause-1", formBody).want(t, http.StatusOK)
	if _, err := s.Messages.Suppress(t.Context(), owner.scope(), []message.Suppression{{Stream: message.Broadcast, Address: "anna@customer.test", Reason: "no such mailbox"}}); err != nil {
		t.Fatal(err)
	}
	for _, wish := range []string{"return", "pause-1", "all", "return"} {
		anna.do(http.MethodPost, link, "wish="+wish, formBody).want(t, http.StatusOK)
		if rows := s.suppressed(t, owner); len(rows) != 1 || rows[0].Reason != "no such mailbox" || rows[0].EndsAt != nil {
			t.Fatalf("after %s: %+v", wish, rows)
		}
	}
}

// L-04: whatever is no link of ours gets one answer, byte for byte, and changes nothing.
func TestLinksCannotBeGuessed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner, other := s.member(t, "owner@shop.test"), s.member(t, "other@other.test")
	l, theirs := s.letterTo(t, owner, "anna@customer.test"), s.letterTo(t, other, "bob@customer.test")
	tokens := []string{"x", l.id.String(), id.New().String(), l.token[:len(l.token)-1], l.token + "A", l.token + "=", l.click, l.open, l.token[:43] + theirs.token[43:], strings.Repeat("a", 3000)}
	for i := range l.token {
		c := byte('A')
		if l.token[i] == c {
			c = 'B'
		}
		tokens = append(tokens, l.token[:i]+string(c)+l.token[i+1:])
	}
	absent, _, err := s.Leaving.URLs(owner.scope().AccountID(), id.New(), "")
	if err != nil {
		t.Fatal(err)
	}
	swapped, _, err := s.Leaving.URLs(other.scope().AccountID(), l.id, "")
	if err != nil {
		t.Fatal(err)
	}
	tokens = append(tokens, absent[strings.LastIndex(absent, "/")+1:], swapped[strings.LastIndex(swapped, "/")+1:])
	var first string
	b := s.browser(t)
	for _, token := range tokens {
		for _, a := range []answer{b.do(http.MethodGet, "/u/"+token, ""), b.do(http.MethodPost, "/u/"+token, oneClick, formBody), b.do(http.MethodPost, "/u/"+token, "wish=return", formBody)} {
			if first == "" {
				first = a.body
			}
			if a.StatusCode != http.StatusNotFound || a.body != first || len(a.Cookies()) != 0 {
				t.Fatalf("%.80s: %d, the same page: %v, cookies %v", token, a.StatusCode, a.body == first, a.Cookies())
			}
		}
	}
	if len(s.suppressed(t, owner))+len(s.suppressed(t, other)) != 0 {
		t.Error("somebody was unsubscribed")
	}
}

// A mail to several people carries no link of ours; if one were made, it would name nobody.
func TestALinkNamesOnePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	a := seed.Account{ID: owner.scope().AccountID(), DomainID: domainOf(t, owner), Domain: "news.shop.test"}
	n := seed.NewMessage(s.store, a, message.Broadcast, "anna@customer.test", "bob@customer.test")
	if err := message.Insert(t.Context(), s.store, []*message.New{n}); err != nil {
		t.Fatal(err)
	}
	link, _, err := s.Leaving.URLs(a.ID, n.Message.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	s.browser(t).do(http.MethodPost, strings.TrimPrefix(link, "http://mail.example.com"), oneClick, formBody).want(t, http.StatusNotFound)
}

// L-01, L-05: a link leads where it was signed for, a stopped one nowhere, and a customer's
// link host serves nothing else.
func TestFollowingLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	l := s.letterTo(t, owner, "anna@customer.test")
	b := s.browser(t)
	got := b.get("/c/"+l.click).want(t, http.StatusFound)
	if got.Header.Get("Location") != "https://shop.example/apples" || len(got.Cookies()) != 0 || got.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("leads to %q", got.Header.Get("Location"))
	}
	if got := b.get("/o/"+l.open).want(t, http.StatusOK); got.Header.Get("Content-Type") != "image/gif" || !strings.HasPrefix(got.body, "GIF89a") {
		t.Errorf("the picture: %q", got.Header)
	}
	for _, path := range []string{"/c/" + l.open, "/o/" + l.click, "/c/" + l.token, "/c/%2F%2Fevil.example", "/c/https:%2F%2Fevil.example", "/c/" + l.click + "?url=https://evil.example&x", "/c/" + l.click + "%0d%0aSet-Cookie:a=b"} {
		a := b.get(path)
		if strings.Contains(path, "?") {
			if a.Header.Get("Location") != "https://shop.example/apples" {
				t.Errorf("%s leads to %q", path, a.Header.Get("Location"))
			}
			continue
		}
		if a.StatusCode != http.StatusNotFound || a.Header.Get("Location") != "" {
			t.Errorf("%s: %d, %q", path, a.StatusCode, a.Header.Get("Location"))
		}
	}
	if err := s.Stops.Stop(t.Context(), "shop.example", "a copy of a bank", id.New()); err != nil {
		t.Fatal(err)
	}
	b.get("/c/"+l.click).want(t, http.StatusGone)
	if err := s.Stops.Allow(t.Context(), "shop.example"); err != nil {
		t.Fatal(err)
	}
	if err := s.Stops.Stop(t.Context(), "HTTPS://Shop.Example/apples#top", "a copy of a bank", id.New()); err != nil {
		t.Fatal(err)
	}
	b.get("/c/"+l.click).want(t, http.StatusGone)
	for _, bad := range []string{"", "x", "javascript:alert(1)", "https://", "a b.example", "shop.example/apples"} {
		if err := s.Stops.Stop(t.Context(), bad, "why", id.New()); err == nil {
			t.Errorf("%q was stopped", bad)
		}
	}
}

func TestLinkHosts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	l := s.letterTo(t, owner, "anna@customer.test")
	domainID := domainOf(t, owner)
	var host string
	err := s.store.SystemWrite(t.Context(), "test: a proven link host", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Raw("SELECT tracking_host FROM domains WHERE domain_id = ?", domainID).Scan(&host).Error; err != nil {
			return err
		}
		if err := tx.Exec("UPDATE domains SET state = 'verified' WHERE domain_id = ?", domainID).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM domain_records WHERE domain_id = ? AND purpose = 'tracking'", domainID).Error
	})
	if err != nil || host == "" {
		t.Fatalf("host %q, %v", host, err)
	}
	at := func(name string) tweak { return func(r *http.Request) { r.Host = name } }
	b := s.browser(t)
	b.get("/c/"+l.click, at("evil.example")).want(t, http.StatusNotFound)
	b.get("/u/"+l.token, at("evil.example")).want(t, http.StatusNotFound)
	b.get("/link-host?domain="+url.QueryEscape("elsewhere."+host)).want(t, http.StatusNotFound)
	err = s.store.SystemWrite(t.Context(), "test: a proven link host", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO domain_records (account_id, domain_id, purpose, verdict, explanation, seen) VALUES (?, ?, 'tracking', 'good', '', '')", owner.scope().AccountID(), domainID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/link-host?domain="+host).want(t, http.StatusOK)
	b.get("/c/"+l.click, at(host)).want(t, http.StatusFound)
	b.get("/u/"+l.token, at(strings.ToUpper(host)+":443")).want(t, http.StatusOK)
	for _, path := range []string{"/", "/login", "/signup", "/a/" + owner.slug, "/staff", "/healthz"} {
		if got := b.get(path, at(host)); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s on a link host: %d", path, got.StatusCode)
		}
	}
	mark, err := s.Switches.For(t.Context(), owner.scope().AccountID(), domainID, message.Broadcast, "")
	if err != nil || mark.Host != host || !mark.Opens || !mark.Clicks {
		t.Errorf("mail of the domain is marked %+v, %v", mark, err)
	}
}

// The nearest choice decides: the message's, then the domain's, then the account's.
func TestSwitches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.member(t, "owner@shop.test")
	accountID, domainID := owner.scope().AccountID(), domainOf(t, owner)
	open := tracking.Switch{Stream: message.Transactional, Kind: tracking.Open}
	click := tracking.Switch{Stream: message.Transactional, Kind: tracking.Click}
	want := func(what, wish string, opens, clicks bool) {
		t.Helper()
		m, err := s.Switches.For(t.Context(), accountID, domainID, message.Transactional, wish)
		if err != nil || m.Opens != opens || m.Clicks != clicks {
			t.Errorf("%s: %+v, %v", what, m, err)
		}
	}
	want("by default", "", false, false)
	want("by the message's wish", "opens,clicks", true, true)
	for _, step := range []struct {
		what          string
		domain        id.ID
		choices       tracking.Choices
		opens, clicks bool
	}{
		{"by the account", "", tracking.Choices{open: tracking.On, click: tracking.On}, true, true},
		{"by the domain", domainID, tracking.Choices{open: tracking.Off}, false, true},
		{"by the account again", domainID, nil, true, true},
	} {
		if err := s.Switches.Choose(t.Context(), owner.scope(), step.domain, step.choices); err != nil {
			t.Fatal(err)
		}
		want(step.what, "", step.opens, step.clicks)
		want(step.what+", but for the message", "none", false, false)
		want(step.what+", but for the message", "clicks", false, true)
	}
}
