package web

import (
	"context"
	"maps"
	"slices"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/person"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const personsPerPage = 50

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// personList is who asks the account about their data.
func (s *Server) personList(r *request) error {
	list, err := s.Persons.List(r.ctx, r.scope, idOrNone(r.query("after")), personsPerPage+1)
	if err != nil {
		return err
	}
	var page pages.PersonList
	answered := 0
	for _, q := range list {
		if q.State != person.Open {
			answered++
		}
		if answered > personsPerPage {
			page.Older = urls.WithQuery(r.urls().Persons(), "after", page.Rows[len(page.Rows)-1].ID)
			break
		}
		page.Rows = append(page.Rows, personRow(q))
	}
	return r.show(fiber.StatusOK, "Requests of people", func(p layout.Page) view {
		p.Active = layout.NavSettings
		p.Breadcrumbs = []layout.Crumb{{Label: "Settings", URL: r.urls().Settings()}, {Label: "Requests of people"}}
		page.Page = p
		return page
	})
}

func personRow(q person.Request) pages.PersonRow {
	return pages.PersonRow{
		ID: q.ID.String(), Address: q.Address, Wish: string(q.Wish), State: string(q.State), AskedAt: q.AskedAt, DueAt: q.DueAt, AnsweredAt: timeOrZero(q.AnsweredAt),
	}
}

// personRequest is one request, with all that is held about who asks.
func (s *Server) personRequest(r *request) error {
	requestID, err := r.id()
	if err != nil {
		return err
	}
	return s.showPersonRequest(r, fiber.StatusOK, requestID, "", nil)
}

func (s *Server) showPersonRequest(r *request, status int, requestID id.ID, typed string, errs pages.Errors) error {
	q, err := s.Persons.Get(r.ctx, r.scope, requestID)
	if err != nil {
		return err
	}
	page := pages.PersonRequest{PersonRow: personRow(q), Late: q.DueAt.Before(s.Clock.Now()), Reason: q.Reason, Errors: errs}
	if q.State == person.Open {
		h, err := s.Persons.Held(r.ctx, r.scope, q.Address)
		if err != nil {
			return err
		}
		page.Held, page.Reason = heldOf(h), typed
		if page.CanErase, err = s.Persons.CannotErase(r.ctx, r.scope, q); err != nil {
			return err
		}
	}
	return r.show(status, q.Address, func(p layout.Page) view {
		p.Active = layout.NavSettings
		page.Page = p
		return page
	})
}

// personSend gives the person a copy.
func (s *Server) personSend(r *request) error {
	return s.answerPerson(r, "", s.Persons.Send, "The copy is sent.")
}

// personErase erases what is held.
func (s *Server) personErase(r *request) error {
	return s.answerPerson(r, "", s.Persons.Erase, "Everything about this person is erased, and they are told.")
}

// personDecline refuses with a reason.
func (s *Server) personDecline(r *request) error {
	reason := r.post("reason")
	if !isText(reason) {
		return fault.Field("reason", "This field holds characters that are no text.")
	}
	decline := func(ctx context.Context, scope account.Scope, requestID id.ID) error {
		return s.Persons.Decline(ctx, scope, requestID, reason)
	}
	return s.answerPerson(r, reason, decline, "Your reason is sent.")
}

func (s *Server) answerPerson(r *request, typed string, answer func(context.Context, account.Scope, id.ID) error, done string) error {
	requestID, err := r.id()
	if err != nil {
		return err
	}
	err = answer(r.ctx, r.scope, requestID)
	if status, errs, ok := refusal(err); ok {
		return s.showPersonRequest(r, status, requestID, typed, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Persons(), done)
}

// addPersonBanner says that somebody waits for an answer that the law asks for.
func (r *request) addPersonBanner(p *layout.Page) error {
	if r.account.ID.IsZero() || !r.role.May(account.AnswerPersons) || r.server.Persons == nil {
		return nil
	}
	dueAt, waits, err := r.server.Persons.Waiting(r.ctx, r.scope)
	if err != nil || !waits {
		return err
	}
	b := layout.Banner{Tone: layout.Warn, Title: "A person asks about their data.", Text: "Your answer is due on " + dueAt.UTC().Format("2 January") + ".", Action: "See the request", URL: r.urls().Persons()}
	if dueAt.Before(r.server.Clock.Now()) {
		b.Tone, b.Text = layout.Bad, "Your answer was due on "+dueAt.UTC().Format("2 January")+"."
	}
	p.Banners = append(p.Banners, b)
	return nil
}
