package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// leaveShow shows what the person behind a link gets. It changes nothing: programs open
// links, too.
func (s *Server) leaveShow(r *request) error { return s.showLeave(r, fiber.StatusOK, "") }

func (s *Server) showLeave(r *request, status int, done string) error {
	st, err := s.Leaving.Show(r.ctx, r.param("token"))
	if fault.Is(err, fault.NotFound) {
		return r.noLink()
	}
	if err != nil {
		return err
	}
	page := pages.LeaveShow{
		Token: r.param("token"), Sender: st.Sender, Topic: st.Topic.Name, TopicLeft: st.Topic.Name != "" && !st.Topic.Wanted,
		Out: st.Out, PausedUntil: st.PausedUntil, Held: st.Held, Language: r.language(), Done: done,
	}
	for _, t := range st.Topics {
		page.Topics = append(page.Topics, pages.PreferenceTopic{ID: t.ID.String(), Name: t.Name, Description: t.Description, Wanted: t.Wanted})
	}
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	return r.plainPage(status, page.Language, page.Title(), func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// leaveDo does at once what a person wishes, or their mail program on their behalf
// (RFC 8058 §3.2): without sign-in, cookie, token of a form or redirect.
func (s *Server) leaveDo(r *request) error {
	token, ip := r.param("token"), r.ip().String()
	wish := r.post("wish")
	if r.post("List-Unsubscribe") == "One-Click" {
		wish = "all"
	}
	var err error
	switch wish {
	case "all":
		err = s.Leaving.Leave(r.ctx, token, ip)
	case "topic":
		err = s.Leaving.LeaveTopic(r.ctx, token, ip)
	case "pause-1":
		err = s.Leaving.Pause(r.ctx, token, 1, ip)
	case "pause-3":
		err = s.Leaving.Pause(r.ctx, token, 3, ip)
	case "return":
		err = s.Leaving.Return(r.ctx, token, ip)
	case "choose":
		err = s.Leaving.Choose(r.ctx, token, r.idsOf("shown"), r.idsOf("topics"), ip)
	default:
		return s.showLeave(r, fiber.StatusUnprocessableEntity, "")
	}
	if fault.Is(err, fault.NotFound) {
		return r.noLink()
	}
	if err != nil {
		return err
	}
	return s.showLeave(r, fiber.StatusOK, wish)
}

// idsOf are the ids among the values of a field.
func (r *request) idsOf(name string) (ids []id.ID) {
	for _, value := range r.posts(name) {
		if one, err := id.Parse(value); err == nil && !slices.Contains(ids, one) {
			ids = append(ids, one)
		}
	}
	return ids
}
