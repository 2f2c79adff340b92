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

type listForm struct {
	Name        string `form:"name"`
	Description string `form:"description"`
	TopicID     string `form:"topic_id"`
}

type topicForm struct {
	Name        string `form:"topic_name"`
	Description string `form:"topic_description"`
}

// listList shows the lists and the topics.
func (s *Server) listList(r *request) error { return s.showLists(r, fiber.StatusOK, pages.ListList{}) }

func (s *Server) showLists(r *request, status int, page pages.ListList) error {
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	if err != nil {
		return err
	}
	topics, err := s.Contacts.Topics(r.ctx, r.scope)
	if err != nil {
		return err
	}
	for _, l := range lists {
		page.Rows = append(page.Rows, listRow(l, topics))
	}
	for _, t := range topics {
		page.Topics = append(page.Topics, pages.TopicRow{ID: t.ID.String(), Name: t.Name, Description: t.Description})
	}
	page.Denied = r.denied(account.ManageContacts)
	return r.show(status, "Lists", func(p layout.Page) view {
		p.Active = layout.NavLists
		page.Page = p
		return page
	})
}

func listRow(l contact.List, topics []contact.Topic) pages.ListRow {
	row := pages.ListRow{ID: l.ID.String(), Name: l.Name, Description: l.Description, Members: l.Members, At: l.CreatedAt}
	for _, t := range topics {
		if l.TopicID != nil && t.ID == *l.TopicID {
			row.Topic = t.Name
		}
	}
	return row
}

// listAdd makes a list.
func (s *Server) listAdd(r *request) error {
	var f listForm
	if err := r.bind(&f); err != nil {
		return err
	}
	var topicID id.ID
	if f.TopicID != "" {
		var err error
		if topicID, err = id.Parse(f.TopicID); err != nil {
			return fault.Wrap(fault.Invalid, "There is no such topic.", err)
		}
	}
	l, err := s.Contacts.AddList(r.ctx, r.scope, f.Name, f.Description, topicID)
	if status, errs, ok := refusal(err); ok {
		return s.showLists(r, status, pages.ListList{Name: f.Name, Description: f.Description, TopicID: f.TopicID, Errors: errs})
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().List(l.ID.String()), "The list is there.")
}

// topicAdd makes a topic.
func (s *Server) topicAdd(r *request) error {
	var f topicForm
	if err := r.bind(&f); err != nil {
		return err
	}
	_, err := s.Contacts.AddTopic(r.ctx, r.scope, f.Name, f.Description)
	if status, errs, ok := refusal(err); ok {
		return s.showLists(r, status, pages.ListList{TopicName: f.Name, TopicAbout: f.Description, TopicErrors: errs})
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Lists(), "The topic is there. Lists can be about it now.")
}

// listShow is one list with its members.
func (s *Server) listShow(r *request) error {
	listID, err := r.id()
	if err != nil {
		return err
	}
	return s.showList(r, fiber.StatusOK, listID, nil, nil)
}

func (s *Server) showList(r *request, status int, listID id.ID, typed *listForm, errs pages.Errors) error {
	l, err := s.Contacts.List(r.ctx, r.scope, listID)
	if err != nil {
		return err
	}
	topics, err := s.Contacts.Topics(r.ctx, r.scope)
	if err != nil {
		return err
	}
	rows, older, err := s.contactPage(r, contact.Filter{ListID: listID}, r.urls().List(listID.String()))
	if err != nil {
		return err
	}
	page := pages.ListShow{ListRow: listRow(l, topics), Contacts: rows, Older: older, Errors: errs, Denied: r.denied(account.ManageContacts), ExportDenied: r.denied(account.ExportContacts)}
	if typed != nil {
		page.Name, page.Description = typed.Name, typed.Description
	}
	if err := s.addForm(r, &page, listID); err != nil {
		return err
	}
	return r.show(status, l.Name, func(p layout.Page) view {
		p.Active = layout.NavLists
		page.Page = p
		return page
	})
}

// listSave renames a list.
func (s *Server) listSave(r *request) error {
	listID, err := r.id()
	if err != nil {
		return err
	}
	var f listForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err = s.Contacts.ChangeList(r.ctx, r.scope, listID, f.Name, f.Description)
	if status, errs, ok := refusal(err); ok {
		return s.showList(r, status, listID, &f, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().List(listID.String()), "Saved.")
}
