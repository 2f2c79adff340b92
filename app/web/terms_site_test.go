package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/office"
	"smtpserver/app/terms"
	"smtpserver/app/testkit/pdftext"
)

// officer is a browser of a person of the operator.
func (s *site) officer(t *testing.T, email string) *browser {
	t.Helper()
	return s.officerWith(t, email, office.Operator)
}

func draftValues(revision, on, markdown string) url.Values {
	return url.Values{"title": {"Terms of service"}, "kind": {"material"}, "effective_on": {on}, "summary": {"We keep content longer."}, "markdown": {markdown}, "revision": {revision}}
}

// announce brings version 2 to the portal, through the pages of two people.
func (s *site) announce(t *testing.T) terms.Version {
	t.Helper()
	ada, bob := s.officer(t, "ada@staff.example"), s.officer(t, "bob@staff.example")
	current, err := s.Terms.Current(t.Context(), terms.Service, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	on := string(terms.Suggested(time.Now()))
	ada.post("/staff/terms/draft", draftValues("0", on, current.Markdown+"\n\n## New\n\nA new paragraph.\n")).want(t, http.StatusSeeOther)
	ada.post("/staff/terms/draft/approve", url.Values{"revision": {"1"}}).want(t, http.StatusConflict) // her own text
	ada.post("/staff/terms/draft/announce", url.Values{"revision": {"1"}}).want(t, http.StatusConflict)
	bob.post("/staff/terms/draft/approve", url.Values{"revision": {"1"}}).want(t, http.StatusSeeOther)
	a := ada.post("/staff/terms/draft/announce", url.Values{"revision": {"1"}}).want(t, http.StatusSeeOther)
	if a.to() != "/staff/terms/2?document=terms" {
		t.Errorf("leads to %s", a.to())
	}
	for _, path := range []string{"/staff", "/staff/terms", a.to(), "/staff/terms/draft", "/staff/terms/draft/notice", "/staff/terms/2/evidence.csv?document=terms", "/staff/terms/2/evidence.json?document=terms"} {
		ada.get(path).want(t, http.StatusOK)
	}
	v, err := s.Terms.Get(t.Context(), terms.Service, 2)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheEditorRefusesWhatTheRulesRefuse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.officer(t, "ada@staff.example")
	later := string(terms.Suggested(time.Now()))
	for name, c := range map[string]struct {
		values url.Values
		says   string
	}{
		"no such day": {draftValues("0", "2027-02-29", "text"), "This day does not exist"},
		"no text":     {draftValues("0", later, " "), "Write the text"},
		"a megabyte":  {draftValues("0", later, strings.Repeat("word ", 200_000)), "at most 200 KB"},
		"300 KB":      {draftValues("0", later, strings.Repeat("word ", 60_000)), "at most 200 KB"},
	} {
		a := ada.post("/staff/terms/draft", c.values)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text(a.body), c.says) {
			t.Errorf("%s: %d %s", name, a.StatusCode, text(a.body)[:200])
		}
		if c.values.Get("markdown") == "text" && !strings.Contains(a.body, ">text</textarea>") {
			t.Error("what was typed is lost")
		}
	}
	if a := ada.post("/staff/terms/draft", draftValues("0", later, strings.Repeat("ß", 1_000_000))); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("several megabytes: %d", a.StatusCode)
	}
	// A preview saves nothing, shows the redline and what is missing, and runs nothing.
	a := ada.post("/staff/terms/draft/preview", draftValues("0", string(terms.DateOf(time.Now()).Plus(3)), "# T\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) word\n")).want(t, http.StatusOK)
	if page := text(a.body); !strings.Contains(page, "The earliest lawful date is") || !strings.Contains(a.body, "<ins>") {
		t.Error("the preview says too little")
	}
	if preview := a.doc(t).Find("#preview"); preview.Find("script").Length() > 0 || preview.Find(`a[href^="javascript"]`).Length() > 0 {
		t.Error("something in the preview could run")
	}
	if drafts, err := s.TermsDesk.Drafts(t.Context()); err != nil || len(drafts) != 0 {
		t.Errorf("the preview saved: %+v, %v", drafts, err)
	}
}

