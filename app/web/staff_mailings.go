package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/content"
	"smtpserver/app/id"
	"smtpserver/app/newsletter"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const mailingsPerPage = 50

// operator is the right of a signed-in person of staff to act in the operator's own
// account, for its mailings. Routes for staff alone ask for it.
func (r *request) operator() account.Scope {
	return operatorScope(r.server.Newsletter.Operator, r.user.ID)
}

func mailingCrumbs(labels ...string) []layout.Crumb {
	crumbs := []layout.Crumb{{Label: "Mailings", URL: urls.StaffMailings}}
	for _, l := range labels {
		crumbs = append(crumbs, layout.Crumb{Label: l})
	}
	return crumbs
}

// staffMailings lists the operator's mailings.
func (s *Server) staffMailings(r *request) error {
	rows, sums, err := s.Mailings.List(r.ctx, r.operator(), idOrNone(r.query("before")), mailingsPerPage+1)
	if err != nil {
		return err
	}
	var page pages.StaffMailings
	if len(rows) > mailingsPerPage {
		rows = rows[:mailingsPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffMailings, "before", rows[len(rows)-1].ID.String())}
	}
	for _, c := range rows {
		a, err := newsletter.AudienceOf(c)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, pages.StaffMailingRow{
			ID: c.ID.String(), Name: c.Name, Subject: sourceOf(c).Subject, State: string(c.State), Audience: partNames(a), People: sums[c.ID].Audience, Sent: sums[c.ID].Sent, At: c.ChangedAt,
		})
	}
	return r.showStaff(fiber.StatusOK, "Mailings", layout.NavStaffMailings, []layout.Crumb{{Label: "Mailings"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func sourceOf(c broadcast.Campaign) (s content.Source) {
	if len(c.Content) > 0 {
		s = c.Content[0].Source
	}
	return s
}

func partNames(a newsletter.Audience) string {
	var names []string
	for _, p := range a.Parts() {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "nobody yet"
	}
	return strings.Join(names, ", ")
}

// staffMailingNew is the empty form.
func (s *Server) staffMailingNew(r *request) error {
	return s.showMailingForm(r, fiber.StatusOK, pages.StaffMailingEdit{StaffMailingForm: pages.StaffMailingForm{
		FromName: s.cfg.Brand, FromLocal: "news", Kind: string(content.Markdown), Owners: true, Opens: true, Clicks: true,
		Body: "# Hello {{ name | default: \"there\" }}\n\n\n\n[Leave]({{ unsubscribe_url }}): notices about your account still come.\n",
	}})
}

// showMailingForm shows the form with what was typed, and of a stored draft whom it reaches
// and what is to be looked at.
func (s *Server) showMailingForm(r *request, status int, page pages.StaffMailingEdit) error {
	segments, err := s.Newsletter.Segments(r.ctx)
	if err != nil {
		return err
	}
	for _, row := range segments {
		page.AllSegments = append(page.AllSegments, pages.StaffSegmentRow{ID: row.ID.String(), Name: row.Name, Rules: ruleWordsOf(row.Rules)})
	}
	page.Domain = s.cfg.MailHostname
	page.Editor = pages.ContentEditor{
		Kind: page.Kind, Body: page.Body, Text: page.Text, VisualURL: urls.StaffMailing("editor", ""), PreviewURL: urls.StaffMailing("preview", ""), Errors: page.Errors,
	}
	title := "A new mailing"
	if page.ID != "" {
		title = page.Name
	}
	return r.showStaff(status, title, layout.NavStaffMailings, mailingCrumbs(title), func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// mailingFields are the form's fields.
type mailingFields struct {
	Name        string `form:"name"`
	FromName    string `form:"from_name"`
	FromLocal   string `form:"from_local"`
	ReplyTo     string `form:"reply_to"`
	Kind        string `form:"kind"`
	Subject     string `form:"subject"`
	Preheader   string `form:"preheader"`
	Body        string `form:"body"`
	Text        string `form:"text"`
	Owners      bool   `form:"owners"`
	Subscribers bool   `form:"subscribers"`
	Opens       bool   `form:"opens"`
	Clicks      bool   `form:"clicks"`
	Revision    string `form:"revision"`
}

// typedMailing reads the form, for storing and for showing again.
func (s *Server) typedMailing(r *request, mailingID id.ID) (d newsletter.Draft, page pages.StaffMailingEdit, err error) {
	var f mailingFields
	err = r.bind(&f)
	form := pages.StaffMailingForm{
		Name: f.Name, FromName: f.FromName, FromLocal: f.FromLocal, ReplyTo: f.ReplyTo, Kind: f.Kind, Subject: f.Subject, Preheader: f.Preheader, Body: f.Body, Text: f.Text,
		Owners: f.Owners, Subscribers: f.Subscribers, Opens: f.Opens, Clicks: f.Clicks, Revision: f.Revision,
	}
	d = newsletter.Draft{
		Name: f.Name, FromName: f.FromName, FromLocal: f.FromLocal, ReplyTo: f.ReplyTo, Opens: f.Opens, Clicks: f.Clicks,
		Source:   content.Source{Kind: content.Kind(f.Kind), Subject: f.Subject, Preheader: f.Preheader, Body: lines(f.Body), Text: lines(f.Text)},
		Audience: newsletter.Audience{Owners: f.Owners, Subscribers: f.Subscribers},
	}
	if err != nil {
		return d, pages.StaffMailingEdit{ID: mailingID.String(), StaffMailingForm: form}, err
	}
	segments, err := s.Newsletter.Segments(r.ctx)
	chosen := r.posts("segments")
	for _, row := range segments {
		for _, want := range chosen {
			if want == row.ID.String() {
				d.Audience.Segments = append(d.Audience.Segments, newsletter.Part{ID: row.ID, Name: row.Name})
				form.Segments = append(form.Segments, want)
			}
		}
	}
	return d, pages.StaffMailingEdit{ID: mailingID.String(), StaffMailingForm: form}, err
}

// lines ends lines as the rest of the program does; forms send CRLF.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// staffMailingCreate stores a draft.
func (s *Server) staffMailingCreate(r *request) error {
	d, page, err := s.typedMailing(r, "")
	var c broadcast.Campaign
	if err == nil {
		c, err = s.Mailings.Create(r.ctx, r.operator(), d)
	}
	if status, errs, ok := refusal(err); ok {
		page.Errors = errs
		return s.showMailingForm(r, status, page)
	}
	if err != nil {
		return err
	}
	return r.doneAt(urls.StaffMailing(c.ID.String(), ""), "The draft is saved. See whom it reaches, and look at the checks.")
}

// staffMailingSave changes a draft.
func (s *Server) staffMailingSave(r *request) error {
	mailingID, err := r.id()
	if err != nil {
		return err
	}
	if _, _, _, err := s.Mailings.Get(r.ctx, r.operator(), mailingID); err != nil {
		return err
	}
	d, page, err := s.typedMailing(r, mailingID)
	if err == nil {
		revision, _ := strconv.ParseInt(page.Revision, 10, 64) // what is no number is no revision: a conflict
		err = s.Mailings.Change(r.ctx, r.operator(), mailingID, revision, d)
	}
	if status, errs, ok := refusal(err); ok {
		page.Errors = errs
		return s.showMailingForm(r, status, page)
	}
	if err != nil {
		return err
	}
	return r.doneAt(urls.StaffMailing(mailingID.String(), ""), "The draft is saved.")
}

// staffMailing is a draft's form, or the report of what was started.
func (s *Server) staffMailing(r *request) error {
	mailingID, err := r.id()
	if err != nil {
		return err
	}
	return s.showMailing(r, fiber.StatusOK, mailingID, nil)
}

func (s *Server) showMailing(r *request, status int, mailingID id.ID, errs pages.Errors) error {
	c, a, sums, err := s.Mailings.Get(r.ctx, r.operator(), mailingID)
	if err != nil {
		return err
	}
	if !c.Editable() {
		return s.showMailingReport(r, c, a, sums)
	}
	source := sourceOf(c)
	page := pages.StaffMailingEdit{ID: c.ID.String(), Errors: errs, StaffMailingForm: pages.StaffMailingForm{
		Name: c.Name, FromName: c.FromName, FromLocal: c.FromLocal, ReplyTo: c.ReplyTo, Kind: string(source.Kind), Subject: source.Subject, Preheader: source.Preheader,
		Body: source.Body, Text: source.Text, Owners: a.Owners, Subscribers: a.Subscribers, Opens: c.TrackOpens, Clicks: c.TrackClicks, Revision: strconv.FormatInt(c.Revision, 10),
	}}
	for _, p := range a.Segments {
		page.Segments = append(page.Segments, p.ID.String())
	}
	reach, err := s.Newsletter.Reach(r.ctx, a)
	if err != nil {
		return err
	}
	page.Reach = &pages.StaffReach{All: reach.All, Included: reach.Included, OptedOut: reach.OptedOut, Suppressed: reach.Suppressed, Unconfirmed: reach.Unconfirmed}
	for _, p := range reach.Parts {
		page.Reach.Parts = append(page.Reach.Parts, pages.StaffPart{Name: p.Name, All: p.All, Included: p.Included})
	}
	if page.Checks, err = s.mailingChecks(r, c, reach); err != nil {
		return err
	}
	page.Email, page.At = r.user.Email, r.post("at")
	if r.query("checks") != "" {
		page.Checks, page.Looked = append(page.Checks, s.mailingLooks(r, c)...), true
	}
	for _, check := range page.Checks {
		if check.Verdict == "bad" {
			page.StartDenied = "Mend what the checks name first."
		}
	}
	return s.showMailingForm(r, status, page)
}

// staffMailingDo answers the buttons of a mailing.
func (s *Server) staffMailingDo(do func(*newsletter.Mailings, *request, id.ID) error, done string) func(*request) error {
	return func(r *request) error {
		mailingID, err := r.id()
		if err != nil {
			return err
		}
		err = do(s.Mailings, r, mailingID)
		if status, errs, ok := refusal(err); ok {
			return s.showMailing(r, status, mailingID, errs)
		}
		if err != nil {
			return err
		}
		return r.doneAt(urls.StaffMailing(mailingID.String(), ""), done)
	}
}

func mailingStart(m *newsletter.Mailings, r *request, mailingID id.ID) error {
	at, err := parseLocal("at", r.post("at"), time.UTC)
	if err != nil {
		return err
	}
	return m.Start(r.ctx, r.operator(), mailingID, at)
}

func mailingWithdraw(m *newsletter.Mailings, r *request, mailingID id.ID) error {
	return m.Withdraw(r.ctx, r.operator(), mailingID)
}

// staffMailingTest sends the mail as it is now to whoever asks.
func (s *Server) staffMailingTest(r *request) error {
	return s.staffMailingDo(func(m *newsletter.Mailings, r *request, mailingID id.ID) error {
		return m.Test(r.ctx, r.operator(), mailingID, r.user.Email, s.sampleOwner())
	}, "The test is on its way to "+r.user.Email+".")(r)
}

func mailingPause(m *newsletter.Mailings, r *request, mailingID id.ID) error {
	return m.Pause(r.ctx, r.operator(), mailingID)
}

func mailingResume(m *newsletter.Mailings, r *request, mailingID id.ID) error {
	return m.Resume(r.ctx, r.operator(), mailingID)
}

func mailingCancel(m *newsletter.Mailings, r *request, mailingID id.ID) error {
	return m.Cancel(r.ctx, r.operator(), mailingID)
}

// staffMailingCopy makes a new draft like it.
func (s *Server) staffMailingCopy(r *request) error {
	mailingID, err := r.id()
	if err != nil {
		return err
	}
	c, err := s.Mailings.Copy(r.ctx, r.operator(), mailingID)
	if err != nil {
		return err
	}
	return r.doneAt(urls.StaffMailing(c.ID.String(), ""), "This is the copy, a draft.")
}

// staffMailingRemove removes a draft.
func (s *Server) staffMailingRemove(r *request) error {
	mailingID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Mailings.Remove(r.ctx, r.operator(), mailingID); err != nil {
		return err
	}
	return r.doneAt(urls.StaffMailings, "The draft is removed.")
}
