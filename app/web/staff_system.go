package web

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/billing"
	"smtpserver/app/bounce"
	"smtpserver/app/delivery"
	"smtpserver/app/office"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// Instance is what the pages ask of the program around them.
type Instance struct {
	Loads   func() ([]Load, error)
	Reports func(ctx context.Context, limit int) ([]bounce.Kept, error)
	Facts   func(context.Context) [][2]string // name and value, for people
}

// Load is what one queue of tasks holds.
type Load struct {
	Queue                     string
	Pending, Active, Retrying int
	Waits                     time.Duration
}

const reportsShown = 50

// staffSystem shows how the instance is.
func (s *Server) staffSystem(r *request) error {
	page := pages.StaffSystem{Facts: s.Instance.Facts(r.ctx)}
	for _, c := range s.checks(r.ctx) {
		page.Checks = append(page.Checks, pages.NeedRow{Name: c.name, Text: c.problem, OK: c.problem == ""})
	}
	oldest, err := s.Destinations.Oldest(r.ctx)
	if err != nil {
		return err
	}
	if oldest != nil {
		page.Since, page.OldestURL = oldest.CreatedAt, urls.StaffDestinationOf(oldest.Destination)
		page.Oldest = oldestWords(oldest)
	}
	alive, err := s.sweeperCheck(r)
	if err != nil {
		return err
	}
	page.Checks = append(page.Checks, pages.NeedRow{Name: alive.name, Text: alive.problem, OK: alive.problem == ""})
	loads, err := s.Instance.Loads()
	if err != nil {
		return err
	}
	for _, l := range loads {
		page.Loads = append(page.Loads, pages.LoadRow{Name: l.Queue, Pending: strconv.Itoa(l.Pending), Active: strconv.Itoa(l.Active), Retrying: strconv.Itoa(l.Retrying), Waits: components.Took(l.Waits)})
	}
	reports, err := s.Instance.Reports(r.ctx, reportsShown)
	if err != nil {
		return err
	}
	for _, k := range reports {
		page.Reports = append(page.Reports, pages.ReportRow{At: k.ReceivedAt, Kind: k.Kind, From: k.MailFrom, Subject: k.Subject, Why: k.Why})
	}
	return r.showStaff(fiber.StatusOK, "System", layout.NavStaffSystem, []layout.Crumb{{Label: "System"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// oldestWords tells of the delivery that waits longest without naming its recipient.
func oldestWords(o *delivery.Oldest) string {
	text := "For " + delivery.DestinationName(o.Destination) + ", of the account “" + o.Account + "”, tried " + components.Plural(int64(o.Attempts), "time", "times") + "."
	if o.Why != "" {
		text += " " + o.Why
	}
	return text
}

// waitsLong is after which time a delivery that waits is worth a look.
const waitsLong = 4 * time.Hour

// attention lists what the person should look at, of what they may open.
func (s *Server) attention(r *request) (list []pages.Attention, err error) {
	for _, part := range []struct {
		needs office.Permission
		look  func(*request) ([]pages.Attention, error)
	}{
		{office.Enter, s.approvalsToGive},
		{office.ManageTerms, s.draftsToRead},
		{office.SeeSystem, s.checksToMend},
		{office.SeeDelivery, s.deliveryToSee},
		{office.SeeMoney, s.moneyToSee},
	} {
		if !r.roles.May(part.needs) {
			continue
		}
		found, err := part.look(r)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// approvalsToGive are the requests that this person may answer and did not make.
func (s *Server) approvalsToGive(r *request) (list []pages.Attention, err error) {
	waiting, err := s.Approvals.Waiting(r.ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range waiting {
		k, err := s.Approvals.Kind(one.Kind)
		if err != nil {
			return nil, err
		}
		if one.AskedBy != r.user.ID && r.roles.May(k.Permission) {
			list = append(list, pages.Attention{Text: one.AskedName + " asks for a second person: " + k.Title + ". “" + one.Reason + "”", URL: urls.StaffApprovals, Link: "Approvals"})
		}
	}
	return list, nil
}

// draftsToRead are texts that wait for somebody else than their writer.
func (s *Server) draftsToRead(r *request) (list []pages.Attention, err error) {
	drafts, err := s.TermsDesk.Drafts(r.ctx)
	for _, d := range drafts {
		if d.ApprovedBy.IsZero() && d.EditedBy != r.user.ID {
			list = append(list, pages.Attention{Text: "A draft of “" + d.Document.Name() + "” has not been read by a second person.", URL: urls.StaffDraft(string(d.Document), ""), Link: "The draft"})
		}
	}
	return list, err
}

// sweeperCheck tells whether a worker looks for due mail. It is no part of /readyz: this
// process answers well while the workers are away.
func (s *Server) sweeperCheck(r *request) (checked, error) {
	at, err := s.Destinations.LastSwept(r.ctx)
	c := checked{name: "worker"}
	switch ago := s.Clock.Now().Sub(at); {
	case err != nil || at.IsZero(): // none has ever run, as on the day of the installation
	case ago > delivery.SweptLately:
		c.problem = "last looked for due mail " + components.Took(ago) + " ago. What was accepted waits until one runs: start a worker, or look at its log."
	}
	return c, err
}

func (s *Server) checksToMend(r *request) (list []pages.Attention, _ error) {
	alive, err := s.sweeperCheck(r)
	if err != nil {
		return nil, err
	}
	for _, c := range append(s.checks(r.ctx), alive) {
		if c.problem != "" {
			list = append(list, pages.Attention{Text: c.name + ": " + c.problem, URL: urls.StaffSystem, Link: "System"})
		}
	}
	return list, nil
}

func (s *Server) deliveryToSee(r *request) (list []pages.Attention, err error) {
	troubled, err := s.Destinations.All(r.ctx)
	if err != nil {
		return nil, err
	}
	if n := len(troubled); n > 0 {
		list = append(list, pages.Attention{Text: components.Plural(int64(n), "destination limits us or turns us away.", "destinations limit us or turn us away."), URL: urls.StaffDestinations, Link: "Destinations"})
	}
	oldest, err := s.Destinations.Oldest(r.ctx)
	if err != nil {
		return nil, err
	}
	if oldest != nil && s.Clock.Now().Sub(oldest.CreatedAt) > waitsLong {
		list = append(list, pages.Attention{Text: "The oldest waiting delivery was accepted " + components.Span(s.Clock.Now().Sub(oldest.CreatedAt)) + " ago. " + oldestWords(oldest), URL: urls.StaffDestinationOf(oldest.Destination), Link: "Its destination"})
	}
	addresses, err := s.Sending.All(r.ctx)
	for _, a := range addresses {
		if !a.Usable() {
			list = append(list, pages.Attention{Text: a.Address + " does not send: " + a.State() + ".", URL: urls.StaffAddresses, Link: "Sending addresses"})
		}
	}
	return list, err
}

func (s *Server) moneyToSee(r *request) (list []pages.Attention, err error) {
	overdue, err := s.Billing.All(r.ctx, billing.Overdue, "", invoicesPerPage)
	if n := len(overdue); n > 0 {
		list = append(list, pages.Attention{Text: components.Plural(int64(n), "invoice is overdue.", "invoices are overdue."), URL: urls.WithQuery(urls.StaffInvoices, "state", string(billing.Overdue)), Link: "Invoices"})
	}
	return list, err
}