func TestAnAccountHearsAndDecides(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.member(t, "anna@example.com")
	v := s.announce(t)
	if page := anna.get("/a/"+anna.slug).want(t, http.StatusOK); !strings.Contains(text(page.body), "Terms of service: changed from "+v.EffectiveOn.Long()) {
		t.Error("no banner")
	}
	home := "/a/" + anna.slug + "/settings/terms"
	page := anna.get(home).want(t, http.StatusOK)
	if !strings.Contains(page.body, "A new paragraph.") || !strings.Contains(text(page.body), "Takes effect on "+v.EffectiveOn.Long()+" and replaces version 1.") {
		t.Errorf("the page says: %s", text(page.body))
	}
	choice := url.Values{"document": {"terms"}, "number": {"2"}, "digest": {strings.Repeat("0", 64)}}
	if a := anna.post(home+"/accept", choice); a.StatusCode != http.StatusConflict || !strings.Contains(text(a.body), "Please read it again") || !strings.Contains(a.body, "A new paragraph.") {
		t.Errorf("a wrong digest: %d", a.StatusCode)
	}
	choice.Set("digest", v.Digest)
	anna.post(home+"/object", choice).want(t, http.StatusSeeOther)
	if page := text(anna.get("/a/" + anna.slug).body); !strings.Contains(page, "You objected: the account closes on that day.") {
		t.Errorf("no warning: %s", page)
	}
	anna.post(home+"/accept", choice).want(t, http.StatusSeeOther)
	if page := text(anna.get(home).body); !strings.Contains(page, "You accepted version 2") {
		t.Error("the acceptance is not shown")
	}
	var c terms.Certificate
	if err := json.Unmarshal([]byte(anna.get(home+"/evidence.json").want(t, http.StatusOK).body), &c); err != nil || !c.ChainOK || len(c.Records) != 5 || len(c.Versions) != 4 {
		t.Errorf("%+v, %v", c, err)
	}
	paper := anna.get(home+"/evidence.pdf").want(t, http.StatusOK)
	if got := paper.Header.Get("Content-Type"); got != "application/pdf" || !strings.Contains(paper.Header.Get("Content-Disposition"), ".pdf") {
		t.Errorf("the certificate comes as %s, %s", got, paper.Header.Get("Content-Disposition"))
	}
	if text := pdftext.Read(t, []byte(paper.body)); !strings.Contains(text, "accepted: Terms of service 2") || !strings.Contains(text, "anna@example.com") {
		t.Errorf("the certificate says: %s", text)
	}
	// Newcomers accept what is in force, with what belongs to it, and see what is announced.
	form := s.browser(t).get("/signup").want(t, http.StatusOK)
	for _, says := range []string{
		", with Acceptable use, version 1 and Data processing agreement, version 1.", "Terms of service, version 2, is announced for " + v.EffectiveOn.Long(), "Privacy, version 1",
	} {
		if !strings.Contains(text(form.body), says) {
			t.Errorf("the form does not say %q: %s", says, text(form.body))
		}
	}
	otto := s.member(t, "otto@example.com")
	if page := text(otto.get("/a/" + otto.slug).body); !strings.Contains(page, "changed from") {
		t.Error("a newcomer is not told")
	}
	// The public pages.
	visitor := s.browser(t)
	for path, says := range map[string]string{
		"/terms": "Version 2 is announced for", "/terms/2": "Announced", "/terms/2/changes": "From version 1 to version 2", "/terms/1/changes?with=2": "From version 2 to version 1", "/terms/1/changes": "all of it new",
	} {
		if a := visitor.get(path).want(t, http.StatusOK); !strings.Contains(text(a.body), says) {
			t.Errorf("%s does not say %q: %s", path, says, text(a.body)[:150])
		}
	}
	for _, path := range []string{"/terms/9", "/terms/9/changes", "/terms/2/changes?with=9", "/terms/x/changes", "/acceptable-use/2", "/data-processing/2"} {
		visitor.get(path).want(t, http.StatusNotFound)
	}
	if a := visitor.get("/terms/feed.atom").want(t, http.StatusOK); !strings.Contains(a.body, "Terms of service, version 2, effective "+v.EffectiveOn.Long()) {
		t.Error(a.body)
	}
	bob := s.officer(t, "carl@staff.example")
	s.comesBack(t, anna)
	if page := text(bob.get("/staff/terms/2?document=terms").want(t, http.StatusOK).body); !strings.Contains(page, "No such user.") || !strings.Contains(page, "otto@example.com") {
		t.Errorf("staff do not see whom the notice missed, and whom else to ask: %s", page)
	}
	bob.post("/staff/terms/2/withdraw?document=terms", nil).want(t, http.StatusSeeOther)
	if page := text(anna.get("/a/" + anna.slug).body); strings.Contains(page, "changed from") {
		t.Error("still announced")
	}
	if page := text(anna.get(home).body); !strings.Contains(page, "Terms of service, version 2, was withdrawn on") || !strings.Contains(page, "Your objection has fallen away") {
		t.Errorf("the portal does not tell of the withdrawal: %s", page)
	}
}

