package web

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/terms"
	"smtpserver/app/terms/redline"
	"smtpserver/app/web/mailview"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type choiceForm struct {
	Document string `form:"document"`
	Number   int    `form:"number"`
	Digest   string `form:"digest"`
}

// settingsTerms shows where the account stands, and notes that the notice was opened.
func (s *Server) settingsTerms(r *request) error {
	standing, err := s.Terms.StandingOf(r.ctx, r.scope)
	if err != nil {
		return err
	}
	for _, one := range standing {
		if one.Notice != nil && one.Notice.SeenAt == nil && one.Announced != nil {
			if err := s.Terms.Seen(r.ctx, r.scope, *one.Announced); err != nil {
				return err
			}
		}
	}
	return s.showSettingsTerms(r, fiber.StatusOK, standing, "")
}

// settingsTermsAccept accepts a version, or takes an objection back.
func (s *Server) settingsTermsAccept(r *request) error {
	return s.decideTerms(r, "Thank you. The acceptance is on record.", s.Terms.Accept)
}

// settingsTermsObject objects to an announced version.
func (s *Server) settingsTermsObject(r *request) error {
	return s.decideTerms(r, "Your objection is on record. Sending goes on until the effective date.", s.Terms.Object)
}

// termsAct is Accept or Object.
type termsAct func(ctx context.Context, scope account.Scope, c terms.Choice, by terms.By) error

