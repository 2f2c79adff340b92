package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"smtpserver/app/account"
	customers "smtpserver/app/contact"
	"smtpserver/app/listimport"
	"smtpserver/app/store"
	"smtpserver/app/testkit/browser"
	"smtpserver/app/testkit/fakemx"
)

// subjects counts what arrived for an address, by subject.
func (d *door) subjects(to string) map[string]int {
	d.test.Helper()
	counts := map[string]int{}
	for _, m := range d.mx.Messages() {
		if isTo(m, to) {
			counts[subjectOf(m.Content)]++
		}
	}
	return counts
}

func isTo(m fakemx.Message, address string) bool {
	return len(m.Recipients) == 1 && strings.HasPrefix(m.Recipients[0], "<"+address+">")
}

func subjectOf(content string) string {
	found := regexp.MustCompile(`(?m)^Subject: (.*)\r$`).FindStringSubmatch(content)
	if found == nil {
		return ""
	}
	return found[1]
}

// awaitMail waits until a mail with the subject has arrived, and returns it.
func (d *door) awaitMail(to, subject string) string {
	d.test.Helper()
	for deadline := time.Now().Add(40 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		for _, m := range d.mx.Messages() {
			if isTo(m, to) && strings.HasPrefix(subjectOf(m.Content), subject) {
				return m.Content
			}
		}
	}
	d.test.Fatalf("no mail %q to %s came; there are %v", subject, to, d.subjects(to))
	return ""
}

// oneClick leaves as a mail program does.
func oneClick(t *testing.T, content string) {
	t.Helper()
	found := unsubscribeField.FindStringSubmatch(content)
	if found == nil {
		t.Fatalf("no List-Unsubscribe in\n%s", content)
	}
	resp, err := http.Post(found[1], "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("one click: status %d", resp.StatusCode)
	}
}

// The operator's own mailings, through all of the program: somebody subscribes in a browser,
// confirms, gets a mailing, leaves with one click and gets none after; an owner who left
// gets none either, and is still told when the terms change. What a customer's contacts
// are, no mailing knows (promise 6).
func TestMailingsFromSignUpToLeaving(t *testing.T) {
	chromium := browser.Start(t)
	d := newDoor(t, []string{"SMTPSERVER_STAFF_TWO_FACTORS=false"}, "shop.test", "tools.test")
	f := &field{t: t, p: d.program, tenant: d.tenants[0], domains: []string{"shop.test"}}
	const kim, owner, stays, contact = "kim@reader.example", "owner@shop.test", "owner@tools.test", "anna@contact.example"
	o := &listOwner{field: f, scope: account.NewScope(d.tenants[0].Account.ID, account.Actor{Kind: account.ActorSystem})}
	o.contacts(func(_ *store.Store, contacts *customers.Service, _ *listimport.Service) {
		_, err := contacts.Add(t.Context(), o.scope, customers.Draft{Email: contact}, "She asked for it in writing.", nil)
		o.try(err)
	})

	reader := newPerson(t, chromium, d.program, true)
	reader.open("/newsletter")
	reader.reads("sometimes tracked")
	reader.send("/newsletter?lang=en", "email", kim)
	reader.reads("Please look into your mailbox")
	link := regexp.MustCompile(`http://\S+/newsletter/confirm/\S+`).FindString(decode(t, d.awaitMail(kim, "Please confirm")))
	if link == "" {
		t.Fatal("the confirmation has no link")
	}
	reader.open(strings.TrimPrefix(link, "http://"+d.web))
	reader.press(reader.element(`form[action^="/newsletter/confirm/"] button`), true)
	reader.reads("You are on the list")

	ada := f.officer("ada@staff.example")
	send := func(name string) {
		t.Helper()
		body := "# Hello {{ name | default: \"there\" }}\n\n[Read](https://example.com/news)\n\n[Leave]({{ unsubscribe_url }})\n"
		draft := ada.submit(ada.get("/staff/mailings/new"), "/staff/mailings", map[string]string{"name": name, "subject": name, "body": body, "subscribers": "1"})
		ada.submit(draft, "/start", nil)
	}
	send("First news")
	toKim, toOwner := d.awaitMail(kim, "First news"), d.awaitMail(owner, "First news")
	if body := decode(t, toOwner); !strings.Contains(body, "/o/") || !strings.Contains(body, "/c/") || !strings.Contains(body, "/u/") {
		t.Errorf("the mailing has no marks or no way to leave:\n%s", body)
	}
	oneClick(t, toKim)
	oneClick(t, toOwner)
	send("Second news")
	f.await("the second mailing ends", "SELECT COUNT(*) FROM campaigns WHERE name = 'Second news' AND state = 'done'", 1)
	f.await("leaving has its evidence", "SELECT COUNT(*) FROM subscriber_evidence WHERE kind = 'left'", 1)
	f.announce()
	d.awaitMail(owner, "Our terms of service change")
	for _, to := range []string{kim, owner} {
		if got := d.subjects(to); got["First news"] != 1 || got["Second news"] != 0 {
			t.Errorf("%s got %v", to, got)
		}
	}
	if got := d.subjects(stays); got["First news"] != 1 || got["Second news"] != 1 {
		t.Errorf("%s got %v", stays, got)
	}
	if got := d.subjects(contact); len(got) != 0 {
		t.Errorf("a customer's contact got %v", got)
	}
	sum := text(ada.get("/staff/mailings").Find("main"))
	if !strings.Contains(sum, "Second news") || !strings.Contains(sum, "Sent") {
		t.Errorf("the list of mailings says %s", sum)
	}
	if l := f.settle(30 * time.Second); !l.OK {
		t.Error("the ledger is wrong")
	}
}
