package web

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const eventsPerPage = 50

// auditTopics are what the list can be narrowed to.
var auditTopics = []components.Option{
	{Value: "", Label: "Everything"}, {Value: "account", Label: "The account"}, {Value: "member", Label: "Members"}, {Value: "invitation", Label: "Invitations"},
	{Value: "domain", Label: "Domains"}, {Value: "credential", Label: "Credentials"}, {Value: "message", Label: "Messages"}, {Value: "suppression", Label: "Suppressions"},
	{Value: "support", Label: "Support access"}, {Value: "contacts", Label: "Contacts"}, {Value: "import", Label: "Imports"}, {Value: "export", Label: "Exports"}, {Value: "person", Label: "Requests of persons"},
}

// auditList shows what was done in the account; the URL holds the filter.
func (s *Server) auditList(r *request) error {
	page, filter := r.auditFilter()
	filter.Limit = eventsPerPage + 1
	events, err := s.Audit.List(r.ctx, r.scope, filter)
	if err != nil {
		return err
	}
	events, page.Pager = r.turnEvents(events, filter, page)
	for _, e := range events {
		page.Rows = append(page.Rows, r.auditRow(e))
		if e.ActorID.String() == page.Actor && page.ActorName == "" {
			page.ActorName = e.Actor()
		}
	}
	if page.ActorName == "" {
		page.ActorName = page.Actor
	}
	return r.show(fiber.StatusOK, "Audit", func(p layout.Page) view {
		p.Active = layout.NavAudit
		page.Page = p
		return page
	})
}

// auditFilter reads the filter from the URL. What cannot be is left out.
func (r *request) auditFilter() (pages.AuditList, audit.Filter) {
	page := pages.AuditList{Topics: auditTopics, Topic: r.query("topic"), Actor: idOrNone(r.query("actor")).String(), From: r.query("from"), To: r.query("to")}
	f := audit.Filter{Topic: page.Topic, ActorID: idOrNone(page.Actor), Before: idOrNone(r.query("before")), After: idOrNone(r.query("after"))}
	if day, err := time.Parse(time.DateOnly, page.From); err == nil {
		f.From = day
	}
	if day, err := time.Parse(time.DateOnly, page.To); err == nil {
		f.To = day.AddDate(0, 0, 1)
	}
	page.CSV = urls.WithQuery(r.urls().AuditExport(), page.Pairs()...)
	page.Clear = urls.WithQuery(r.urls().Audit(), "topic", page.Topic, "from", page.From, "to", page.To)
	return page, f
}

// turnEvents cuts the event that was read too many and makes the links to other pages.
func (r *request) turnEvents(events []audit.Event, f audit.Filter, page pages.AuditList) ([]audit.Event, components.Pager) {
	more := len(events) > eventsPerPage
	switch {
	case more && f.After != "":
		events = events[1:]
	case more:
		events = events[:eventsPerPage]
	case len(events) == 0:
		return nil, components.Pager{}
	}
	link := func(name string, at id.ID) string {
		return urls.WithQuery(r.urls().Audit(), append(page.Pairs(), name, at.String())...)
	}
	var p components.Pager
	if f.Before != "" || f.After != "" && more {
		p.Newer = link("after", events[0].ID)
	}
	if more || f.After != "" {
		p.Older = link("before", events[len(events)-1].ID)
	}
	return events, p
}

func (r *request) auditRow(e audit.Event) pages.AuditRow {
	row := pages.AuditRow{
		ID: e.ID.String(), At: e.At, Actor: e.Actor(), Kind: e.ActorKind, BehalfOf: e.BehalfOf, Action: e.Action.Words(), Object: e.Object.Name,
		Changes: changesOf(e.Before, e.After), IP: e.IP, UserAgent: e.UserAgent,
	}
	if !e.ActorID.IsZero() {
		row.ActorURL = urls.WithQuery(r.urls().Audit(), "actor", e.ActorID.String())
	}
	return row
}

// changesOf puts the values of before and after side by side, by name.
func changesOf(before, after audit.Values) (changes []pages.AuditChange) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if before[name] == "" && after[name] == "" {
			continue
		}
		label := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
		changes = append(changes, pages.AuditChange{Name: label, Before: before[name], After: after[name]})
	}
	return changes
}
