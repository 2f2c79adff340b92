package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/terms"
	"smtpserver/app/web/mailview"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type draftForm struct {
	Title       string `form:"title"`
	Kind        string `form:"kind"`
	EffectiveOn string `form:"effective_on"`
	Summary     string `form:"summary"`
	Reason      string `form:"reason"`
	Markdown    string `form:"markdown"`
	Revision    int    `form:"revision"`
}

func (f draftForm) draft(d terms.Document) terms.Draft {
	return terms.Draft{
		Document: d, Title: f.Title, Markdown: f.Markdown, Kind: terms.Kind(f.Kind), Summary: f.Summary, Reason: f.Reason,
		EffectiveOn: terms.Date(f.EffectiveOn), Revision: f.Revision,
	}
}

// documentAsked is the document in the query; the terms of service when none is named.
func documentAsked(r *request) (terms.Document, error) {
	d := terms.Document(r.query("document"))
	if d == "" {
		d = terms.Service
	}
	if !d.Valid() {
		return d, errNoPage()
	}
	return d, nil
}

// staffDraft is the editor.
func (s *Server) staffDraft(r *request) error {
	d, err := documentAsked(r)
	if err != nil {
		return err
	}
	f, err := s.TermsDesk.Open(r.ctx, d)
	if err != nil {
		return err
	}
	return s.showDraft(r, fiber.StatusOK, f, nil)
}

// typed reads the form.
func (r *request) typedDraft() (terms.Draft, error) {
	d, err := documentAsked(r)
	if err != nil {
		return terms.Draft{}, err
	}
	var f draftForm
	err = r.bind(&f)
	return f.draft(d), err
}

// staffDraftSave saves what was typed.
func (s *Server) staffDraftSave(r *request) error {
	f, err := r.typedDraft()
	if err == nil {
		err = s.TermsDesk.Save(r.ctx, r.user.ID, f)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showDraft(r, status, f, errs)
	}
	return s.draftDone(r, f.Document, err, "The draft is saved.")
}

