package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/id"
	"smtpserver/app/support"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const accountsPerPage = 50

// staffAccounts lists accounts with state and figures.
func (s *Server) staffAccounts(r *request) error {
	text, state := strings.TrimSpace(r.query("q")), r.query("state")
	list, err := s.Support.Accounts(r.ctx, text, state, idOrNone(r.query("before")), accountsPerPage+1)
	if err != nil {
		return err
	}
	page := pages.StaffAccounts{Find: text, State: state}
	if len(list) > accountsPerPage {
		list = list[:accountsPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffAccounts, "q", text, "state", state, "before", list[len(list)-1].ID.String())}
	}
	for _, a := range list {
		page.Rows = append(page.Rows, staffRow(a))
	}
	return r.showStaff(fiber.StatusOK, "Accounts", layout.NavStaffAccounts, []layout.Crumb{{Label: "Accounts"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func staffRow(a support.Listed) pages.StaffAccountRow {
	return pages.StaffAccountRow{
		ID: a.ID.String(), Slug: a.Slug, Name: a.Name, Kind: a.Kind, State: a.State, Owner: a.Owner, Since: a.CreatedAt, Members: a.Members, Domains: a.Domains, Sent: a.Sent, Bounced: a.Bounced,
	}
}

// staffAccount shows one account's state, figures and grants.
func (s *Server) staffAccount(r *request) error {
	return s.showStaffAccount(r, fiber.StatusOK, "", nil)
}

// staffAsk asks the owner for access.
func (s *Server) staffAsk(r *request) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	err = s.Support.Ask(r.ctx, r.staff(), accountID, r.post("reason"))
	if status, errs, ok := refusal(err); ok {
		return s.showStaffAccount(r, status, r.post("reason"), errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The owner is asked. You can look once they agree."); err != nil {
		return err
	}
	return r.redirect(urls.StaffAccount(accountID.String()))
}

// staffView begins to show the account's pages under a grant.
func (s *Server) staffView(r *request) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	a, _, err := s.Support.Account(r.ctx, accountID)
	if err != nil {
		return err
	}
	if err := s.Support.Begin(r.ctx, r.staff(), accountID); err != nil {
		return err
	}
	return r.redirect(urls.Account(a.Slug).Dashboard())
}

// staffLeave ends it.
func (s *Server) staffLeave(r *request) error {
	if err := s.Support.Leave(r.ctx, r.staff()); err != nil {
		return err
	}
	return r.redirect(urls.StaffAccounts)
}

func (s *Server) showStaffAccount(r *request, status int, reason string, errs pages.Errors) error {
	return s.showAccountWith(r, status, pages.StaffAccount{Reason: reason, Errors: errs})
}

func (s *Server) showAccountWith(r *request, status int, page pages.StaffAccount) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	a, list, err := s.Support.Account(r.ctx, accountID)
	if err != nil {
		return err
	}
	page.Account, page.Grants = staffRow(a), s.grantRows(list)
	if err := s.addStory(r, accountID, &page); err != nil {
		return err
	}
	if err := s.addSuspension(r, accountID, &page); err != nil {
		return err
	}
	if err := s.addActs(r, accountID, &page); err != nil {
		return err
	}
	return r.showStaff(status, a.Name, layout.NavStaffAccounts, []layout.Crumb{{Label: "Accounts", URL: urls.StaffAccounts}, {Label: a.Name}}, func(p layout.Page) view {
		page.Page = p
		for _, g := range page.Grants {
			page.MayView = page.MayView || g.State == "open"
		}
		return page
	})
}

// addStory tells what became of the account's mail, domains and money.
func (s *Server) addStory(r *request, accountID id.ID, page *pages.StaffAccount) error {
	story, err := s.Support.Story(r.ctx, accountID)
	if err != nil {
		return err
	}
	page.Waiting = components.Plural(story.Waiting, "delivery waits.", "deliveries wait.")
	if story.Waiting > support.MostWaiting {
		page.Waiting = "More than " + components.Count(support.MostWaiting) + " deliveries wait."
	}
	page.Days = components.Chart{Label: "Messages per day over the last 30 days", GoodWord: "delivered", BadWord: "bounced"}
	for _, d := range story.Last30(s.Clock.Now()) {
		page.Days.Bars = append(page.Days.Bars, components.Bar{Label: d.Day[5:], Good: d.Delivered, Bad: d.Bounced})
	}
	for _, d := range story.Domains {
		page.Domains = append(page.Domains, [3]string{d.Name, d.State, d.Reason})
	}
	c, err := s.Billing.Customer(r.ctx, accountID)
	if err != nil {
		return err
	}
	if c.Found && c.EndedOn == "" {
		page.Plan, page.Period = c.Plan.Name, c.Period.String()
	}
	if !c.Behind.Invoice.ID.IsZero() {
		page.Behind = c.Behind.Invoice.Label + " is overdue since " + c.Behind.Invoice.DueOn.Long() + ": " + c.Behind.Step.Words() + "."
	}
	for _, i := range c.Invoices {
		page.Invoices = append(page.Invoices, s.invoiceRow(i))
	}
	return nil
}
