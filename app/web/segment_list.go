package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// segmentList shows the segments with the counts kept last.
func (s *Server) segmentList(r *request) error {
	segments, err := s.Contacts.Segments(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.SegmentList{Denied: r.denied(account.ManageContacts)}
	for _, x := range segments {
		page.Rows = append(page.Rows, segmentRow(x))
	}
	return r.show(fiber.StatusOK, "Segments", func(p layout.Page) view {
		p.Active = layout.NavSegments
		page.Page = p
		return page
	})
}

func segmentRow(x contact.Segment) pages.SegmentRow {
	return pages.SegmentRow{ID: x.ID.String(), Name: x.Name, Counted: x.Counted, CountedAt: timeOrZero(x.CountedAt)}
}

// segmentNew is the empty form.
func (s *Server) segmentNew(r *request) error {
	return s.showSegment(r, fiber.StatusOK, contact.Segment{Counted: -1}, nil)
}

// segmentShow is one segment: rules, count, sample.
func (s *Server) segmentShow(r *request) error {
	segmentID, err := r.id()
	if err != nil {
		return err
	}
	segment, err := s.Contacts.Segment(r.ctx, r.scope, segmentID)
	if err != nil {
		return err
	}
	return s.showSegment(r, fiber.StatusOK, segment, nil)
}

// countPatience is how long a page waits for a count, which goes on without it.
const countPatience = 50 * time.Millisecond

// segmentCount counts and answers with the figure, or says that it takes longer and asks
// again; a whole page without htmx.
func (s *Server) segmentCount(r *request) error {
	segmentID, err := r.id()
	if err != nil {
		return err
	}
	since := s.Clock.Now()
	if asked, err := strconv.ParseInt(r.query("since"), 10, 64); err == nil && time.UnixMicro(asked).Before(since) {
		since = time.UnixMicro(asked)
	}
	segment, done, err := s.Contacts.Recount(r.ctx, r.scope, segmentID, since, countPatience)
	if err != nil {
		return err
	}
	if r.c.Get("HX-Request") == "" {
		// Whoever has no script comes again for what takes longer.
		return r.redirect(r.urls().Segment(segmentID.String()))
	}
	frame, err := r.frame("Segment")
	if err != nil {
		return err
	}
	page := pages.SegmentShow{Page: frame, SegmentRow: segmentRow(segment), ExportDenied: r.denied(account.ExportContacts)}
	if !done {
		page.Counted, page.Since = -1, since.UnixMicro()
		return r.render(fiber.StatusOK, page.Count())
	}
	found, err := s.Contacts.Sampled(r.ctx, r.scope, segment)
	if err != nil {
		return err
	}
	page.Sample = contactRows(found)
	return r.render(fiber.StatusOK, page.CountAndSample())
}

func (s *Server) showSegment(r *request, status int, segment contact.Segment, errs pages.Errors) error {
	fields, err := s.Contacts.Fields(r.ctx, r.scope)
	if err != nil {
		return err
	}
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	if err != nil {
		return err
	}
	topics, err := s.Contacts.Topics(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.SegmentShow{SegmentRow: segmentRow(segment), Errors: errs, Denied: r.denied(account.ManageContacts), ExportDenied: r.denied(account.ExportContacts)}
	words := ruleWords{lists: lists, topics: topics, fields: fields}
	page.Properties, page.Operators = words.properties(), ruleOperators
	words.fill(&page, segment.Rules)
	if !segment.ID.IsZero() && len(errs) == 0 {
		found, err := s.Contacts.Sampled(r.ctx, r.scope, segment)
		if err != nil {
			return err
		}
		page.Sample = contactRows(found)
	}
	title := "New segment"
	if !segment.ID.IsZero() {
		title = segment.Name
	}
	return r.show(status, title, func(p layout.Page) view {
		p.Active = layout.NavSegments
		page.Page = p
		return page
	})
}

// segmentCreate makes a segment; segmentSave changes one.
func (s *Server) segmentCreate(r *request) error {
	return s.saveSegment(r, contact.Segment{Counted: -1})
}

func (s *Server) segmentSave(r *request) error {
	segmentID, err := r.id()
	if err != nil {
		return err
	}
	before, err := s.Contacts.Segment(r.ctx, r.scope, segmentID)
	if err != nil {
		return err
	}
	return s.saveSegment(r, before)
}

func (s *Server) saveSegment(r *request, segment contact.Segment) error {
	rules, err := s.typedRules(r)
	segment.Name = r.post("name")
	if err == nil {
		segment.Rules = rules
		segment, err = s.Contacts.SaveSegment(r.ctx, r.scope, segment.ID, segment.Name, rules)
	}
	if status, errs, ok := refusal(err); ok {
		if !isText(segment.Name) {
			segment.Name = ""
		}
		segment.Counted = -1
		return s.showSegment(r, status, segment, errs)
	}
	if err != nil {
		return err
	}
	if _, _, err := s.Contacts.Recount(r.ctx, r.scope, segment.ID, s.Clock.Now(), countPatience); err != nil {
		return err
	}
	return r.redirect(r.urls().Segment(segment.ID.String()))
}

// segmentRemove removes the rules.
func (s *Server) segmentRemove(r *request) error {
	segmentID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Contacts.RemoveSegment(r.ctx, r.scope, segmentID); err != nil {
		return err
	}
	return r.doneAt(r.urls().Segments(), "The segment is removed. No contact was touched.")
}
