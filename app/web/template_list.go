package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/template"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// templateList shows the templates.
func (s *Server) templateList(r *request) error {
	all, err := s.Templates.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.TemplateList{Denied: r.denied(account.ManageCampaigns)}
	for _, t := range all {
		page.Rows = append(page.Rows, pages.TemplateRow{ID: t.ID.String(), Name: t.Name, Kind: string(t.Kind), Version: t.Version, At: t.UpdatedAt})
	}
	return r.show(fiber.StatusOK, "Templates", func(p layout.Page) view {
		p.Active = layout.NavTemplates
		page.Page = p
		return page
	})
}

// The choices of a new template that are none of our starters.
const (
	emptyMJML     = "empty-mjml"
	emptyMarkdown = "empty-markdown"
)

// empty is what an empty template begins with: it must compile to be saved.
var empty = map[string]content.Source{
	emptyMJML: {Kind: content.MJML, Subject: "Subject", Body: `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ first_name | default: "there" }},</mj-text>
      </mj-column>
    </mj-section>
    <mj-section>
      <mj-column>
        <mj-text align="center" font-size="13px" color="#5c6b66">{{ sender }} · {{ sender_address }}<br /><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
`},
	emptyMarkdown: {Kind: content.Markdown, Subject: "Subject", Body: "Hello {{ first_name | default: \"there\" }},\n"},
}

type templateNewForm struct {
	Name    string `form:"name"`
	Starter string `form:"starter"`
}

// templateNew asks what to begin with.
func (s *Server) templateNew(r *request) error {
	return s.showTemplateNew(r, fiber.StatusOK, templateNewForm{Starter: "letter"}, nil)
}

func (s *Server) showTemplateNew(r *request, status int, f templateNewForm, errs pages.Errors) error {
	page := pages.TemplateNew{Name: f.Name, Starter: f.Starter, Errors: errs, Denied: r.denied(account.ManageCampaigns)}
	for _, o := range template.Starters() {
		page.Starters = append(page.Starters, components.Option{Value: o.Key, Label: o.Name, Hint: o.About})
	}
	page.Starters = append(page.Starters,
		components.Option{Value: emptyMJML, Label: "Empty, visual", Hint: "A greeting and what the law asks for. Drawn in the visual editor."},
		components.Option{Value: emptyMarkdown, Label: "Empty, words", Hint: "One line of Markdown."})
	return r.show(status, "New template", func(p layout.Page) view {
		p.Active = layout.NavTemplates
		page.Page = p
		return page
	})
}

// templateCreate makes a template of a starter.
func (s *Server) templateCreate(r *request) error {
	var f templateNewForm
	if err := r.bind(&f); err != nil {
		return err
	}
	source, ok := empty[f.Starter]
	if starter, found := template.StarterOf(f.Starter); found {
		source, ok = starter.Source, true
	}
	if !ok {
		return s.showTemplateNew(r, fiber.StatusUnprocessableEntity, f, pages.Errors{"starter": "Choose what to begin with."})
	}
	t, err := s.Templates.Create(r.ctx, r.scope, f.Name, source)
	if status, errs, ok := refusal(err); ok {
		return s.showTemplateNew(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return r.redirect(r.urls().Template(t.ID.String()))
}
