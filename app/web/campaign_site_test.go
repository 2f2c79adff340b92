package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/automation"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/content"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/leaving"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/message"
	"smtpserver/app/newsletter"
	"smtpserver/app/precheck"
	"smtpserver/app/store"
	"smtpserver/app/submission"
	"smtpserver/app/template"
	"smtpserver/app/tracking"
)

// ownQueue takes mail nowhere: it stays in the database, where tests look.
type ownQueue struct{}

func (ownQueue) Destination(_ context.Context, domain string) string { return domain }
func (ownQueue) Wake(string, bool)                                   {}

// testCampaigns adds what campaigns need: everything real, but nothing leaves.
func testCampaigns(t *testing.T, d *Deps, db *store.Store) {
	t.Helper()
	public := &url.URL{Scheme: "https", Host: "mail.example.com"}
	links, err := leaving.NewLinks(d.Box, public)
	if err != nil {
		t.Fatal(err)
	}
	scopeOf := func(accountID id.ID) account.Scope {
		return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
	}
	d.Compiler, d.Reports = content.NewCompiler(), tracking.NewReports(db)
	d.Templates = template.New(db, d.Compiler)
	outside, ok := d.TestSender.(world)
	if !ok {
		t.Fatal("the site has no DNS server")
	}
	dns, err := resolver.New(resolver.Options{Server: outside.dns.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	sender := submission.New(db, domain.NewDirectory(d.Domains, d.Clock), ownQueue{}, "mail.example.com", d.Log)
	d.Audiences = campaign.New(campaign.Deps{
		Store: db, Clock: d.Clock, Contacts: d.Contacts, Accounts: d.Accounts, Domains: d.Domains, Submission: sender, Compiler: d.Compiler, Board: d.Destinations,
		Checker: precheck.New(precheck.Options{Clock: d.Clock, HTTP: precheck.NewClient(precheck.ClientOptions{Resolver: dns})}), Leaving: links, Switches: d.Switches, ScopeOf: scopeOf, HTTPS: true,
	})
	d.Campaigns = broadcast.New(broadcast.Options{
		Store: db, Submission: sender, Domains: d.Domains, Leaving: links, Results: d.Audiences, ScopeOf: scopeOf, Log: d.Log,
		Compile: func(ctx context.Context, source content.Source) (broadcast.Content, error) {
			return d.Compiler.Compile(ctx, source)
		},
		Audiences: map[broadcast.Kind]broadcast.Audience{broadcast.ToContacts: d.Audiences, broadcast.Mailing: newsletter.People{Service: d.Newsletter}},
	})
	d.Mailings = newsletter.NewMailings(d.Newsletter, d.Campaigns, operatorDomain)
	d.Automations = automation.New(automation.Deps{Store: db, Accounts: d.Accounts, Campaigns: d.Campaigns, Contacts: d.Audiences, ScopeOf: scopeOf, Log: d.Log})
	d.Audiences.Campaigns = d.Campaigns
}

func campaignOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	c, err := owner.site.Audiences.Create(t.Context(), owner.scope(), "Named")
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// sendable gives the account what a campaign needs: a proven domain, a postal address, a
// list with people of whom one unsubscribed.
func (b *browser) sendable(t *testing.T, people int) (listID id.ID) {
	t.Helper()
	b.prove(t, b.addDomain(t, "news.shop.test"))
	if err := b.site.Accounts.SetDetails(t.Context(), b.scope(), account.Profile{Name: "Apple farm", Kind: account.Business}, account.Details{
		LegalName: "Apple farm Ltd", Country: "GB", Street: "1 Orchard Lane", Postcode: "HR1 2AA", City: "Hereford", TimeZone: "Europe/London",
	}); err != nil {
		t.Fatal(err)
	}
	l, err := b.site.Contacts.AddList(t.Context(), b.scope(), "Letter", "", "")
	if err != nil {
		t.Fatal(err)
	}
	for i := range people {
		b.post("/a/"+b.slug+"/contacts", url.Values{"email": {fmt.Sprintf("p%02d@example.org", i)}, "consent": {"They asked for it in writing"}, "lists": {string(l.ID)}}).want(t, http.StatusSeeOther)
	}
	if _, err := b.site.Messages.Suppress(t.Context(), b.scope(), []message.Suppression{{Stream: message.Broadcast, Address: "p00@example.org", Reason: "They unsubscribed.", OptedOut: true}}); err != nil {
		t.Fatal(err)
	}
	return l.ID
}

// newCampaign makes a draft by the form and returns its path.
func (b *browser) newCampaign(t *testing.T) string {
	t.Helper()
	return b.post("/a/"+b.slug+"/campaigns", url.Values{"name": {"Autumn letter"}}).want(t, http.StatusSeeOther).to()
}

// step posts a step of a draft with the revision that its page shows.
func (b *browser) step(t *testing.T, path, step string, form url.Values) answer {
	t.Helper()
	revision, _ := b.get(path+"?step="+step).want(t, http.StatusOK).doc(t).Find("input[name=revision]").Attr("value")
	form.Set("revision", revision)
	return b.post(path+"/"+step, form)
}

func (b *browser) sweep(t *testing.T) {
	t.Helper()
	for range 3 {
		if err := b.site.Campaigns.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// sums reads the numbers of a report page.
func sums(t *testing.T, a answer) map[string]int64 {
	t.Helper()
	found := map[string]int64{}
	doc := a.doc(t)
	for _, name := range []string{"audience", "sent", "waiting", "failed", "suppressed", "opted_out", "invalid", "duplicate", "skipped"} {
		text := doc.Find("[data-sum=" + name + "]").Text()
		n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
		if err != nil {
			t.Fatalf("%s is %q", name, text)
		}
		found[name] = n
	}
	whole := found["audience"]
	for name, n := range found {
		if name != "audience" {
			whole -= n
		}
	}
	if whole != 0 {
		t.Errorf("the page does not add up: %v", found)
	}
	return found
}

const letterBody = "Hello {{ first_name | default: \"friend\" }},\n\nsee [our apples](https://shop.test/apples)."

func letterForm(domainID string) url.Values {
	return url.Values{"domain": {domainID}, "from_name": {"Apple farm"}, "from_local": {"news"}, "kind": {"markdown"}, "subject": {"Apples are in"}, "body": {letterBody}, "variant": {"0"}}
}

// The whole way of a campaign by its pages: audience with the exact count, content, checks,
// start; then the report, whose numbers add up and each open their list.
func TestACampaignFromDraftToReport(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	b := site.member(t, "owner@shop.test")
	listID := b.sendable(t, 8)
	path := b.newCampaign(t)

	b.step(t, path, "audience", url.Values{"include": {"list:" + string(listID)}}).want(t, http.StatusSeeOther)
	counted := b.get(path).want(t, http.StatusOK).doc(t)
	if got := counted.Find("[data-value=included]").Text(); got != "7" || !strings.Contains(counted.Find("#count").Text(), "unsubscribed from everything") {
		t.Errorf("counted %q: %s", got, counted.Find("#count").Text())
	}

	domainID, _ := b.get(path+"?step=content").want(t, http.StatusOK).doc(t).Find("select[name=domain] option").Attr("value")
	b.step(t, path, "content", letterForm(domainID)).want(t, http.StatusSeeOther)
	preview := b.get(path+"/preview").want(t, http.StatusOK)
	if !strings.Contains(preview.body, "https://shop.test/apples") || !strings.Contains(preview.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v\n%s", preview.Header, preview.body)
	}
	checks := b.get(path+"/checks").want(t, http.StatusOK).doc(t)
	for _, name := range []string{"authentication", "unsubscribe", "postal", "one_click", "size"} {
		verdict, _ := checks.Find("[data-check=" + name + "]").Attr("data-verdict")
		if verdict != "good" && name != "authentication" || verdict == "bad" || verdict == "" {
			t.Errorf("%s: %s %s", name, verdict, checks.Find("[data-check="+name+"]").Text())
		}
	}
	b.post(path+"/test", nil).want(t, http.StatusSeeOther)

	b.step(t, path, "send", url.Values{"when": {"now"}, "zone": {"Europe/London"}, "start": {"1"}}).want(t, http.StatusSeeOther)
	b.post(path+"/start", nil).want(t, http.StatusSeeOther) // a second click changes nothing
	b.sweep(t)
	if got := sums(t, b.get(path).want(t, http.StatusOK)); got["audience"] != 8 || got["waiting"] != 7 || got["opted_out"] != 1 {
		t.Errorf("%v", got)
	}
	b.settle(t)
	b.sweep(t)
	report := b.get(path).want(t, http.StatusOK)
	got := sums(t, report)
	if got["sent"] != 5 || got["failed"] != 2 || got["opted_out"] != 1 || got["waiting"] != 0 {
		t.Errorf("%v", got)
	}
	state, _ := report.doc(t).Find("#progress").Attr("data-state")
	if state != "done" || !strings.Contains(report.body, "5 of 8 people got it; 2 of them could not be reached.") {
		t.Errorf("%s: %s", state, report.doc(t).Find("#progress").Text())
	}
	for list, n := range got {
		if list == "audience" {
			list = ""
		}
		rows := b.get(path+"/recipients?list="+list).want(t, http.StatusOK).doc(t).Find("#recipients tbody tr").Length()
		if int64(rows) != n {
			t.Errorf("the list %q shows %d rows, the report says %d", list, rows, n)
		}
		file := b.get(path+"/recipients.csv?list="+list).want(t, http.StatusOK)
		if lines := strings.Count(strings.TrimSpace(file.body), "\n"); int64(lines) != n {
			t.Errorf("the file of %q has %d lines, the report says %d", list, lines, n)
		}
	}
	if file := b.get(path+"/report.csv").want(t, http.StatusOK); !strings.Contains(file.body, "sent,,5,,") {
		t.Error(file.body)
	}
	if list := b.get("/a/"+b.slug+"/campaigns").want(t, http.StatusOK); !strings.Contains(list.body, "5 of 8 got it, 2 could not be reached.") {
		t.Error(list.doc(t).Find("#campaigns").Text())
	}
	follow := b.post(path+"/copy", url.Values{"follows": {"new"}}).want(t, http.StatusSeeOther).to()
	if page := b.get(follow).want(t, http.StatusOK).doc(t); page.Find("[data-value=included]").Text() != "0" {
		t.Errorf("new members: %s", page.Find("#count").Text())
	}
}

// settle is what the engine would do: the first two bounce, the others arrive.
func (b *browser) settle(t *testing.T) {
	t.Helper()
	err := b.site.store.SystemWrite(t.Context(), "test: settle", func(_ context.Context, tx *gorm.DB) error {
		var rows []message.Delivery
		if err := tx.Raw("SELECT * FROM deliveries WHERE campaign_id <> '' AND state = 'queued' ORDER BY delivery_id").Scan(&rows).Error; err != nil {
			return err
		}
		for i, d := range rows {
			state := "delivered"
			if i < 2 {
				state = "bounced"
			}
			if err := tx.Exec("UPDATE deliveries SET state = ?, final_at = ? WHERE delivery_id = ?", state, b.site.store.Now(), d.ID).Error; err != nil {
				return err
			}
			if err := tx.Exec("UPDATE campaign_totals SET "+state+" = "+state+" + 1 WHERE campaign_id = ?", d.CampaignID).Error; err != nil {
				return err
			}
		}
		return tx.Exec("UPDATE campaigns SET next_at = ? WHERE next_at IS NOT NULL", b.site.store.Now()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// a campaign that nobody can leave, or without a postal address, does not start: 422,
// and nothing is scheduled; what was typed stays.
func TestR05ACampaignNobodyCanLeaveDoesNotStart(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	b := site.member(t, "owner@shop.test")
	listID := b.sendable(t, 2)
	soon := site.store.Now().AddDate(0, 1, 0).Format(localForm)
	for what, body := range map[string]string{
		"no unsubscribe link": "<p>Hello. {{ sender_address }}</p>",
		"no postal address":   "<p>Hello. <a href='{{ unsubscribe_url }}'>Unsubscribe</a></p>",
	} {
		path := b.newCampaign(t)
		b.step(t, path, "audience", url.Values{"include": {"list:" + string(listID)}}).want(t, http.StatusSeeOther)
		domainID, _ := b.get(path+"?step=content").want(t, http.StatusOK).doc(t).Find("select[name=domain] option").Attr("value")
		form := letterForm(domainID)
		form.Set("body", body)
		form.Set("kind", "html")
		b.step(t, path, "content", form).want(t, http.StatusSeeOther)
		refused := b.step(t, path, "send", url.Values{"when": {"spread"}, "until": {soon}, "zone": {"UTC"}, "start": {"1"}}).want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(refused.body, "Must be mended") || !strings.Contains(refused.body, `value="`+soon+`"`) {
			t.Errorf("%s: %s", what, refused.doc(t).Find("main").Text())
		}
		b.post(path+"/start", nil).want(t, http.StatusUnprocessableEntity)
		campaignID, err := id.Parse(path[strings.LastIndexByte(path, '/')+1:])
		if err != nil {
			t.Fatal(err)
		}
		if c, err := b.site.Campaigns.Get(t.Context(), b.scope(), campaignID); err != nil || c.State != broadcast.Draft {
			t.Errorf("%s: %s, %v", what, c.State, err)
		}
	}
}

// Each form that is refused answers 422, says so beside the field, and keeps what was typed.
func TestRefusedCampaignFormsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	b := site.member(t, "owner@shop.test")
	b.sendable(t, 1)
	path := b.newCampaign(t)
	for what, row := range map[string]struct {
		step   string
		form   url.Values
		stays  string
		target string
	}{
		"nobody":                {"audience", url.Values{}, "", "#f-include"},
		"another's list":        {"audience", url.Values{"include": {"list:" + string(id.New())}}, "", "#f-include"},
		"nonsense":              {"audience", url.Values{"include": {"list:'; DROP TABLE"}}, "", "#f-include"},
		"in and out":            {"audience", url.Values{"include": {"everyone"}, "exclude": {"everyone"}}, "checked", "#f-exclude"},
		"a topic of another":    {"audience", url.Values{"include": {"everyone"}, "topic": {string(id.New())}}, "checked", "#f-topic"},
		"a domain of another":   {"content", url.Values{"domain": {string(id.New())}, "subject": {"kept subject"}, "body": {"kept body"}, "kind": {"html"}}, "kept body", "#f-domain"},
		"broken content":        {"content", url.Values{"subject": {"kept subject"}, "body": {"{{ name | nonsense }}"}, "kind": {"markdown"}}, "kept subject", "#f-body"},
		"control characters":    {"content", url.Values{"subject": {"a\x00b"}, "body": {"x"}, "kind": {"markdown"}}, "", "#f-subject"},
		"no such time":          {"send", url.Values{"when": {"at"}, "at": {"yesterday"}, "zone": {"UTC"}}, "yesterday", "#f-at"},
		"no such zone":          {"send", url.Values{"when": {"at"}, "at": {"2030-01-01T10:00"}, "zone": {"Mars/Olympus"}}, "Mars/Olympus", "#f-zone"},
		"local":                 {"send", url.Values{"when": {"now"}, "zone": {"Local"}}, "Local", "#f-zone"},
		"hours that end before": {"send", url.Values{"when": {"now"}, "zone": {"UTC"}, "hours": {"1"}, "hours_from": {"x"}, "hours_to": {"09:00"}}, "09:00", "#f-hours_from"},
	} {
		a := b.step(t, path, row.step, row.form).want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, row.stays) || a.doc(t).Find(`[data-errors] a[href="`+row.target+`"]`).Length() != 1 {
			t.Errorf("%s: %s", what, a.doc(t).Find("[data-errors]").Text())
		}
	}
	b.post(path+"/content", url.Values{"revision": {"999"}, "kind": {"markdown"}, "body": {"late"}, "subject": {"s"}}).want(t, http.StatusConflict)
	for _, act := range []string{"pause", "resume", "cancel", "winner"} {
		a := b.post(path+"/"+act, nil)
		if a.StatusCode != http.StatusConflict && a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s of a draft: %d", act, a.StatusCode)
		}
	}
	b.post(path+"/remove", nil).want(t, http.StatusSeeOther)
	b.get(path).want(t, http.StatusNotFound)
}

// A viewer sees everything and changes nothing.
func TestAViewerOnlyLooksAtCampaigns(t *testing.T) {
	t.Parallel()
	if account.Viewer.May(account.ManageCampaigns) || !account.Marketer.May(account.ManageCampaigns) {
		t.Error("the table of permissions")
	}
	for _, route := range (&Server{}).Routes() {
		if strings.Contains(route.Path, "/campaigns") && route.Method == post && route.Access.permission != account.ManageCampaigns {
			t.Errorf("%s asks for %q", route.Path, route.Access.permission)
		}
	}
}

// The links of a mail are marked with who followed them, and nothing else of it changes.
func TestTheClickMapChangesNothingElse(t *testing.T) {
	t.Parallel()
	const mail = `<!doctype html><body><p>a &amp; b</p><a href="https://shop.test/apples?utm=1"><b>Apples</b></a> <a href='https://shop.test/other'>x</a><a href="https://mail.example.com/u/t">leave</a></body>`
	marked := clickMap(mail, []tracking.Link{{Number: 1, Target: "https://shop.test/apples", Clicks: tracking.Visits{Human: tracking.Count{Unique: 12}}}, {Number: 0, Clicks: tracking.Visits{Human: tracking.Count{Unique: 9}}}}, 48)
	if !strings.Contains(marked, "25.0 % · 12</span>") || strings.Count(marked, "<span") != 1 {
		t.Error(marked)
	}
	if regexp.MustCompile(`<span style=.*?</span>`).ReplaceAllString(marked, "") != mail {
		t.Error(marked)
	}
}
