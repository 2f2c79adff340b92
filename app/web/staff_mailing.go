package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/broadcast"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/newsletter"
	"smtpserver/app/precheck"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// mailingChecks is what is looked at before a mailing is sent.
func (s *Server) mailingChecks(r *request, c broadcast.Campaign, reach newsletter.Reach) (checks []pages.StaffCheck, err error) {
	add := func(good bool, worse, yes, no string) {
		if good {
			checks = append(checks, pages.StaffCheck{Verdict: "good", Text: yes})
		} else {
			checks = append(checks, pages.StaffCheck{Verdict: worse, Text: no})
		}
	}
	add(reach.Included > 0, "bad", components.Plural(reach.Included, "person gets it.", "people get it."), "Nobody would get this.")
	compiled, err := s.Compiler.Compile(r.ctx, sourceOf(c))
	if fault.Is(err, fault.Invalid) {
		add(false, "bad", "", fault.SafeText(err))
		return checks, nil
	}
	if err != nil {
		return nil, err
	}
	sample := s.sampleOwner()
	rendered, err := compiled.Render(sample)
	if fault.Is(err, fault.Invalid) {
		add(false, "bad", "", fault.SafeText(err))
		return checks, nil
	}
	if err != nil {
		return nil, err
	}
	add(slices.Contains(compiled.Fields(), "unsubscribe_url"), "bad", "The text has the link to leave; each mail has the one-click header.", "People must be able to leave: put the link {{ unsubscribe_url }} into the text.")
	missing := compiled.Missing(content.Person{Email: sample.Email, UnsubscribeURL: "x", PreferencesURL: "x", ViewURL: "x", Sender: "x", SenderAddress: "x"})
	add(len(missing) == 0, "warning", "Nobody's data is missing.", fmt.Sprintf("Subscribers have no %v: give each a default, as in {{ name | default: \"there\" }}.", missing))
	const clipped = 102 << 10 // Gmail cuts longer ones
	add(len(rendered.HTML) <= clipped, "warning", "It is "+components.Bytes(int64(len(rendered.HTML)))+" long, below what Gmail cuts off.", "It is "+components.Bytes(int64(len(rendered.HTML)))+" long: Gmail cuts off what is beyond 102 KB.")
	return checks, nil
}

// mailingLooks is what takes time to look at: links, images, and what the spam filter says,
// as of customers' campaigns.
func (s *Server) mailingLooks(r *request, c broadcast.Campaign) (checks []pages.StaffCheck) {
	compiled, err := s.Compiler.Compile(r.ctx, sourceOf(c))
	if err != nil {
		return nil // the checks say so
	}
	sample := s.sampleOwner()
	rendered, err := compiled.Render(sample)
	if err != nil {
		return nil
	}
	m := precheck.Mail{HTML: rendered.HTML, Text: rendered.Text, Leaving: []string{sample.UnsubscribeURL}, HTTPS: s.cfg.PublicURL.Scheme == "https", Stopped: s.Stops.Has}
	for _, check := range s.Audiences.Checker.Run(r.ctx, m) {
		switch check.Name {
		case precheck.Targets, precheck.Links, precheck.Images, precheck.OneClick:
		default:
			continue // of a customer's domain and contacts, or looked at already
		}
		verdict := "good"
		switch check.Verdict {
		case precheck.Bad:
			verdict = "bad"
		case precheck.Warn, precheck.Unknown:
			verdict = "warning"
		case precheck.Good:
		}
		text := strings.TrimSpace(check.Words + " " + strings.Join(check.Details, "; "))
		if check.Remedy != "" {
			text += " " + check.Remedy
		}
		checks = append(checks, pages.StaffCheck{Verdict: verdict, Text: text})
	}
	return checks
}

// sampleOwner is somebody made up, as the reader of a preview.
func (s *Server) sampleOwner() content.Person {
	p := content.Sample()
	p.Sender, p.UnsubscribeURL = s.cfg.Brand, s.cfg.PublicURL.String()+"/u/sample"
	p.PreferencesURL, p.ViewURL = p.UnsubscribeURL, p.UnsubscribeURL
	return p
}

// staffMailingPreview is the mail as one reader sees it, in a frame that runs nothing.
func (s *Server) staffMailingPreview(r *request) error {
	mailingID, err := r.id()
	if err != nil {
		return err
	}
	c, _, _, err := s.Mailings.Get(r.ctx, r.operator(), mailingID)
	if err != nil {
		return err
	}
	compiled, err := s.Compiler.Compile(r.ctx, sourceOf(c))
	if err != nil {
		return err
	}
	rendered, err := compiled.Render(s.sampleOwner())
	if err != nil {
		return err
	}
	r.c.Set(fiber.HeaderContentSecurityPolicy, previewPolicy)
	r.c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return r.c.SendString(rendered.HTML)
}

