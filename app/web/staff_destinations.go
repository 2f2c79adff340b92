package web

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/audit"
	"smtpserver/app/delivery"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffDestinations lists where mail waits, and why.
func (s *Server) staffDestinations(r *request) error {
	list, err := s.Destinations.Queues(r.ctx)
	if err != nil {
		return err
	}
	detours, err := s.Detours.All(r.ctx)
	if err != nil {
		return err
	}
	var page pages.StaffDestinations
	for _, q := range list {
		row := queueRow(q)
		row.Route = detours[q.Destination].Words()
		delete(detours, q.Destination)
		page.Rows = append(page.Rows, row)
	}
	for _, name := range slices.Sorted(maps.Keys(detours)) { // nothing waits for these
		row := queueRow(delivery.Queue{Destination: name})
		row.Route = detours[name].Words()
		page.Rows = append(page.Rows, row)
	}
	return r.showStaff(fiber.StatusOK, "Destinations", layout.NavStaffDestinations, []layout.Crumb{{Label: "Destinations"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func queueRow(q delivery.Queue) pages.QueueRow {
	row := pages.QueueRow{Name: q.Destination, Shown: delivery.DestinationName(q.Destination), Waiting: components.Count(q.Waiting), State: string(delivery.Open)}
	if q.Waiting > delivery.MostCounted {
		row.Waiting = "more than " + components.Count(delivery.MostCounted)
	}
	if q.Standing != nil {
		row.State, row.Why = string(q.Standing.State), q.Standing.Words()
	}
	return row
}

// destinationAsked is the destination of the query, as the queue names it.
func (r *request) destinationAsked() (string, error) {
	name := strings.ToLower(strings.TrimSpace(r.query("name")))
	if name == "" || len(name) > 300 || !isText(name) {
		return "", fault.New(fault.NotFound, "There is no page at this address.")
	}
	return delivery.DestinationOf(name), nil
}

// staffDestination shows one destination.
func (s *Server) staffDestination(r *request) error {
	return s.showDestination(r, fiber.StatusOK, pages.StaffDestination{})
}

func (s *Server) showDestination(r *request, status int, page pages.StaffDestination) error {
	name, err := r.destinationAsked()
	if err != nil {
		return err
	}
	q, err := s.Destinations.Queue(r.ctx, name)
	if err != nil {
		return err
	}
	limits, err := s.Limits.Of(r.ctx, name)
	if err != nil {
		return err
	}
	page.Row = queueRow(q)
	if page.Limits == nil {
		page.Limits = map[string]string{"connections": numberOr(int64(limits.Connections), ""), "per_connection": numberOr(int64(limits.PerConnection), ""), "per_minute": numberOr(int64(limits.PerMinute), "")}
	}
	own := delivery.Limits{}.Over(name)
	page.Default = map[string]string{"connections": strconv.Itoa(own.Connections), "per_connection": numberOr(int64(own.PerConnection), "any number"), "per_minute": numberOr(int64(own.PerMinute), "any number")}
	if err := s.addRoute(r, name, &page); err != nil {
		return err
	}
	return r.showStaff(status, page.Row.Shown, layout.NavStaffDestinations, []layout.Crumb{{Label: "Destinations", URL: urls.StaffDestinations}, {Label: page.Row.Shown}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffDestinationAct does something to all that waits for a destination.
func (s *Server) staffDestinationAct(r *request) error {
	name, err := r.destinationAsked()
	if err != nil {
		return err
	}
	op := message.Operation(r.post("act"))
	reason, err := r.why("Say in a few words why.")
	errs := pages.Errors{}
	if !op.Valid() {
		errs["act"] = "Choose what is to be done."
	}
	if err != nil {
		errs["reason"] = fault.SafeText(err)
	}
	if len(errs) > 0 {
		return s.showDestination(r, fiber.StatusUnprocessableEntity, pages.StaffDestination{Act: string(op), Reason: reason, Errors: errs})
	}
	done, err := s.OperateAll(r.ctx, op, message.Reach{Destination: name})
	if err != nil {
		return err
	}
	entry := audit.StaffEntry{StaffID: r.user.ID, Action: "destination." + audit.Action(op), Object: audit.Object{ID: id.ID(name), Name: name}, Reason: reason, After: audit.Values{"deliveries": strconv.Itoa(done.Changed)}}
	if err := s.Audit.Staff(r.ctx, entry); err != nil {
		return err
	}
	if op == message.Retry || op == message.Release {
		s.Wake(name, true)
	}
	text := components.Plural(int64(done.Changed), "delivery", "deliveries") + " changed."
	if done.Busy > 0 {
		text += " " + components.Count(int64(done.Busy)) + " are being tried at this moment and come to their own end."
	}
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(urls.StaffDestinationOf(name))
}

// staffDestinationLimits sets how fast a destination is served.
func (s *Server) staffDestinationLimits(r *request) error {
	name, err := r.destinationAsked()
	if err != nil {
		return err
	}
	typed, errs := map[string]string{}, pages.Errors{}
	number := func(field string) int {
		typed[field] = strings.TrimSpace(r.post(field))
		n, err := strconv.Atoi(cmp.Or(typed[field], "0"))
		if err != nil || n < 0 || n > 10_000_000 {
			errs[field] = "A number from 0 to 10,000,000, or nothing."
		}
		return n
	}
	l := delivery.Limits{Destination: name, Connections: number("connections"), PerConnection: number("per_connection"), PerMinute: number("per_minute")}
	if len(errs) > 0 {
		return s.showDestination(r, fiber.StatusUnprocessableEntity, pages.StaffDestination{Limits: typed, Errors: errs})
	}
	was, err := s.Limits.Of(r.ctx, name)
	if err != nil {
		return err
	}
	if err := s.Limits.Set(r.ctx, l); err != nil {
		return err
	}
	entry := audit.StaffEntry{StaffID: r.user.ID, Action: "destination.limited", Object: audit.Object{ID: id.ID(name), Name: name}}
	entry.Before, entry.After = audit.Changed(limitValues(was), limitValues(l))
	if err := s.Audit.Staff(r.ctx, entry); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "Saved. Workers heed it within seconds."); err != nil {
		return err
	}
	return r.redirect(urls.StaffDestinationOf(name))
}

func limitValues(l delivery.Limits) audit.Values {
	return audit.Values{"connections": numberOr(int64(l.Connections), ""), "per_connection": numberOr(int64(l.PerConnection), ""), "per_minute": numberOr(int64(l.PerMinute), "")}
}
