package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/template"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type templateForm struct {
	sourceForm
	Name  string `form:"name"`
	Since int    `form:"since"`
}

// templateShow is one template, to be written.
func (s *Server) templateShow(r *request) error {
	templateID, err := r.id()
	if err != nil {
		return err
	}
	t, err := s.Templates.Get(r.ctx, r.scope, templateID)
	if err != nil {
		return err
	}
	return s.showTemplate(r, fiber.StatusOK, t, t, t.Version, nil)
}

// showTemplate shows a template as it is typed, which may differ from what is saved.
func (s *Server) showTemplate(r *request, status int, saved, typed template.Template, since int, errs pages.Errors) error {
	denied := r.denied(account.ManageCampaigns)
	editor, err := s.contentEditor(r, typed.Source, denied, errs)
	if err != nil {
		return err
	}
	page := pages.TemplateShow{
		ContentEditor: editor, ID: saved.ID.String(), Saved: saved.Name, Name: typed.Name, Subject: typed.Source.Subject, Preheader: typed.Source.Preheader,
		Since: since, Denied: denied,
	}
	if page.Versions, err = s.versionRows(r, saved); err != nil {
		return err
	}
	if compiled, err := s.Compiler.Compile(r.ctx, saved.Source); err == nil && len(errs) == 0 {
		page.Warnings = compiled.Warnings()
	}
	return r.show(status, saved.Name, func(p layout.Page) view {
		p.Active = layout.NavTemplates
		page.Page = p
		return page
	})
}

func (s *Server) versionRows(r *request, t template.Template) (rows []pages.VersionRow, err error) {
	versions, err := s.Templates.Versions(r.ctx, r.scope, t.ID)
	if err != nil {
		return nil, err
	}
	people, err := s.Accounts.Team(r.ctx, r.scope, "", "", 2*template.MostVersions)
	if err != nil {
		return nil, err
	}
	names := map[id.ID]string{}
	for _, p := range people {
		names[p.UserID] = p.Name
	}
	for _, v := range versions {
		by := names[v.SavedBy]
		if by == "" {
			by = "another member"
		}
		rows = append(rows, pages.VersionRow{Number: v.Number, Restored: v.Restored, By: by, At: v.SavedAt, Newest: v.Number == t.Version})
	}
	return rows, nil
}

// templateSave makes what is typed the next version.
func (s *Server) templateSave(r *request) error {
	templateID, err := r.id()
	if err != nil {
		return err
	}
	saved, err := s.Templates.Get(r.ctx, r.scope, templateID)
	if err != nil {
		return err
	}
	f, err := r.templateForm()
	if err == nil {
		_, err = s.Templates.Change(r.ctx, r.scope, templateID, f.Since, f.Name, f.source())
	}
	if status, errs, ok := refusal(err); ok {
		since := f.Since
		if fault.Is(err, fault.Conflict) {
			since = saved.Version // who saves again after having been told, means it
		}
		return s.showTemplate(r, status, saved, template.Template{Name: f.Name, Source: f.source()}, since, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Template(templateID.String()), "Saved.")
}

func (r *request) templateForm() (f templateForm, err error) {
	if err := r.bind(&f.sourceForm); err != nil {
		return f, err
	}
	var rest struct {
		Name  string `form:"name"`
		Since int    `form:"since"`
	}
	err = r.bind(&rest)
	f.Name, f.Since = rest.Name, rest.Since
	return f, err
}

// templateVersion is a version of a template as it arrives.
func (s *Server) templateVersion(r *request) error {
	templateID, err := r.id()
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.query("version"))
	if err != nil {
		return errNoPage()
	}
	v, err := s.Templates.Version(r.ctx, r.scope, templateID, number)
	if err != nil {
		return err
	}
	sample := content.Sample()
	return s.sendContent(r, v.Source, previewForm{View: r.query("view"), Name: sample.Name, Email: sample.Email, Company: sample.Company, Language: sample.Language})
}

// templateRestore makes an old version the newest.
func (s *Server) templateRestore(r *request) error {
	templateID, err := r.id()
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.post("version"))
	if err != nil {
		return fault.New(fault.NotFound, "There is no such version.")
	}
	if err := s.Templates.Restore(r.ctx, r.scope, templateID, number); err != nil {
		return err
	}
	return r.doneAt(r.urls().Template(templateID.String()), "Version "+strconv.Itoa(number)+" is back, as the newest.")
}

// templateCopy makes another of it.
func (s *Server) templateCopy(r *request) error {
	templateID, err := r.id()
	if err != nil {
		return err
	}
	t, err := s.Templates.Copy(r.ctx, r.scope, templateID)
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Template(t.ID.String()), "This is the copy.")
}

// templateRemove takes it away.
func (s *Server) templateRemove(r *request) error {
	templateID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Templates.Remove(r.ctx, r.scope, templateID); err != nil {
		return err
	}
	return r.doneAt(r.urls().Templates(), "The template is removed.")
}