// comesBack notes that the notice to a customer could not be delivered; otto is a member, too.
func (s *site) comesBack(t *testing.T, b *browser) {
	t.Helper()
	account, now := s.accountOf(t, b.slug), time.Now().UTC().Truncate(time.Microsecond)
	err := s.store.SystemWrite(t.Context(), "test: an undeliverable notice", func(_ context.Context, tx *gorm.DB) error {
		err := tx.Exec("INSERT INTO members (account_id, user_id, role, created_at) SELECT ?, user_id, 'billing', ? FROM users WHERE email_key = 'otto@example.com'", account, now).Error
		if err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO terms_mails (account_id, mail_id, document, number, kind, user_id, address, state, why, queued_at, settled_at)
			SELECT ?, ?, 'terms', 2, 'notice', user_id, email_key, 'undeliverable', 'No such user.', ?, ? FROM users WHERE email_key = ?`, account, id.New(), now, now, b.email).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// inForce puts version 2 in force at once, with the guard out of the way.
func (s *site) inForce(t *testing.T, told ...id.ID) {
	t.Helper()
	past := time.Now().UTC().Add(-60 * 24 * time.Hour).Truncate(time.Microsecond)
	err := s.store.SystemWrite(t.Context(), "test: a version in force", func(_ context.Context, tx *gorm.DB) error {
		for _, guard := range []string{"TRIGGER terms_versions_insert", "INDEX terms_one_version_a_day"} {
			if err := tx.Exec("DROP " + guard).Error; err != nil {
				return err
			}
		}
		err := tx.Exec(`INSERT INTO terms_versions (document, number, effective_on, told_on, title, markdown, digest, created_at, kind, announced_at, notified_at)
			VALUES ('terms', 2, ?, ?, 'Terms of service', 'text', 'digest', ?, 'material', ?, ?)`, terms.DateOf(time.Now()), terms.DateOf(time.Now()), past, past, past).Error
		for _, account := range told {
			if err == nil {
				err = tx.Exec("INSERT INTO terms_notices (account_id, notice_id, document, number, required, portal_at) VALUES (?, ?, 'terms', 2, ?, ?)", account, id.New(), true, past).Error
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The first page on or after the date is acceptance; looking at the terms, as who wants
// to leave would, is not, and neither are a failed sign-in, health checks or staff.
func TestUseOfThePagesIsAcceptanceOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.member(t, "anna@example.com")
	s.inForce(t, s.accountOf(t, anna.slug))
	s.TermsGate = terms.NewGate(s.Terms, s.Clock, func(string) string { return "" })
	figures := func() terms.Figures {
		t.Helper()
		f, err := s.Terms.FiguresOf(t.Context(), terms.Service, 2)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	anna.get("/a/"+anna.slug+"/settings/terms").want(t, http.StatusOK)
	anna.get("/healthz").want(t, http.StatusOK)
	stranger := s.browser(t)
	stranger.email = anna.email
	stranger.login("not the password")
	s.officer(t, "ada@staff.example").get("/staff/terms").want(t, http.StatusOK)
	if f := figures(); f.ByUse != 0 || f.NotYet != 1 {
		t.Errorf("too early: %+v", f)
	}
	for range 3 {
		anna.get("/a/"+anna.slug, header("User-Agent", "Browser/1")).want(t, http.StatusOK)
	}
	if f := figures(); f.ByUse != 1 {
		t.Errorf("%+v", f)
	}
}

// An account that objected opens for the terms only, and again at once after a change of
// mind.
func TestAnAccountThatObjectedIsClosed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	anna := s.member(t, "anna@example.com")
	account := s.accountOf(t, anna.slug)
	s.inForce(t, account)
	err := s.store.SystemWrite(t.Context(), "test: an objection of the past", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Exec("DROP TRIGGER terms_records_insert").Error; err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO terms_records (account_id, seq, record_id, act, document, number, digest, channel, ip, user_agent, at, hash)
			VALUES (?, 4, ?, 'objected', 'terms', 2, 'digest', 'object', '', '', ?, 'x')`, account, id.New(), time.Now().UTC().Add(-48*time.Hour)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	s.TermsGate = terms.NewGate(s.Terms, s.Clock, func(string) string { return "" })
	home := "/a/" + anna.slug + "/settings/terms"
	for _, path := range []string{"", "/messages", "/domains", "/settings/profile"} {
		if a := anna.get("/a/" + anna.slug + path); a.StatusCode != http.StatusSeeOther || a.to() != home {
			t.Errorf("%s: %d to %s", path, a.StatusCode, a.to())
		}
	}
	anna.post("/a/"+anna.slug+"/domains", url.Values{"domain": {"shop.example.com"}}).want(t, http.StatusForbidden)
	for _, open := range []string{"/settings/data", "/settings/terms/evidence.pdf", "/settings/terms/evidence.json"} { // export, closing, evidence
		anna.get("/a/"+anna.slug+open).want(t, http.StatusOK)
	}
	if page := text(anna.get(home).want(t, http.StatusOK).body); !strings.Contains(page, "This account is closed since") {
		t.Error(page)
	}
	anna.post(home+"/accept", url.Values{"document": {"terms"}, "number": {"2"}, "digest": {"digest"}}).want(t, http.StatusSeeOther)
	anna.get("/a/"+anna.slug).want(t, http.StatusOK)
}
