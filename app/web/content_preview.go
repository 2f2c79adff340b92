package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// sourceForm is a content as it is typed.
type sourceForm struct {
	Kind      string `form:"kind"`
	Subject   string `form:"subject"`
	Preheader string `form:"preheader"`
	Body      string `form:"body"`
	Text      string `form:"text"`
}

func (f sourceForm) source() content.Source {
	return content.Source{Kind: content.Kind(f.Kind), Subject: f.Subject, Preheader: f.Preheader, Body: f.Body, Text: f.Text}
}

type previewForm struct {
	View     string `form:"preview_view"`
	Name     string `form:"preview_name"`
	Email    string `form:"preview_email"`
	Company  string `form:"preview_company"`
	Language string `form:"preview_language"`
	Fields   string `form:"preview_fields"`
}

// person is who the preview is for.
func (f previewForm) person(r *request) content.Person {
	p := content.Sample()
	p.Name, p.Email, p.Company, p.Language, p.Sender = f.Name, f.Email, f.Company, f.Language, r.account.Name
	for line := range strings.Lines(f.Fields) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			p.Fields[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return p
}

// contentPreview draws what is being written, for somebody made up. It answers into a
// sandboxed frame, and sandboxes itself as well (H-30). It keeps nothing.
func (s *Server) contentPreview(r *request) error {
	var typed sourceForm
	var how previewForm
	if err := r.bind(&typed); err != nil {
		return s.notShown(r, err)
	}
	if err := r.bind(&how); err != nil {
		return s.notShown(r, err)
	}
	return s.sendContent(r, typed.source(), how)
}

func (s *Server) sendContent(r *request, source content.Source, how previewForm) error {
	compiled, err := s.Compiler.Compile(r.ctx, source)
	if err != nil {
		return s.notShown(r, err)
	}
	mail, err := compiled.Render(how.person(r))
	if err != nil {
		return s.notShown(r, err)
	}
	switch how.View {
	case "text":
		return s.sendContentAs(r, fiber.MIMETextPlainCharsetUTF8, mail.Text)
	case "dark":
		return s.sendContentAs(r, fiber.MIMETextHTMLCharsetUTF8, inTheDark.Replace(mail.HTML))
	}
	return s.sendContentAs(r, fiber.MIMETextHTMLCharsetUTF8, mail.HTML)
}

// inTheDark makes the rules for dark screens hold, and those for light ones not,
// whatever the screen is.
var inTheDark = strings.NewReplacer(
	"(prefers-color-scheme: dark)", "(min-width: 0)", "(prefers-color-scheme:dark)", "(min-width: 0)",
	"(prefers-color-scheme: light)", "(max-width: 0)", "(prefers-color-scheme:light)", "(max-width: 0)",
)

// notShown says in the frame why there is nothing to see yet.
func (s *Server) notShown(r *request, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	lines := []string{"There is nothing to show yet."}
	for _, part := range []string{content.PartSubject, content.PartPreheader, content.PartKind, content.PartBody, content.PartText} {
		if why := fault.FieldsOf(err)[part]; why != "" {
			lines = append(lines, strings.ToUpper(part[:1])+part[1:]+": "+why)
		}
	}
	if len(lines) == 1 {
		lines = append(lines, fault.SafeText(err))
	}
	return s.sendContentAs(r, fiber.MIMETextPlainCharsetUTF8, strings.Join(lines, "\n\n"))
}

// sendContentAs sends what somebody wrote. It may draw itself with the images that we
// keep, and nothing else.
func (s *Server) sendContentAs(r *request, contentType, body string) error {
	r.c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; img-src data: "+strings.TrimSuffix(s.cfg.PublicURL.String(), "/")+urls.Images+"; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox")
	r.c.Set(fiber.HeaderContentType, contentType)
	return r.c.SendString(body)
}

// visualPolicy is for the visual editor alone: it styles what it shows by attributes, as
// mails do. Only our own script runs in it, none that stands in a mail; it opens nothing,
// sends nothing and leads nowhere. It keeps its origin, for it works in a frame of its own.
const visualPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-src 'self'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'; sandbox allow-scripts allow-same-origin"

// visualEditor is the page in the frame of the visual editor.
func (s *Server) visualEditor(r *request) error {
	r.c.Set(fiber.HeaderContentSecurityPolicy, visualPolicy)
	return r.render(fiber.StatusOK, pages.VisualEditor())
}

// contentEditor is what every page needs that lets a content be written.
func (s *Server) contentEditor(r *request, source content.Source, denied string, errs pages.Errors) (pages.ContentEditor, error) {
	e := pages.ContentEditor{
		Kind: string(source.Kind), Body: source.Body, Text: source.Text, Errors: errs, Denied: denied,
		VisualURL: r.urls().VisualEditor(), PreviewURL: r.urls().ContentPreview(),
	}
	fields, err := s.Contacts.Fields(r.ctx, r.scope)
	if err != nil {
		return e, err
	}
	for _, f := range fields {
		e.Fields = append(e.Fields, "{{ fields."+f.Key+" }}")
	}
	images, err := s.Templates.Images(r.ctx, r.scope)
	if err != nil {
		return e, err
	}
	for _, i := range images {
		e.Images = append(e.Images, pages.EditorImage{Src: s.imageURL(i.File()), Name: i.Name})
	}
	return e, nil
}

func (s *Server) imageURL(file string) string {
	return strings.TrimSuffix(s.cfg.PublicURL.String(), "/") + urls.Image(file)
}
