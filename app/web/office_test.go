package web

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/billing"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/office"
	"smtpserver/views/layout"
)

// staffToken makes a person of the operator with roles, and their one-time link.
func (s *site) staffToken(t *testing.T, email string, roles ...office.Role) string {
	t.Helper()
	token, err := s.Office.Invite(t.Context(), office.By{}, email, roles)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// officerWith is a browser of a person of the operator who holds these roles.
func (s *site) officerWith(t *testing.T, email string, roles ...office.Role) *browser {
	t.Helper()
	b := s.browser(t)
	b.email = email
	b.post("/staff/enter/"+s.staffToken(t, email, roles...), nil).want(t, http.StatusSeeOther)
	return b
}

func (s *site) staffID(t *testing.T, email string) id.ID {
	t.Helper()
	who, err := s.Office.Find(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return who.ID
}

// doors of the back office stand outside of it.
var officeDoors = []string{"/staff/login", "/staff/login/passkey", "/staff/enter/:token"}

// officeRoutes are all routes below /staff that Fiber answers, with the access that the
// table gives them: a route that is in the one and not in the other fails.
func (s *site) officeRoutes(t *testing.T) (routes []Route) {
	t.Helper()
	table := map[string]Route{}
	for _, route := range s.Routes() {
		table[route.Method+" "+route.Path] = route
	}
	for _, r := range s.app.GetRoutes(true) {
		if r.Path != "/staff" && !strings.HasPrefix(r.Path, "/staff/") || slices.Contains(officeDoors, r.Path) {
			continue
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		route, ok := table[method+" "+r.Path]
		switch {
		case !ok:
			t.Errorf("%s %s is not in the table of routes", r.Method, r.Path)
		case route.Access.level != staff || !slices.Contains(office.Permissions(), route.Access.office):
			t.Errorf("%s %s names no permission of the table", r.Method, r.Path)
		default:
			route.Method = r.Method
			routes = append(routes, route)
		}
	}
	if len(routes) < 100 {
		t.Fatalf("Fiber knows only %d routes of the back office", len(routes))
	}
	return routes
}

func (b *browser) callStaff(route Route) answer {
	b.t.Helper()
	path := parameter.ReplaceAllString(route.Path, id.New().String())
	if route.Method == http.MethodPost {
		return b.post(path, nil)
	}
	return b.do(route.Method, path, "")
}

// Every role at every route of the back office, from Fiber's own table: who may not is
// refused with the reason, and who may is not.
func TestEveryStaffRoleAtEveryRoute(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.officerWith(t, "keeper@operator.example", office.Operator)
	sam := s.officerWith(t, "sam@operator.example", office.Support)
	routes, asked := s.officeRoutes(t), map[office.Permission]bool{}
	for _, role := range office.All {
		if err := s.Office.SetRoles(t.Context(), office.By{}, s.staffID(t, sam.email), office.Roles{role}); err != nil {
			t.Fatal(err)
		}
		for _, route := range routes {
			p := route.Access.office
			asked[p] = true
			a := sam.callStaff(route)
			if refused := a.StatusCode == http.StatusForbidden; refused == (office.Roles{role}).May(p) {
				t.Errorf("%s at %s %s: status %d, the table says %v", role, route.Method, route.Path, a.StatusCode, !refused)
			}
			if a.StatusCode == http.StatusForbidden && route.Method != http.MethodHead && !strings.Contains(text(a.body), office.WhyNot(p)) {
				t.Errorf("%s at %s %s is not told why", role, route.Method, route.Path)
			}
			if a.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s at %s %s: status %d", role, route.Method, route.Path, a.StatusCode)
			}
		}
	}
	for _, p := range office.Permissions() {
		if !asked[p] {
			t.Errorf("no route asks for %s", p)
		}
	}
}

// H-13: for customers, whatever they may in their account, and for who was ended, there
// is no back office: each route answers as an address where nothing is. Who is signed out
// is led to its own door.
func TestNobodyElseFindsTheBackOffice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.officerWith(t, "keeper@operator.example", office.Operator)
	ada, gone, nobody := s.member(t, "ada@example.com"), s.officerWith(t, "gone@operator.example", office.Operator), s.browser(t)
	err := s.store.SystemWrite(t.Context(), "test: take every role", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("DELETE FROM staff_roles WHERE user_id = ?", s.staffID(t, gone.email)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	nothing := ada.get("/staff/there-is-nothing-here").want(t, http.StatusNotFound)
	for _, route := range s.officeRoutes(t) {
		for _, b := range []*browser{ada, gone} {
			a := b.callStaff(route)
			if a.StatusCode != http.StatusNotFound {
				t.Errorf("%s at %s %s: status %d", b.email, route.Method, route.Path, a.StatusCode)
			}
			if words := "main p"; route.Method == http.MethodGet && a.doc(t).Find(words).Text() != nothing.doc(t).Find(words).Text() {
				t.Errorf("%s %s answers otherwise than an address where nothing is", route.Method, route.Path)
			}
		}
		if route.Method == http.MethodGet {
			if a := nobody.callStaff(route).want(t, http.StatusSeeOther); !strings.HasPrefix(a.to(), "/staff/login?next=") {
				t.Errorf("%s leads the signed out to %s", route.Path, a.to())
			}
		}
	}
}

// The sidebar and the front page show what one may open, and nothing else; a page shows
// what one may not do with the reason.
func TestTheOfficeShowsWhatOneMay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, role := range office.All {
		b := s.officerWith(t, string(role)+"@operator.example", role)
		page := b.get("/staff").want(t, http.StatusOK).doc(t)
		for _, where := range []string{"#sidebar nav a", "main ul a"} {
			links := page.Find(where)
			if links.Length() == 0 {
				t.Errorf("%s sees nothing in %s", role, where)
			}
			for i := range links.Nodes {
				href, _ := links.Eq(i).Attr("href")
				b.get(href).want(t, http.StatusOK)
			}
		}
	}
	words := text(s.officerWith(t, "helper@operator.example", office.Support).get("/staff/seller").want(t, http.StatusOK).body)
	if !strings.Contains(words, office.WhyNot(office.ManageMoney)) {
		t.Errorf("support is not told why it cannot save: %s", words)
	}
}

// What pages and the sidebar name as a permission is one of the table.
func TestViewsNamePermissionsOfTheTable(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, p := range layout.OfficeNeeds {
		named[p] = true
	}
	files, err := filepath.Glob("../../views/pages/*.templ")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`Refuses\("([a-z_]+)"\)`).FindAllStringSubmatch(string(body), -1) {
			named[m[1]] = true
		}
	}
	if len(named) < 12 {
		t.Fatalf("only %d permissions are named", len(named))
	}
	for p := range named {
		if !slices.Contains(office.Permissions(), office.Permission(p)) {
			t.Errorf("%q is no permission", p)
		}
	}
}

