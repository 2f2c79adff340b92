package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const contactsPerPage = 50

// contactList shows the account's people; the URL holds what is looked for.
func (s *Server) contactList(r *request) error {
	in, prefix := r.query("in"), strings.TrimSpace(r.query("q"))
	if in != contact.SearchName && in != contact.SearchCompany {
		in = contact.SearchAddress
	}
	rows, older, err := s.contactPage(r, contact.Filter{In: in, Prefix: prefix}, r.urls().Contacts(), "q", prefix, "in", in)
	if err != nil {
		return err
	}
	total, err := s.Contacts.Total(r.ctx, r.scope)
	if err != nil {
		return err
	}
	return r.show(fiber.StatusOK, "Contacts", func(p layout.Page) view {
		p.Active = layout.NavContacts
		return pages.ContactList{
			Page: p, Query: prefix, In: in, Rows: rows, Total: total, Older: older,
			Denied: r.denied(account.ManageContacts), ExportDenied: r.denied(account.ExportContacts),
		}
	})
}

// contactPage reads one page of contacts and makes the link to the next.
func (s *Server) contactPage(r *request, f contact.Filter, path string, pairs ...string) (rows []pages.ContactRow, older string, err error) {
	f.After, f.Limit = idOrNone(r.query("after")), contactsPerPage+1
	found, err := s.Contacts.Find(r.ctx, r.scope, f)
	if err != nil {
		return nil, "", err
	}
	if len(found) > contactsPerPage {
		found = found[:contactsPerPage]
		older = urls.WithQuery(path, append(pairs, "after", found[len(found)-1].ID.String())...)
	}
	return contactRows(found), older, nil
}

func contactRows(found []contact.Contact) (rows []pages.ContactRow) {
	for _, c := range found {
		rows = append(rows, pages.ContactRow{ID: c.ID.String(), Address: c.Address, Name: c.Name, Company: c.Company, Kind: string(c.Kind), At: c.CreatedAt})
	}
	return rows
}
