package web

import (
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/person"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type personAskForm struct {
	Email string `form:"email"`
}

type personUseForm struct {
	Tell  bool `form:"tell"`
	Erase bool `form:"erase"`
}

// personAsk asks for the address that a request is about.
func (s *Server) personAsk(r *request) error {
	return s.showPersonAsk(r, fiber.StatusOK, personAskForm{}, false, nil)
}

// personAskSend mails a link; the answer is the same for every address.
func (s *Server) personAskSend(r *request) error {
	var f personAskForm
	err := r.bind(&f)
	if err == nil {
		err = s.Persons.Ask(r.ctx, f.Email, r.ip())
	}
	if status, errs, ok := refusal(err); ok {
		return s.showPersonAsk(r, status, f, false, errs)
	}
	if err != nil {
		return err
	}
	return s.showPersonAsk(r, fiber.StatusOK, f, true, nil)
}

func (s *Server) showPersonAsk(r *request, status int, f personAskForm, sent bool, errs pages.Errors) error {
	return r.show(status, "What is held about you", func(p layout.Page) view {
		return pages.PersonAsk{Page: p, Email: f.Email, Sent: sent, Capture: s.cfg.Capture, Errors: errs}
	})
}

// personShow is what the link of the mail opens: the choice, or what came of it.
func (s *Server) personShow(r *request) error {
	return s.showPerson(r, fiber.StatusOK, personUseForm{}, nil)
}

// personUse passes the request on. Programs that open every link ask for nothing.
func (s *Server) personUse(r *request) error {
	var f personUseForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Persons.Use(r.ctx, r.param("token"), f.Tell, f.Erase)
	if status, errs, ok := refusal(err); ok {
		return s.showPerson(r, status, f, errs)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return s.showPerson(r, fiber.StatusOK, f, nil)
}

func (s *Server) showPerson(r *request, status int, f personUseForm, errs pages.Errors) error {
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	q, err := s.Persons.Inspect(r.ctx, r.param("token"))
	page := pages.PersonShow{Token: r.param("token"), Address: q.Address, Tell: f.Tell, Erase: f.Erase, ExpiresAt: q.ExpiresAt, Errors: errs}
	switch {
	case fault.Is(err, fault.NotFound):
		status, page.Gone = fiber.StatusNotFound, true
	case err != nil:
		return err
	case q.AskedAt != nil:
		page.AskedAt, page.DueAt, page.Tell, page.Erase = *q.AskedAt, q.AskedAt.Add(person.Deadline), q.Tell, q.Erase
	}
	for _, a := range q.Answers {
		page.Answers = append(page.Answers, answerRow(a))
	}
	return r.show(status, "Your request", func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func answerRow(a person.Answer) pages.PersonAnswerRow {
	return pages.PersonAnswerRow{Sender: a.Sender, Wish: string(a.Wish), State: string(a.State), Reason: a.Reason, At: a.AnsweredAt}
}

// personAnswer shows a person what was answered.
func (s *Server) personAnswer(r *request) error {
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	status, page := fiber.StatusOK, pages.PersonAnswer{Token: r.param("token")}
	a, err := s.Persons.OpenAnswer(r.ctx, r.param("token"))
	switch {
	case fault.Is(err, fault.NotFound):
		status, page.Gone = fiber.StatusNotFound, true
	case err != nil:
		return err
	default:
		page.PersonAnswerRow, page.Until = answerRow(a), a.Until
	}
	if len(a.Data) > 0 {
		var h person.Held
		if err := json.Unmarshal(a.Data, &h); err != nil {
			return err
		}
		held := heldOf(h)
		page.Held = &held
	}
	return r.show(status, "Your data", func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// personData downloads what was sent.
func (s *Server) personData(r *request) error {
	a, err := s.Persons.OpenAnswer(r.ctx, r.param("token"))
	if err != nil {
		return err
	}
	if len(a.Data) == 0 {
		return errNoPage()
	}
	r.c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="data.json"`)
	return r.c.Send(a.Data)
}

// shownMail is how much of the mail to a person a page shows.
const shownMail = 20

// heldOf is what is held of a person, as pages show it.
func heldOf(h person.Held) pages.Held {
	out := pages.Held{None: h.None(), Lists: h.Lists, Count: len(h.Messages), More: h.More}
	if c := h.Contact; c != nil {
		for _, f := range [][2]string{{"Name", c.Name}, {"Kind", c.Kind}, {"Company", c.Company}, {"Language", c.Language}, {"Time zone", c.TimeZone}, {"Added", c.AddedAt.Format(time.DateOnly)}} {
			if f[1] != "" {
				out.Facts = append(out.Facts, f)
			}
		}
		for _, name := range sorted(c.Attributes) {
			out.Facts = append(out.Facts, [2]string{name, c.Attributes[name]})
		}
	}
	for _, t := range h.Topics {
		out.Topics = append(out.Topics, pages.TopicState{Name: t.Topic, Choice: t.Choice, At: t.At})
	}
	for _, c := range h.Consents {
		out.Consents = append(out.Consents, pages.ConsentRow{Kind: c.Kind, Source: c.Source, Wording: c.Wording, Subject: c.Subject, Proof: c.Proof, IP: c.IP, At: c.At})
	}
	for _, x := range h.Suppressions {
		out.Stopped = append(out.Stopped, pages.SuppressionRow{Stream: x.Stream, Reason: x.Reason})
	}
	for _, m := range h.Messages[:min(len(h.Messages), shownMail)] {
		out.Mail = append(out.Mail, pages.HeldMail{Subject: m.Subject, State: m.State, Stream: m.Stream, At: m.At})
	}
	return out
}