// The back office has its own door: staff come in there and nowhere else, customers do
// not, and neither door tells whose address it is.
func TestTheOfficeHasItsOwnDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.StaffTwoFactors = true })
	ada := s.member(t, "ada@example.com")
	sam := s.officerWith(t, "sam@operator.example", office.Operator)
	sam.post("/password", url.Values{"email": {sam.email}}).want(t, http.StatusOK)
	sam.post(s.mails.link(t, "reset_password", sam.email), url.Values{"password": {testPassword}}).want(t, http.StatusSeeOther)

	try := func(door, email, password string) answer {
		return s.browser(t).post(door, url.Values{"email": {email}, "password": {password}})
	}
	for _, at := range [][2]string{{"/login", sam.email}, {"/staff/login", ada.email}} {
		said, wrong := text(try(at[0], at[1], testPassword).want(t, http.StatusUnprocessableEntity).body), text(try(at[0], at[1], "no such password").body)
		if said != wrong || !strings.Contains(said, "The e-mail address or the password is wrong.") {
			t.Errorf("%s tells %s: %q, with a wrong password %q", at[0], at[1], said, wrong)
		}
	}
	b := s.browser(t)
	b.email = sam.email
	if a := b.post("/staff/login", url.Values{"email": {sam.email}, "password": {testPassword}}).want(t, http.StatusSeeOther); a.to() != "/staff" {
		t.Errorf("led to %s", a.to())
	}
	if a := b.get("/staff/accounts").want(t, http.StatusSeeOther); a.to() != "/security" {
		t.Errorf("with one factor led to %s", a.to())
	}
	b.post("/staff/people", url.Values{"email": {"x@operator.example"}, "role_operator": {"1"}}).want(t, http.StatusForbidden)
	phone, _ := b.secure()
	b.get("/staff/accounts").want(t, http.StatusOK)
	again := s.browser(t)
	again.email = sam.email
	a := again.post("/staff/login", url.Values{"email": {sam.email}, "password": {testPassword}, "next": {"/staff/accounts"}}).want(t, http.StatusSeeOther)
	if !strings.HasPrefix(a.to(), "/login/second") || again.signedInAs() != "" {
		t.Errorf("no second step: %s", a.to())
	}
	a = again.post("/login/second", url.Values{"code": {phone.code(t)}, "next": {"/staff/accounts"}}).want(t, http.StatusSeeOther)
	again.get(a.to()).want(t, http.StatusOK)
}

