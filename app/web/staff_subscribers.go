package web

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/audit"
	"smtpserver/app/newsletter"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const subscribersPerPage = 50

// staffSubscribers lists who gets the operator's newsletter.
func (s *Server) staffSubscribers(r *request) error {
	return s.showSubscribers(r, fiber.StatusOK, "", nil)
}

func (s *Server) showSubscribers(r *request, status int, reason string, errs pages.Errors) error {
	f := newsletter.Filter{Text: r.query("q"), State: newsletter.State(r.query("state")), After: idOrNone(r.query("before")), Limit: subscribersPerPage + 1}
	rows, err := s.Newsletter.Subscribers(r.ctx, f)
	if err != nil {
		return err
	}
	figures, err := s.Newsletter.Figures(r.ctx)
	if err != nil {
		return err
	}
	page := pages.StaffSubscribers{Find: f.Text, State: string(f.State), Subscribed: figures.Subscribed, Gone: figures.Gone, Waiting: figures.Waiting, Reason: reason, Errors: errs}
	if len(rows) > subscribersPerPage {
		rows = rows[:subscribersPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffSubscribers, "q", f.Text, "state", page.State, "before", rows[len(rows)-1].ID.String())}
	}
	for _, row := range rows {
		page.Rows = append(page.Rows, subscriberRow(row))
	}
	return r.showStaff(status, "Subscribers", layout.NavStaffSubscribers, []layout.Crumb{{Label: "Subscribers"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func subscriberRow(s newsletter.Subscriber) pages.StaffSubscriberRow {
	return pages.StaffSubscriberRow{ID: s.ID.String(), Address: s.Given, Language: s.Language, State: string(s.State), ConfirmedAt: s.ConfirmedAt, LeftAt: s.LeftAt}
}

// staffSubscriber shows one with the evidence.
func (s *Server) staffSubscriber(r *request) error {
	return s.showSubscriber(r, fiber.StatusOK, "", nil)
}

func (s *Server) showSubscriber(r *request, status int, reason string, errs pages.Errors) error {
	subscriberID, err := r.id()
	if err != nil {
		return err
	}
	row, evidence, err := s.Newsletter.Subscriber(r.ctx, subscriberID)
	if err != nil {
		return err
	}
	page := pages.StaffSubscriber{Row: subscriberRow(row), Reason: reason, Errors: errs}
	for _, e := range evidence {
		page.Evidence = append(page.Evidence, pages.EvidenceRow{Kind: string(e.Kind), Wording: e.Wording, Proof: e.Proof, IP: e.IP, At: e.At})
	}
	crumbs := []layout.Crumb{{Label: "Subscribers", URL: urls.StaffSubscribers}, {Label: row.Given}}
	return r.showStaff(status, row.Given, layout.NavStaffSubscribers, crumbs, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffSubscriberRemove forgets one.
func (s *Server) staffSubscriberRemove(r *request) error {
	subscriberID, err := r.id()
	if err != nil {
		return err
	}
	reason, err := r.reason()
	if err == nil {
		err = s.Newsletter.Remove(r.ctx, r.user.ID, subscriberID, reason)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showSubscriber(r, status, reason, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(urls.StaffSubscribers, "The subscriber is removed.")
}

// staffSubscribersExport gives the list as a file, for a reason.
func (s *Server) staffSubscribersExport(r *request) error {
	var file bytes.Buffer
	reason, err := r.reason()
	if err == nil {
		err = s.Newsletter.Export(r.ctx, r.user.ID, reason, &file)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showSubscribers(r, status, reason, errs)
	}
	if err != nil {
		return err
	}
	return r.attach("subscribers.csv", "text/csv; charset=utf-8", file.Bytes())
}

// why is the reason for which staff act, fit for the audit log; with the error it is what
// was typed. Without one ask is said.
func (r *request) why(ask string) (string, error) {
	typed, err := r.reason()
	if err != nil {
		return "", err
	}
	reason, err := audit.CheckReason(typed, ask)
	if err != nil {
		return typed, err
	}
	return reason, nil
}

// reason is the field of that name, as clean text.
func (r *request) reason() (string, error) {
	var f struct {
		Reason string `form:"reason"`
	}
	err := r.bind(&f)
	return f.Reason, err
}
