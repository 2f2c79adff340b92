package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// contactNew is the form for one contact.
func (s *Server) contactNew(r *request) error {
	return s.showContactNew(r, fiber.StatusOK, contact.Draft{Kind: string(contact.Individual)}, "", nil)
}

func (s *Server) showContactNew(r *request, status int, d contact.Draft, wording string, errs pages.Errors) error {
	form, err := s.contactForm(r, d, errs)
	if err != nil {
		return err
	}
	lists, err := s.listChoices(r)
	if err != nil {
		return err
	}
	return r.show(status, "New contact", func(p layout.Page) view {
		p.Active = layout.NavContacts
		return pages.ContactNew{Page: p, ContactForm: form, Consent: wording, Lists: lists, Denied: r.denied(account.ManageContacts)}
	})
}

func (s *Server) listChoices(r *request) (choices []pages.ListChoice, err error) {
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	for _, l := range lists {
		choices = append(choices, pages.ListChoice{ID: l.ID.String(), Name: l.Name, Members: l.Members})
	}
	return choices, err
}

func (s *Server) contactForm(r *request, d contact.Draft, errs pages.Errors) (pages.ContactForm, error) {
	fields, err := s.Contacts.Fields(r.ctx, r.scope)
	form := pages.ContactForm{Email: d.Email, Name: d.Name, Kind: d.Kind, Company: d.Company, Language: d.Language, TimeZone: d.TimeZone, Errors: errs}
	for _, f := range fields {
		form.Fields = append(form.Fields, pages.ContactField{Key: f.Key, Label: f.Label, Kind: string(f.Kind), Choices: f.Choices, Value: d.Attributes[f.Key]})
	}
	return form, err
}

// draft reads what was typed about a contact.
func (s *Server) draft(r *request) (d contact.Draft, err error) {
	fields, err := s.Contacts.Fields(r.ctx, r.scope)
	if err != nil {
		return d, err
	}
	texts := map[string]string{}
	names := []string{contact.PartEmail, contact.PartName, contact.PartKind, contact.PartCompany, contact.PartLanguage, contact.PartTimeZone, "consent"}
	for _, f := range fields {
		names = append(names, contact.PartField+f.Key)
	}
	for _, name := range names {
		if texts[name] = r.post(name); !isText(texts[name]) {
			return d, fault.Field(name, "This field holds characters that are no text.")
		}
	}
	d = contact.Draft{
		Email: texts[contact.PartEmail], Name: texts[contact.PartName], Kind: texts[contact.PartKind], Company: texts[contact.PartCompany],
		Language: texts[contact.PartLanguage], TimeZone: texts[contact.PartTimeZone], Attributes: map[string]string{},
	}
	for _, f := range fields {
		d.Attributes[f.Key] = texts[contact.PartField+f.Key]
	}
	return d, nil
}

// contactAdd makes one contact by hand.
func (s *Server) contactAdd(r *request) error {
	d, err := s.draft(r)
	if err != nil {
		return err
	}
	var lists []id.ID
	for _, value := range r.posts("lists") {
		listID, err := id.Parse(value)
		if err != nil {
			return fault.Wrap(fault.Invalid, "There is no such list.", err)
		}
		lists = append(lists, listID)
	}
	c, err := s.Contacts.Add(r.ctx, r.scope, d, r.post("consent"), lists)
	if status, errs, ok := refusal(err); ok {
		return s.showContactNew(r, status, d, r.post("consent"), errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, c.Address+" is a contact now."); err != nil {
		return err
	}
	return r.redirect(r.urls().Contact(c.ID.String()))
}