// Staff are invited, given roles and ended by who manages staff; the last who does stays.
func TestStaffManageStaff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	boss := s.officerWith(t, "boss@operator.example", office.Operator)
	own := "/staff/people/" + s.staffID(t, boss.email).String()
	boss.post(own+"/roles", url.Values{"role_support": {"1"}}).want(t, http.StatusConflict)
	boss.post(own+"/end", url.Values{"reason": {"leaves"}}).want(t, http.StatusConflict)
	boss.post("/staff/people", url.Values{"email": {"fay@operator.example"}}).want(t, http.StatusUnprocessableEntity)
	s.member(t, "ada@example.com")
	boss.post("/staff/people", url.Values{"email": {"ada@example.com"}, "role_support": {"1"}}).want(t, http.StatusUnprocessableEntity)
	boss.post("/staff/people", url.Values{"email": {"fay@operator.example"}, "role_support": {"1"}, "role_finance": {"1"}}).want(t, http.StatusSeeOther)
	fay := s.browser(t)
	fay.email = "fay@operator.example"
	fay.post(s.mails.link(t, "staff_invited", fay.email), nil).want(t, http.StatusSeeOther)
	fay.get("/staff/invoices").want(t, http.StatusOK)
	fay.get("/staff/people").want(t, http.StatusForbidden)
	page := "/staff/people/" + s.staffID(t, fay.email).String()
	if words := text(boss.get("/staff/people").want(t, http.StatusOK).body); !strings.Contains(words, "fay@operator.example") {
		t.Error(words)
	}
	boss.post(page+"/roles", url.Values{"role_terms": {"1"}}).want(t, http.StatusSeeOther)
	fay.get("/staff/invoices").want(t, http.StatusForbidden)
	boss.post(page+"/link", nil).want(t, http.StatusSeeOther)
	boss.post(page+"/end", nil).want(t, http.StatusUnprocessableEntity)
	boss.post(page+"/end", url.Values{"reason": {"moved on"}}).want(t, http.StatusSeeOther)
	boss.get(page).want(t, http.StatusOK)
	if a := fay.get("/staff/terms").want(t, http.StatusSeeOther); !strings.HasPrefix(a.to(), "/staff/login") {
		t.Errorf("who was ended is led to %s", a.to())
	}
	fay.get(s.mails.link(t, "staff_invited", fay.email)).want(t, http.StatusNotFound)
	log := boss.get("/staff/audit?topic=staff").want(t, http.StatusOK).body
	for _, want := range []string{"Staff invited", "Staff roles set", "Staff ended", "moved on"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not tell %q", want)
		}
	}
}