// showMailingReport is what became of a mailing.
func (s *Server) showMailingReport(r *request, c broadcast.Campaign, a newsletter.Audience, sums broadcast.Sums) error {
	report, err := s.Reports.Of(r.ctx, r.operator(), c.ID)
	if err != nil {
		return err
	}
	results, err := s.Mailings.Results(r.ctx, r.operator(), c.ID, a)
	if err != nil {
		return err
	}
	page := pages.StaffMailing{
		ID: c.ID.String(), Name: c.Name, Subject: sourceOf(c).Subject, From: c.FromName + " <" + c.FromLocal + "@" + s.cfg.MailHostname + ">", State: string(c.State), Reason: c.Reason,
		Audience: partNames(a), StartedAt: c.StartedAt, FinishedAt: c.FinishedAt, Sum: mailingSum(sums), People: sums.Audience, Sent: sums.Sent,
		Opened: report.Opens.Human.Unique, OpenedMachine: report.Opens.Machine.Unique, OpenedUnknown: report.Opens.Unknown.Unique, Clicked: report.Clicks.Human.Unique, Left: report.Left,
		Tracked: c.TrackOpens && c.TrackClicks, CanWithdraw: c.State == broadcast.Scheduled, CanPause: c.State == broadcast.Scheduled || c.State == broadcast.Freezing || c.State == broadcast.Sending,
		CanResume: c.State == broadcast.Paused, CanCancel: !c.Ended(),
	}
	for _, p := range results {
		page.Parts = append(page.Parts, pages.StaffPart{Name: p.Name, All: p.All, Included: p.Included, Sent: p.Sent, Opened: p.Opened, Clicked: p.Clicked, Left: p.Left})
	}
	for _, l := range report.Links {
		page.Links = append(page.Links, pages.StaffLink{URL: l.Target, Human: l.Clicks.Human.Unique, Machine: l.Clicks.Machine.Unique})
	}
	return r.showStaff(fiber.StatusOK, c.Name, layout.NavStaffMailings, mailingCrumbs(c.Name), func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// mailingSum is the sum of a mailing, each line with its list.
func mailingSum(n broadcast.Sums) []pages.StaffSum {
	return []pages.StaffSum{
		{Name: string(broadcast.ListSent), Label: "Have it", N: n.Sent},
		{Name: string(broadcast.ListWaiting), Label: "Wait", N: n.Waiting},
		{Name: string(broadcast.ListSuppressed), Label: "Address does not take mail", N: n.Suppressed},
		{Name: string(broadcast.ListOptedOut), Label: "Want no news", N: n.OptedOut},
		{Name: string(broadcast.ListInvalid), Label: "No address", N: n.Invalid},
		{Name: string(broadcast.ListDuplicate), Label: "There twice", N: n.Duplicate},
		{Name: string(broadcast.ListFailed), Label: "Came back", N: n.Failed},
		{Name: string(broadcast.ListSkipped), Label: "Skipped", N: n.Skipped},
	}
}

// staffMailingRecipients is the list behind one number.
func (s *Server) staffMailingRecipients(r *request) error {
	mailingID, err := r.id()
	if err != nil {
		return err
	}
	list := broadcast.Listed(r.query("list"))
	if !slices.ContainsFunc(mailingSum(broadcast.Sums{}), func(l pages.StaffSum) bool { return l.Name == string(list) }) {
		list = broadcast.ListAll
	}
	c, _, sums, err := s.Mailings.Get(r.ctx, r.operator(), mailingID)
	if err != nil {
		return err
	}
	rows, err := s.Mailings.Recipients(r.ctx, r.operator(), mailingID, list, r.query("after"), mailingsPerPage)
	if err != nil {
		return err
	}
	page := pages.StaffRecipients{ID: mailingID.String(), List: string(list), Lists: mailingSum(sums)}
	if rows.Next != "" {
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffMailing(mailingID.String(), "recipients"), "list", string(list), "after", rows.Next)}
	}
	for _, o := range rows.Recipients {
		row := pages.StaffRecipientRow{Address: o.Address, State: string(o.Delivery), Why: o.Reason, At: o.At}
		switch {
		case o.Excluded != broadcast.Included:
			row.State, row.Why = string(o.Excluded), o.Why
		case row.State == "":
			row.State = "queued"
		}
		page.Rows = append(page.Rows, row)
	}
	crumbs := []layout.Crumb{{Label: "Mailings", URL: urls.StaffMailings}, {Label: c.Name, URL: urls.StaffMailing(mailingID.String(), "")}, {Label: "Recipients"}}
	return r.showStaff(fiber.StatusOK, c.Name, layout.NavStaffMailings, crumbs, func(p layout.Page) view {
		page.Page = p
		return page
	})
}
