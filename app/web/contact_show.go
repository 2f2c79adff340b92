package web

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// contactShow is one contact: what is known, its lists, consents and mail.
func (s *Server) contactShow(r *request) error {
	contactID, err := r.id()
	if err != nil {
		return err
	}
	return s.showContact(r, fiber.StatusOK, contactID, nil, nil)
}

func (s *Server) showContact(r *request, status int, contactID id.ID, typed *contact.Draft, errs pages.Errors) error {
	d, err := s.Contacts.Show(r.ctx, r.scope, contactID)
	if err != nil {
		return err
	}
	known := contact.Draft{Name: d.Name, Kind: string(d.Kind), Company: d.Company, Language: d.Language, TimeZone: d.TimeZone, Attributes: d.Attributes}
	if typed != nil {
		known = *typed
	}
	form, err := s.contactForm(r, known, errs)
	if err != nil {
		return err
	}
	page := pages.ContactShow{ID: contactID.String(), Address: d.Address, Given: d.Given, At: d.CreatedAt, ContactForm: form, Denied: r.denied(account.ManageContacts)}
	if err := s.addPlaces(r, &page, d); err != nil {
		return err
	}
	for _, x := range d.Suppressions {
		page.Suppressions = append(page.Suppressions, pages.SuppressionRow{Stream: string(x.Stream), Reason: x.Reason})
	}
	for _, x := range d.Consents {
		page.Consents = append(page.Consents, pages.ConsentRow{
			Kind: string(x.Kind), Source: string(x.Source), Wording: x.Wording, Subject: x.Subject, Proof: x.Proof, IP: x.IP, ImportID: string(x.ImportID), At: x.At,
		})
	}
	for _, x := range d.Deliveries {
		page.Mail = append(page.Mail, pages.MessageRow{MessageID: x.MessageID.String(), DeliveryID: x.ID.String(), State: string(x.State), Stream: string(x.Stream), At: x.CreatedAt})
	}
	if page.Campaigns, err = s.sentTo(r, contactID); err != nil {
		return err
	}
	return r.show(status, d.Address, func(p layout.Page) view {
		p.Active = layout.NavContacts
		page.Page = p
		return page
	})
}

// sentTo is the latest campaigns in whose audience the contact was.
func (s *Server) sentTo(r *request, contactID id.ID) (rows []pages.SentRow, err error) {
	sent, err := s.Audiences.OfContact(r.ctx, r.scope, contactID)
	for _, x := range sent {
		o := broadcast.Outcome{Recipient: x.Recipient, Delivery: x.State}
		rows = append(rows, pages.SentRow{ID: x.CampaignID.String(), Name: x.Name, State: recipientState(o), Why: x.Why, MessageID: string(x.MessageID)})
	}
	return rows, err
}

// addPlaces adds the lists it is on, those it is not on, and the topics.
func (s *Server) addPlaces(r *request, page *pages.ContactShow, d contact.Detail) error {
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if slices.ContainsFunc(d.Lists, func(on contact.List) bool { return on.ID == l.ID }) {
			page.Lists = append(page.Lists, pages.ListChoice{ID: l.ID.String(), Name: l.Name})
		} else {
			page.Others = append(page.Others, components.Option{Value: l.ID.String(), Label: l.Name})
		}
	}
	topics, err := s.Contacts.Topics(r.ctx, r.scope)
	if err != nil {
		return err
	}
	for _, choice := range d.Choices {
		for _, topic := range topics {
			if topic.ID == choice.TopicID {
				page.Topics = append(page.Topics, pages.TopicState{ID: topic.ID.String(), Name: topic.Name, Choice: choice.Choice, At: choice.At})
			}
		}
	}
	return nil
}

// contactSave changes what is known.
func (s *Server) contactSave(r *request) error {
	contactID, err := r.id()
	if err != nil {
		return err
	}
	d, err := s.draft(r)
	if err != nil {
		return err
	}
	err = s.Contacts.Change(r.ctx, r.scope, contactID, d)
	if status, errs, ok := refusal(err); ok {
		return s.showContact(r, status, contactID, &d, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Contact(contactID.String()), "Saved.")
}

// doneAt tells what was done on the page it leads to.
func (r *request) doneAt(path, text string) error {
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(path)
}

// contactRemove deletes a contact.
func (s *Server) contactRemove(r *request) error {
	contactID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Contacts.Remove(r.ctx, r.scope, contactID); err != nil {
		return err
	}
	return r.doneAt(r.urls().Contacts(), "The contact is removed.")
}

// contactJoin puts a contact on a list; contactLeave takes it off.
func (s *Server) contactJoin(r *request) error {
	return s.place(r, s.Contacts.Join, "Put on the list.")
}
func (s *Server) contactLeave(r *request) error {
	return s.place(r, s.Contacts.Leave, "Taken off the list.")
}

func (s *Server) place(r *request, do placing, done string) error {
	contactID, err := r.id()
	if err != nil {
		return err
	}
	if _, err := s.Contacts.Get(r.ctx, r.scope, contactID); err != nil {
		return err
	}
	listID, err := id.Parse(r.post("list_id"))
	if err != nil {
		return fault.Wrap(fault.Invalid, "Choose a list.", err)
	}
	err = do(r.ctx, r.scope, listID, contactID)
	if status, errs, ok := refusal(err); ok {
		return s.showContact(r, status, contactID, nil, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Contact(contactID.String()), done)
}

type placing func(ctx context.Context, scope account.Scope, listID, contactID id.ID) error