// A suspension is one person's act; lifting it takes a second one.
func TestLiftingASuspensionTakesTwo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	accountID := s.accountOf(t, ada.slug)
	page := "/staff/accounts/" + accountID.String()
	ann, bea := s.officerWith(t, "ann@operator.example", office.Abuse), s.officerWith(t, "bea@operator.example", office.Abuse)
	helper := s.officerWith(t, "helper@operator.example", office.Support)
	state := func() account.State {
		t.Helper()
		a, err := s.Accounts.Get(t.Context(), account.NewScope(accountID, account.Actor{}))
		if err != nil {
			t.Fatal(err)
		}
		return a.State
	}
	ann.post(page+"/lift", url.Values{"lift_reason": {"too early"}}).want(t, http.StatusConflict)
	ann.post(page+"/suspend", nil).want(t, http.StatusUnprocessableEntity)
	ann.post(page+"/suspend", url.Values{"suspend_reason": {"Half of the list bounced"}}).want(t, http.StatusSeeOther)
	if state() != account.Paused {
		t.Fatal("it is not suspended")
	}
	if words := text(ada.get("/a/"+ada.slug).want(t, http.StatusOK).body); !strings.Contains(words, "Half of the list bounced") {
		t.Errorf("the account's members are not told why: %s", words)
	}
	ann.post(page+"/suspend", url.Values{"suspend_reason": {"again"}}).want(t, http.StatusConflict)
	ann.post(page+"/lift", url.Values{"lift_reason": {"They cleaned the list"}}).want(t, http.StatusSeeOther)
	ann.post(page+"/lift", url.Values{"lift_reason": {"once more"}}).want(t, http.StatusConflict)
	for b, sees := range map[*browser]bool{ann: false, bea: true, helper: false} {
		if words := text(b.get("/staff").want(t, http.StatusOK).body); strings.Contains(words, "They cleaned the list") != sees {
			t.Errorf("%s sees it to be done: %v: %s", b.email, !sees, words)
		}
	}
	approve, ok := bea.get("/staff/approvals").want(t, http.StatusOK).doc(t).Find(`form[action$="/approve"]`).Attr("action")
	if !ok {
		t.Fatal("nothing can be approved")
	}
	ann.post(approve, nil).want(t, http.StatusConflict)
	helper.post(approve, nil).want(t, http.StatusForbidden)
	if state() != account.Paused {
		t.Fatal("one person lifted it")
	}
	bea.post(approve, nil).want(t, http.StatusSeeOther)
	if state() != account.Active {
		t.Fatal("two people did not lift it")
	}
	bea.post(approve, nil).want(t, http.StatusConflict)
	log := ada.get("/a/"+ada.slug+"/audit").want(t, http.StatusOK).body
	for _, want := range []string{"Account suspended", "Suspension lift approved", "bea@operator.example", "Account suspension lifted"} {
		if !strings.Contains(log, want) {
			t.Errorf("the account's log does not tell %q", want)
		}
	}
	// Refused and taken back change nothing, and make room for another request.
	ann.post(page+"/suspend", url.Values{"suspend_reason": {"Complaints"}}).want(t, http.StatusSeeOther)
	for i, how := range []string{"refuse", "withdraw"} {
		ann.post(page+"/lift", url.Values{"lift_reason": {"please"}}).want(t, http.StatusSeeOther)
		who := []*browser{bea, ann}[i]
		at, _ := bea.get("/staff/approvals").doc(t).Find(`form[action$="/refuse"]`).Attr("action")
		who.post(strings.Replace(at, "refuse", how, 1), url.Values{"reason": {"not yet"}}).want(t, http.StatusSeeOther)
		if state() != account.Paused {
			t.Errorf("%s lifted it", how)
		}
	}
}

// Staff find any delivery and see no address; content is the account's page, under its
// owner's grant, and the look is in the account's own log.
func TestStaffFindMessagesWithoutContent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam := s.member(t, "ada@example.com"), s.officerWith(t, "sam@operator.example", office.Support)
	messageID := messageOf(t, ada)
	list, err := s.Messages.List(t.Context(), account.NewScope(s.accountOf(t, ada.slug), account.Actor{}), message.Filter{Limit: 1})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	_, domain, _ := strings.Cut(list[0].Recipient, "@")
	for _, query := range []string{"", "?q=" + messageID.String(), "?domain=" + domain, "?account=" + ada.slug, "?state=" + string(list[0].State), "?account=" + ada.slug + "&state=" + string(list[0].State) + "&from=2020-01-01"} {
		page := sam.get("/staff/messages"+query).want(t, http.StatusOK).body
		if !strings.Contains(page, messageID.String()) || strings.Contains(page, list[0].Recipient) || strings.Contains(page, list[0].Subject) {
			t.Errorf("%q: the page says %s", query, text(page))
		}
		if strings.Contains(page, "Open it under the grant") {
			t.Errorf("%q: content is offered without a grant", query)
		}
	}
	for _, query := range []string{"?q=nothing@example.org", "?domain=elsewhere.example", "?to=2020-01-01"} {
		if page := sam.get("/staff/messages"+query).want(t, http.StatusOK); !strings.Contains(page.body, "Nothing found") {
			t.Errorf("%q: %s", query, text(page.body))
		}
	}
	for _, query := range []string{"?account=nobody-0000", "?from=yesterday"} {
		sam.get("/staff/messages"+query).want(t, http.StatusUnprocessableEntity)
	}
	sam.get("/a/"+ada.slug+"/messages/"+messageID.String()).want(t, http.StatusNotFound)
	grantIn(t, ada)
	sam.post("/staff/accounts/"+s.accountOf(t, ada.slug).String()+"/view", nil).want(t, http.StatusSeeOther)
	open, ok := sam.get("/staff/messages?q=" + messageID.String()).doc(t).Find(`a:contains("Open it under the grant")`).Attr("href")
	if !ok || !strings.Contains(sam.get(open).want(t, http.StatusOK).body, list[0].Recipient) {
		t.Errorf("under the grant %q does not show the message", open)
	}
	if log := ada.get("/a/" + ada.slug + "/audit?topic=support").body; !strings.Contains(log, "/a/:slug/messages/:id") {
		t.Error("the account's log does not tell of the look")
	}
}

