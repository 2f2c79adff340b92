package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type fieldForm struct {
	Label   string `form:"label"`
	Kind    string `form:"kind"`
	Choices string `form:"choices"`
}

// contactFields is where custom fields are defined.
func (s *Server) contactFields(r *request) error {
	return s.showFields(r, fiber.StatusOK, fieldForm{Kind: string(contact.Text)}, nil)
}

func (s *Server) showFields(r *request, status int, typed fieldForm, errs pages.Errors) error {
	fields, err := s.Contacts.Fields(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.ContactFields{Label: typed.Label, Kind: typed.Kind, Choices: typed.Choices, Errors: errs, Denied: r.denied(account.ManageContacts)}
	for _, f := range fields {
		page.Rows = append(page.Rows, pages.ContactField{Key: f.Key, Label: f.Label, Kind: string(f.Kind)})
	}
	return r.show(status, "Fields of contacts", func(p layout.Page) view {
		p.Active = layout.NavContacts
		page.Page = p
		return page
	})
}

// contactFieldAdd defines one.
func (s *Server) contactFieldAdd(r *request) error {
	var f fieldForm
	if err := r.bind(&f); err != nil {
		return err
	}
	_, err := s.Contacts.AddField(r.ctx, r.scope, contact.Field{Label: f.Label, Kind: contact.FieldKind(f.Kind), Choices: strings.Split(f.Choices, "\n")})
	if status, errs, ok := refusal(err); ok {
		return s.showFields(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().ContactFields(), "The field is there. Contacts, imports and segments know it now.")
}