func (s *Server) decideTerms(r *request, done string, act termsAct) error {
	var f choiceForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := act(r.ctx, r.scope, terms.Choice{Document: terms.Document(f.Document), Number: f.Number, Digest: f.Digest}, r.by(""))
	if fault.Is(err, fault.Conflict) {
		standing, sErr := s.Terms.StandingOf(r.ctx, r.scope)
		if sErr != nil {
			return sErr
		}
		return s.showSettingsTerms(r, fiber.StatusConflict, standing, fault.SafeText(err))
	}
	if err != nil {
		return err
	}
	if s.TermsGate != nil {
		s.TermsGate.Forget(r.account.ID)
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(urls.Account(r.account.Slug).SettingsTerms())
}

func (s *Server) showSettingsTerms(r *request, status int, standing []terms.Standing, problem string) error {
	history, err := s.Terms.Records(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.SettingsTerms{Problem: problem, ExportURL: s.exportURL(r)}
	if !r.role.May(account.AcceptTerms) {
		page.Denied = "Only the owner of the account decides about the terms."
	}
	for _, one := range standing {
		fillStanding(&page, one)
	}
	for i := len(history) - 1; i >= 0; i-- {
		page.Records = append(page.Records, recordLine(history[i], r))
	}
	return r.show(status, "Terms", func(p layout.Page) view {
		p.Active = layout.NavSettings
		page.Page = p.Under(layout.Crumb{Label: "Settings", URL: p.URLs().Settings()}, layout.Crumb{Label: "Terms"})
		return page
	})
}

func fillStanding(page *pages.SettingsTerms, one terms.Standing) {
	name := one.Document.Name()
	if v := one.Current; v != nil {
		in := pages.TermsInForce{Name: name, Number: v.Number, EffectiveOn: v.EffectiveOn.Long(), URL: urls.Document(string(one.Document), v.Number)}
		switch {
		case one.Accepted != nil:
			in.How = "Accepted " + one.Accepted.Channel.Words() + " on " + terms.DateOf(one.Accepted.At).Long()
		case one.Barred:
			in.How = "Objected on " + terms.DateOf(one.Objected.At).Long()
		case one.Document == terms.Privacy:
			in.How = "Informs; nothing to accept"
		}
		page.InForce = append(page.InForce, in)
		if one.Barred {
			page.Barred = append(page.Barred, pages.TermsBarred{
				Document: string(one.Document), Name: strings.ToLower(name[:1]) + name[1:], Digest: v.Digest, Number: v.Number,
				EffectiveOn: v.EffectiveOn.Long(), ObjectedOn: terms.DateOf(one.Objected.At).Long(), WholeURL: in.URL,
			})
		}
	}
	if v := one.Withdrawn; v != nil {
		page.Withdrawn = append(page.Withdrawn, pages.TermsWithdrawn{
			Name: name, Number: v.Number, Announced: v.ToldOn.Long(), On: terms.DateOf(*v.WithdrawnAt).Long(), Objected: one.WithIt != nil,
		})
	}
	if one.Announced != nil {
		page.Announced = append(page.Announced, announcedView(one))
	}
}

func announcedView(one terms.Standing) pages.TermsAnnounced {
	v := one.Announced
	a := pages.TermsAnnounced{
		Document: string(v.Document), Name: v.Document.Name(), Digest: v.Digest, Number: v.Number, EffectiveOn: v.EffectiveOn.Long(),
		LastDay: v.EffectiveOn.Plus(-1).Long(), NoticeOn: terms.DateOf(v.AnnouncedAt).Long(), DaysAhead: terms.DateOf(v.AnnouncedAt).DaysTo(v.EffectiveOn),
		Correction: v.Reason, Summary: strings.Split(v.Summary, "\n\n"), WholeURL: urls.Document(string(v.Document), v.Number),
	}
	if v.Kind == terms.Material {
		a.Correction = ""
	}
	if v.Summary == "" {
		a.Summary = nil
	}
	before := ""
	if one.Current != nil {
		before, a.Replaces = one.Current.Markdown, one.Current.Number
	}
	a.Changes = mailview.Redline(redline.Compare(before, v.Markdown))
	if v.Moved() {
		a.MovedFrom = v.ToldOn.Long()
	}
	if one.Notice != nil {
		for _, m := range one.Notice.Mails {
			if m.Kind == terms.NoticeMail {
				a.MailedTo, a.MailWord = m.Address, map[terms.MailState]string{terms.MailQueued: "on its way", terms.MailDelivered: "delivered", terms.MailUndeliverable: "it came back"}[m.State]
			}
		}
	}
	if one.Agreed != nil {
		a.AgreedOn = terms.DateOf(one.Agreed.At).Long()
	}
	if one.Objected != nil && !one.Barred {
		a.ObjectedOn = terms.DateOf(one.Objected.At).Long()
	}
	return a
}

func recordLine(rec terms.Record, r *request) pages.TermsRecord {
	line := pages.TermsRecord{At: rec.At, By: rec.Channel.Words(), Hash: rec.Hash, Who: "a member"}
	line.What = map[terms.Act]string{terms.Accepted: "Accepted ", terms.Objected: "Objected to "}[rec.Act] + strings.ToLower(rec.Document.Name()) + ", version " + numeral(rec.Number)
	switch {
	case !rec.CredentialID.IsZero():
		line.Who = "a credential"
	case rec.UserID == r.user.ID:
		line.Who = "you"
	}
	if rec.IP.IsValid() {
		line.Address = rec.IP.String()
	}
	return line
}

func numeral(n int) string { return strconv.Itoa(n) }

// settingsTermsEvidence downloads all that is on record about the account.
func (s *Server) settingsTermsEvidence(r *request) error {
	c, err := s.Terms.CertificateOf(r.ctx, r.scope)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return r.sendFile(fiber.MIMEApplicationJSONCharsetUTF8, "terms-"+r.account.Slug+".json", body)
}

// settingsTermsPaper is the same to be printed.
func (s *Server) settingsTermsPaper(r *request) error {
	c, err := s.Terms.CertificateOf(r.ctx, r.scope)
	if err != nil {
		return err
	}
	body, err := c.PDF(s.cfg.Brand, s.cfg.PublicURL.JoinPath(urls.Terms).String())
	if err != nil {
		return err
	}
	return r.sendFile("application/pdf", "terms-"+r.account.Slug+".pdf", body)
}

// exportURL is where the account's data is exported, when this program has that page.
func (s *Server) exportURL(r *request) string {
	const page = "/settings/data"
	for _, route := range s.Routes() {
		if route.Path == "/a/:slug"+page {
			return urls.Account(r.account.Slug).Dashboard() + page
		}
	}
	return ""
}
