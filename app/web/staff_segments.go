package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/newsletter"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffSegments lists the segments of customers, each counted now.
func (s *Server) staffSegments(r *request) error {
	rows, err := s.Newsletter.Segments(r.ctx)
	if err != nil {
		return err
	}
	var page pages.StaffSegments
	for _, row := range rows {
		count, err := s.Newsletter.Count(r.ctx, row.Rules)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, pages.StaffSegmentRow{ID: row.ID.String(), Name: row.Name, Rules: ruleWordsOf(row.Rules), Accounts: count.Accounts, Reached: count.Reached()})
	}
	return r.showStaff(fiber.StatusOK, "Customer segments", layout.NavStaffMailings, []layout.Crumb{{Label: "Mailings", URL: urls.StaffMailings}, {Label: "Customer segments"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func ruleWordsOf(r newsletter.Rules) string {
	var countries []string
	for _, code := range r.Countries {
		countries = append(countries, account.CountryName(code))
	}
	return pages.SegmentParts{
		Kind: string(r.Kind), State: string(r.State), Countries: countries, MinAge: r.MinAge, MaxAge: r.MaxAge, MinSent: r.MinSent, MaxSent: r.MaxSent, UsageDays: newsletter.UsageDays,
	}.Words()
}

// staffSegmentNew is the empty form.
func (s *Server) staffSegmentNew(r *request) error {
	return s.showCustomerSegment(r, fiber.StatusOK, pages.StaffSegment{})
}

// staffSegment is one segment with whom it finds now.
func (s *Server) staffSegment(r *request) error {
	segmentID, err := r.id()
	if err != nil {
		return err
	}
	row, err := s.Newsletter.Segment(r.ctx, segmentID)
	if err != nil {
		return err
	}
	c, err := s.Newsletter.Count(r.ctx, row.Rules)
	if err != nil {
		return err
	}
	rules := row.Rules
	page := pages.StaffSegment{
		ID: row.ID.String(), Name: row.Name, Kind: string(rules.Kind), State: string(rules.State), Countries: rules.Countries,
		MinAge: someNumber(rules.MinAge), MaxAge: someNumber(rules.MaxAge), MinSent: someNumber(rules.MinSent),
		Counted: true, Accounts: c.Accounts, People: c.People, Unconfirmed: c.Unconfirmed, Refused: c.Refused, Bounced: c.Suppressed, Reached: c.Reached(),
	}
	if rules.MaxSent != nil {
		page.MaxSent = strconv.Itoa(*rules.MaxSent)
	}
	return s.showCustomerSegment(r, fiber.StatusOK, page)
}

func someNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *Server) showCustomerSegment(r *request, status int, page pages.StaffSegment) error {
	title := "A new segment"
	if page.ID != "" {
		title = page.Name
	}
	page.AllCountries = countryOptions()
	crumbs := []layout.Crumb{{Label: "Mailings", URL: urls.StaffMailings}, {Label: "Customer segments", URL: urls.StaffSegments}, {Label: title}}
	return r.showStaff(status, title, layout.NavStaffMailings, crumbs, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffSegmentCreate makes a segment.
func (s *Server) staffSegmentCreate(r *request) error { return s.saveCustomerSegment(r, "") }

// staffSegmentSave changes one.
func (s *Server) staffSegmentSave(r *request) error {
	segmentID, err := r.id()
	if err != nil {
		return err
	}
	return s.saveCustomerSegment(r, segmentID)
}

type segmentFields struct {
	Name    string `form:"name"`
	Kind    string `form:"kind"`
	State   string `form:"state"`
	MinAge  string `form:"min_age"`
	MaxAge  string `form:"max_age"`
	MinSent string `form:"min_sent"`
	MaxSent string `form:"max_sent"`
}

func (s *Server) saveCustomerSegment(r *request, segmentID id.ID) error {
	var f segmentFields
	if err := r.bind(&f); err != nil {
		return err
	}
	page := pages.StaffSegment{
		ID: segmentID.String(), Name: f.Name, Kind: f.Kind, State: f.State, MinAge: f.MinAge, MaxAge: f.MaxAge, MinSent: f.MinSent, MaxSent: f.MaxSent, Countries: r.posts("countries"),
	}
	rules, err := f.rules(page.Countries)
	var row newsletter.Segment
	if err == nil {
		row, err = s.Newsletter.SaveSegment(r.ctx, r.user.ID, segmentID, f.Name, rules)
	}
	if status, errs, ok := refusal(err); ok {
		page.Errors = errs
		return s.showCustomerSegment(r, status, page)
	}
	if err != nil {
		return err
	}
	return r.doneAt(urls.StaffSegment(row.ID.String(), ""), "The segment is saved.")
}

// rules reads the numbers; an empty field asks nothing.
func (f segmentFields) rules(countries []string) (newsletter.Rules, error) {
	rules := newsletter.Rules{Kind: account.Kind(f.Kind), State: account.State(f.State), Countries: countries}
	fields := map[string]string{}
	number := func(name, typed string) int {
		typed = strings.TrimSpace(typed)
		n, err := strconv.Atoi(typed)
		if typed != "" && (err != nil || n < 0) {
			fields[name] = "A whole number, please, or nothing."
		}
		return n
	}
	rules.MinAge, rules.MaxAge, rules.MinSent = number("min_age", f.MinAge), number("max_age", f.MaxAge), number("min_sent", f.MinSent)
	if n := number("max_sent", f.MaxSent); strings.TrimSpace(f.MaxSent) != "" {
		rules.MaxSent = &n
	}
	if len(fields) > 0 {
		return rules, &fault.Error{Kind: fault.Invalid, Safe: "Please look at the form again.", Fields: fields}
	}
	return rules, nil
}

// staffSegmentRemove forgets one.
func (s *Server) staffSegmentRemove(r *request) error {
	segmentID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Newsletter.RemoveSegment(r.ctx, r.user.ID, segmentID); err != nil {
		return err
	}
	return r.doneAt(urls.StaffSegments, "The segment is removed.")
}