// staffDraftPreview shows what was typed without saving it.
func (s *Server) staffDraftPreview(r *request) error {
	f, err := r.typedDraft()
	if status, errs, ok := refusal(err); ok {
		return s.showDraft(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return s.showDraft(r, fiber.StatusOK, f, nil)
}

type revisionForm struct {
	Revision int `form:"revision"`
}

// staffDraftApprove is a second person's word.
func (s *Server) staffDraftApprove(r *request) error {
	d, revision, err := r.draftAsked()
	if err == nil {
		err = s.TermsDesk.Approve(r.ctx, r.user.ID, d, revision)
	}
	return s.draftDone(r, d, err, "Approved. It can be announced now.")
}

// staffDraftDiscard throws the draft away.
func (s *Server) staffDraftDiscard(r *request) error {
	d, revision, err := r.draftAsked()
	if err == nil {
		err = s.TermsDesk.Discard(r.ctx, d, revision)
	}
	return s.draftDone(r, d, err, "The draft is discarded.")
}

// staffDraftAnnounce announces; from here on everything goes by itself.
func (s *Server) staffDraftAnnounce(r *request) error {
	d, revision, err := r.draftAsked()
	var v terms.Version
	if err == nil {
		v, err = s.TermsDesk.Announce(r.ctx, r.user.ID, d, revision)
	}
	if err != nil {
		return s.draftDone(r, d, err, "")
	}
	if err := r.flash(layout.Good, "Announced. The portal shows it now; the mails to the owners are going out."); err != nil {
		return err
	}
	return r.redirect(urls.StaffVersion(string(d), v.Number, ""))
}

func (r *request) draftAsked() (d terms.Document, revision int, err error) {
	if d, err = documentAsked(r); err != nil {
		return d, 0, err
	}
	var f revisionForm
	err = r.bind(&f)
	return d, f.Revision, err
}

// draftDone leads back to the editor with what was done, or with why it was not.
func (s *Server) draftDone(r *request, d terms.Document, err error, done string) error {
	if status, errs, ok := refusal(err); ok {
		f, openErr := s.TermsDesk.Open(r.ctx, d)
		if openErr != nil {
			return openErr
		}
		return s.showDraft(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(urls.StaffDraft(string(d), ""))
}

func (s *Server) showDraft(r *request, status int, f terms.Draft, errs pages.Errors) error {
	now := s.Clock.Now()
	all, err := s.Terms.Versions(r.ctx, f.Document)
	if err != nil {
		return err
	}
	saved, err := s.TermsDesk.Open(r.ctx, f.Document)
	if err != nil {
		return err
	}
	page := pages.StaffDraft{
		Document: string(f.Document), Name: f.Document.Name(), Heading: f.Title, Markdown: f.Markdown, Kind: string(f.Kind), Summary: f.Summary, Reason: f.Reason,
		Effective: string(f.EffectiveOn), EffectiveOn: f.EffectiveOn.Long(), Revision: f.Revision, Errors: errs, Customer: r.query("customer"), SavedAt: saved.EditedAt,
		Lawful: terms.Lawful(now).Long(), Suggested: terms.Suggested(now).Long(), LawfulDate: string(terms.Lawful(now)), SuggestedDate: string(terms.Suggested(now)),
	}
	if page.Audience, err = s.Terms.Audience(r.ctx); err != nil {
		return err
	}
	var current *terms.Version
	switch v, err := s.Terms.Current(r.ctx, f.Document, now); {
	case err == nil:
		current, page.Replaces = &v, v.Number
		for i := range all {
			if all[i].Number == v.Number {
				all[i] = v
			}
		}
	case !fault.Is(err, fault.NotFound):
		return err
	}
	if page.Preview, err = draftPreview(f, all, current, s); err != nil {
		return err
	}
	if err := s.fillDraftPeople(r, &page, saved); err != nil {
		return err
	}
	crumbs := []layout.Crumb{{Label: "Terms", URL: urls.StaffTerms}, {Label: f.Document.Name() + ", draft"}}
	return r.showStaff(status, f.Document.Name()+", draft", layout.NavStaffTerms, crumbs, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// fillDraftPeople says who saved and approved, and why buttons are closed.
func (s *Server) fillDraftPeople(r *request, page *pages.StaffDraft, saved terms.Draft) error {
	people, err := s.Terms.People(r.ctx, saved.EditedBy, saved.ApprovedBy)
	if err != nil {
		return err
	}
	page.SavedBy, page.ApprovedBy = people[saved.EditedBy], people[saved.ApprovedBy]
	switch {
	case saved.EditedBy == r.user.ID:
		page.ApproveDenied = "You wrote it as it stands: somebody else has to read and approve it."
	case len(page.Preview.Problems) > 0:
		page.ApproveDenied = "Not as it is; see what is missing."
	}
	switch {
	case saved.ApprovedBy.IsZero():
		page.AnnounceDenied = "A second person has to approve it first."
	case len(page.Preview.Problems) > 0:
		page.AnnounceDenied = "Not as it is; see what is missing."
	}
	return nil
}

func draftPreview(f terms.Draft, all []terms.Version, current *terms.Version, s *Server) (pages.StaffDraftPreview, error) {
	p := pages.StaffDraftPreview{}
	if f.Check() == nil || len(f.Markdown) <= terms.MaxMarkdown {
		compared := f.Redline(current)
		p.Changes, p.Same, p.Added, p.Removed = mailview.Redline(compared), compared.Empty(), compared.Added, compared.Removed
		var err error
		if p.HTML, err = terms.Render(f.Markdown); err != nil {
			return p, err
		}
	}
	err := f.Judge(all, s.Clock.Now())
	if err == nil {
		return p, nil
	}
	fields := fault.FieldsOf(err)
	if fields == nil {
		p.Problems = []string{fault.SafeText(err)}
	}
	for _, name := range []string{"title", "kind", "effective_on", "summary", "reason", "markdown"} {
		if fields[name] != "" {
			p.Problems = append(p.Problems, fields[name])
		}
	}
	return p, nil
}