// What staff note, set and give stands on the account's page, in its own log, and counts.
func TestStaffActOnAnAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam := s.member(t, "ada@example.com"), s.officerWith(t, "sam@operator.example", office.Support)
	fay := s.officerWith(t, "fay@operator.example", office.Finance)
	accountID := s.accountOf(t, ada.slug)
	page := "/staff/accounts/" + accountID.String()
	sam.post(page+"/note", url.Values{"note": {" "}}).want(t, http.StatusUnprocessableEntity)
	sam.post("/staff/accounts/"+id.New().String()+"/note", url.Values{"note": {"x"}}).want(t, http.StatusNotFound)
	sam.post(page+"/note", url.Values{"note": {"Calls on Mondays.\nAsk for Kim."}}).want(t, http.StatusSeeOther)
	fay.post(page+"/note", url.Values{"note": {"Pays late."}}).want(t, http.StatusSeeOther)
	if words := text(sam.get(page).want(t, http.StatusOK).body); !strings.Contains(words, "Ask for Kim.") || !strings.Contains(words, "Pays late.") || !strings.Contains(words, "fay@operator.example") {
		t.Errorf("the notes are not there: %s", words)
	}

	limits := url.Values{"day_broadcast": {"3"}, "rate": {"60"}, "rate_broadcast": {"30"}, "weight": {"5"}}
	fay.post(page+"/limits", limits).want(t, http.StatusForbidden)
	sam.post(page+"/limits", limits).want(t, http.StatusUnprocessableEntity)
	limits.Set("limit_reason", "A new list")
	for name, bad := range map[string]string{"rate": "0", "day_broadcast": "many", "weight": "0"} {
		wrong := url.Values{}
		for field, v := range limits {
			wrong[field] = v
		}
		wrong.Set(name, bad)
		if got := sam.post(page+"/limits", wrong).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, `value="`+bad+`"`) {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	sam.post(page+"/limits", limits).want(t, http.StatusSeeOther)
	doc := sam.get(page).want(t, http.StatusOK).doc(t)
	for name, want := range map[string]string{"day_broadcast": "3", "day_transactional": "", "rate": "60", "rate_broadcast": "30", "weight": "5"} {
		if got, _ := doc.Find(`input[name="` + name + `"]`).Attr("value"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	doors, scope := billing.NewAllowances(s.Billing, s.Clock), account.NewScope(accountID, account.Actor{})
	if err := doors.Allow(t.Context(), scope, message.Broadcast, 3); err != nil {
		t.Error(err)
	}
	if err := doors.Allow(t.Context(), scope, message.Broadcast, 1); !fault.Is(err, fault.Limited) {
		t.Errorf("beyond the day: %v", err)
	}
	if err := doors.Allow(t.Context(), scope, message.Transactional, 100); err != nil {
		t.Errorf("the other stream: %v", err)
	}
	sam.post(page+"/limits", url.Values{"limit_reason": {"All is well"}}).want(t, http.StatusSeeOther)
	if err := billing.NewAllowances(s.Billing, s.Clock).Allow(t.Context(), scope, message.Broadcast, 100); err != nil {
		t.Errorf("the limit was taken away: %v", err)
	}

	credit := url.Values{"credit": {"5.00"}, "credit_reason": {"The outage of Tuesday"}}
	sam.post(page+"/credit", credit).want(t, http.StatusForbidden)
	fay.post(page+"/credit", credit).want(t, http.StatusUnprocessableEntity) // there is no bill yet
	invoiceOf(t, ada)
	fay.post(page+"/credit", url.Values{"credit": {"1000000"}, "credit_reason": {"x"}}).want(t, http.StatusUnprocessableEntity)
	fay.post(page+"/credit", url.Values{"credit": {"5.00"}}).want(t, http.StatusUnprocessableEntity)
	fay.post(page+"/credit", credit).want(t, http.StatusSeeOther)
	if c, err := s.Billing.Customer(t.Context(), accountID); err != nil || c.Invoices[0].Kind != billing.CreditNote || c.Invoices[0].Net != -500 {
		t.Errorf("%+v, %v", c.Invoices, err)
	}
	log := ada.get("/a/"+ada.slug+"/audit").want(t, http.StatusOK).body
	for _, want := range []string{"Account noted", "Account daily limit set", "Account rate set", "A new list", "Invoice credited"} {
		if !strings.Contains(log, want) {
			t.Errorf("the account's log does not tell %q", want)
		}
	}
	if strings.Contains(log, "Kim") {
		t.Error("the account's log tells what the note says")
	}
}

// Staff move accounts to a plan's new version; who is on the old one reads when and why,
// and sees what was used by day and by domain.
func TestMovingAPlanAndUsage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, fay, sam := s.member(t, "ada@example.com"), s.officerWith(t, "fay@operator.example", office.Finance), s.officerWith(t, "sam@operator.example", office.Support)
	p := s.plan(t, "Small", 1500)
	if err := s.Billing.Choose(t.Context(), ada.scope(), p.ID, "EUR", billing.Monthly); err != nil {
		t.Fatal(err)
	}
	page := "/staff/plans/" + p.ID.String() + "/move"
	on := string(billing.EarliestMove(s.Clock.Now()))
	form := url.Values{"effective_on": {on}, "summary": {"Five euros more."}}
	fay.post(page, form).want(t, http.StatusConflict) // nobody is on an older version
	p.Prices[0].Amount = 2000
	if err := s.Billing.ChangePlan(t.Context(), billing.Staff{ID: id.New()}, p); err != nil {
		t.Fatal(err)
	}
	if words := text(sam.get(page).want(t, http.StatusOK).body); !strings.Contains(words, "1 account is on an older version") || !strings.Contains(words, office.WhyNot(office.ManageMoney)) {
		t.Error(words)
	}
	sam.post(page, form).want(t, http.StatusForbidden)
	if got := fay.post(page, url.Values{"effective_on": {"2026-01-01"}, "summary": {"Five euros more."}}).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "Five euros more.") {
		t.Error("what was typed is lost")
	}
	fay.post(page, form).want(t, http.StatusSeeOther)
	if err := s.Billing.TellMoves(t.Context()); err != nil {
		t.Fatal(err)
	}
	if words := text(ada.get("/a/"+ada.slug+"/billing").want(t, http.StatusOK).body); !strings.Contains(words, "Five euros more.") || !strings.Contains(words, "goes on in a newer version") {
		t.Errorf("the portal does not tell: %s", words)
	}
	s.mails.link(t, "plan_moved", ada.email)
	withdraw, _ := fay.get(page).want(t, http.StatusOK).doc(t).Find(`form[action$="/withdraw"]`).Attr("action")
	fay.post(withdraw, nil).want(t, http.StatusSeeOther)
	fay.post(withdraw, nil).want(t, http.StatusNotFound)
	if words := text(ada.get("/a/" + ada.slug + "/billing").body); strings.Contains(words, "Five euros more.") {
		t.Error("it is told after it was taken back")
	}

	messageOf(t, ada)
	usage := ada.get("/a/"+ada.slug+"/billing/usage").want(t, http.StatusOK)
	days, domains, err := s.Billing.UsageBy(t.Context(), ada.scope(), billing.Period{Start: billing.DateOf(s.Clock.Now()), End: billing.DateOf(s.Clock.Now()).Add(1)})
	if err != nil || len(days) != 1 || len(domains) != 1 || days[0].Transactional+days[0].Broadcast == 0 || days[0].Transactional != domains[0].Transactional || days[0].Broadcast != domains[0].Broadcast {
		t.Errorf("%+v, %+v, %v", days, domains, err)
	}
	if !strings.Contains(usage.body, domains[0].Name) {
		t.Errorf("the page does not tell of %s: %s", domains[0].Name, text(usage.body))
	}
	ada.get("/a/"+ada.slug+"/billing/usage?period=before").want(t, http.StatusOK)
}
