package web

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffMessages finds deliveries of all accounts: states and figures. What customers wrote
// is on the account's own pages, under a grant of theirs.
func (s *Server) staffMessages(r *request) error {
	page, filter, err := s.officeFilter(r)
	if err != nil {
		return err
	}
	if len(page.Errors) == 0 {
		if err := s.fillMessages(r, &page, filter); err != nil {
			return err
		}
	}
	status := fiber.StatusOK
	if len(page.Errors) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return r.showStaff(status, "Messages", layout.NavStaffMessages, []layout.Crumb{{Label: "Messages"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// officeFilter reads what is looked for from the URL. What names nothing is said so.
func (s *Server) officeFilter(r *request) (page pages.StaffMessages, f message.OfficeFilter, err error) {
	page = pages.StaffMessages{
		Find: strings.TrimSpace(r.query("q")), Domain: strings.ToLower(strings.TrimSpace(r.query("domain"))), Account: strings.TrimSpace(r.query("account")),
		State: r.query("state"), From: r.query("from"), To: r.query("to"), Errors: pages.Errors{},
	}
	f = message.OfficeFilter{Domain: strings.TrimPrefix(page.Domain, "@"), Before: idOrNone(r.query("before")), Limit: messagesPerPage + 1}
	if f.MessageID = idOrNone(page.Find); f.MessageID == "" {
		f.HeaderID = strings.Trim(page.Find, "<> ")
	}
	if state := message.State(page.State); state.Valid() {
		f.State = state
	}
	if page.Account != "" {
		if f.Account, err = s.accountNamed(r, page.Account); fault.Is(err, fault.NotFound) {
			page.Errors["account"], err = "No account has this id or slug.", nil
		}
	}
	for _, day := range []struct {
		name, typed string
		to          *time.Time
		add         int
	}{{"from", page.From, &f.From, 0}, {"to", page.To, &f.To, 1}} {
		if day.typed == "" {
			continue
		}
		at, bad := time.Parse(time.DateOnly, day.typed)
		if bad != nil {
			page.Errors[day.name] = "A day as year-month-day, for example 2026-11-26."
			continue
		}
		*day.to = at.AddDate(0, 0, day.add)
	}
	return page, f, err
}

// accountNamed is the account of an id or slug.
func (s *Server) accountNamed(r *request, text string) (id.ID, error) {
	if accountID := idOrNone(text); accountID != "" {
		return accountID, nil
	}
	a, err := s.Accounts.FindBySlug(r.ctx, text)
	return a.ID, err
}

func (s *Server) fillMessages(r *request, page *pages.StaffMessages, f message.OfficeFilter) error {
	found, err := s.Messages.SearchAll(r.ctx, f)
	if err != nil {
		return err
	}
	viewing, err := s.Support.Viewing(r.ctx, r.staff())
	if err != nil {
		return err
	}
	older := func(at id.ID) string {
		return urls.WithQuery(urls.StaffMessages, "q", page.Find, "domain", page.Domain, "account", page.Account, "state", page.State, "from", page.From, "to", page.To, "before", at.String())
	}
	if len(found.Rows) > messagesPerPage {
		found.Rows = found.Rows[:messagesPerPage]
		page.Pager = components.Pager{Older: older(found.Rows[messagesPerPage-1].DeliveryID)}
	} else if found.LookedTo != "" {
		page.Further, page.Walked = older(found.LookedTo), components.Count(message.MostWalked)
	}
	for _, d := range found.Rows {
		row := pages.StaffMessageRow{
			AccountURL: urls.StaffAccount(d.Account.String()), Account: d.Name, MessageID: d.MessageID.String(), To: d.Recipient, State: string(d.State), Stream: string(d.Stream),
			Reason: d.Reason, Attempts: components.Plural(int64(d.Attempts), "try", "tries"), Size: components.Bytes(d.Size), At: d.CreatedAt, FinalAt: timeOrZero(d.FinalAt),
		}
		if d.State == message.Delivered {
			row.Reason = ""
		}
		if d.State == message.Deferred {
			row.NextTry = d.DueAt
		}
		if d.Account == viewing {
			row.ContentURL = urls.Account(d.Slug).Message(row.MessageID)
		}
		page.Rows = append(page.Rows, row)
	}
	return nil
}
