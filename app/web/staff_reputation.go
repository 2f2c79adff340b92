package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/reputation"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const casesPerPage = 50

// staffCases leads to where the cases are.
func (s *Server) staffCases(r *request) error { return r.redirect(urls.StaffReputation) }

// staffReputation lists cases.
func (s *Server) staffReputation(r *request) error {
	return s.showReputation(r, fiber.StatusOK, pages.StaffReputation{})
}

func (s *Server) showReputation(r *request, status int, page pages.StaffReputation) error {
	page.All = r.query("all") != ""
	list, err := s.Reputation.Cases(r.ctx, page.All, idOrNone(r.query("before")), casesPerPage+1)
	if err != nil {
		return err
	}
	if len(list) > casesPerPage {
		list = list[:casesPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffReputation, "all", r.query("all"), "before", list[len(list)-1].ID.String())}
	}
	for _, c := range list {
		state, words := standingState(reputation.Standing{Level: c.Level, Suspended: c.Suspended, Stopped: c.Stopped})
		page.Rows = append(page.Rows, pages.CaseRow{
			AccountID: c.AccountID.String(), Account: c.Account, State: state, Words: words, OpenedBy: c.OpenedBy, OpenedAt: c.OpenedAt,
			Closed: c.ClosedAt != nil, Appealed: c.Appealed, LiftAsks: c.LiftAsked,
		})
	}
	e, err := s.Reputation.Emergency(r.ctx)
	if err != nil {
		return err
	}
	if e != nil {
		people, err := s.Terms.People(r.ctx, e.Staff)
		if err != nil {
			return err
		}
		page.Stopped, page.StopBy, page.StopAt = e.Reason, people[e.Staff], e.Since
	}
	return r.showStaff(status, "Cases", layout.NavStaffReputation, []layout.Crumb{{Label: "Cases"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffEverything stops all mail, or lets it go on.
func (s *Server) staffEverything(r *request) error {
	by := reputation.Staff{ID: r.user.ID, Reason: r.post("reason")}
	do, done := s.Reputation.StopEverything, "All mail is stopped. At every worker within ten seconds."
	switch r.post("act") {
	case "stop":
	case "start":
		do, done = s.Reputation.StartEverything, "Mail goes on."
	default:
		return errNoAct
	}
	err := do(r.ctx, by)
	if status, errs, ok := refusal(err); ok {
		return s.showReputation(r, status, pages.StaffReputation{Reason: by.Reason, Errors: errs})
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Warn, done); err != nil {
		return err
	}
	return r.redirect(urls.StaffReputation)
}

// staffCase shows how one account stands, and its case.
func (s *Server) staffCase(r *request) error {
	return s.showCase(r, fiber.StatusOK, pages.StaffCase{})
}

func (s *Server) showCase(r *request, status int, page pages.StaffCase) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	p, err := s.Reputation.Picture(r.ctx, accountID)
	if err != nil {
		return err
	}
	page.AccountID, page.Account = accountID.String(), p.Account
	page.State, page.Words = standingState(p.Standing)
	page.Sentence, page.Rows = standingSentence(p), figureRows(p)
	page.CaseOpen = !p.CaseID.IsZero()
	page.Steps, page.Notes, page.Acts = stepRows(p, nil), noteRows(p), actsOn(p)
	if page.Kind == "" {
		page.Kind = string(reputation.Answer)
	}
	asked, waits, err := s.Approvals.WaitingFor(r.ctx, account.LiftSuspension, accountID)
	if err != nil {
		return err
	}
	if waits {
		page.LiftBy, page.LiftReason, page.LiftMine = asked.AskedName, asked.Reason, asked.AskedBy == r.user.ID
	}
	if p.New {
		page.Limit, page.Used = components.Count(p.Start.Limit()), components.Count(p.Start.Taken)
	}
	return r.showStaff(status, p.Account, layout.NavStaffReputation, []layout.Crumb{{Label: "Cases", URL: urls.StaffReputation}, {Label: p.Account}}, func(frame layout.Page) view {
		page.Page = frame
		return page
	})
}

// letGo begins the name of the act that lets a campaign go on; its id follows.
const letGo = "let_go "

// actsOn are what staff can decide as the account stands.
func actsOn(p reputation.Picture) (acts []components.Option) {
	add := func(when bool, value, label, hint string) {
		if when {
			acts = append(acts, components.Option{Value: value, Label: label, Hint: hint})
		}
	}
	add(p.Level > reputation.Good && !p.Suspended, "lift", "Lift it", "Figures begin anew.")
	add(p.Level >= reputation.Slowed && !p.Kept, "keep", "Keep it", "It stays until we lift it, whatever the figures become.")
	for _, c := range p.Campaigns {
		add(true, letGo+c.CampaignID.String(), "Let “"+c.Name+"” go on", "Its figures do not pause it again.")
	}
	add(p.Suspended, "ask_lift", "Ask to lift the suspension", "A second person has to agree.")
	add(p.Stopped, "start", "Let mail go on", "What waited goes on too.")
	add(!p.Stopped, "stop", "Stop its mail now", "At every worker within ten seconds. Anybody of staff can start it again.")
	add(!p.Suspended, "suspend", "Suspend the account", "Nothing is sent. Two people have to lift it.")
	add(!p.Trusted && p.New, "trust", "Trust it", "The limits of new accounts are over for it.")
	add(!p.CaseID.IsZero() && !p.Held(true), "close", "Close the case", "")
	return acts
}

// staffCaseDecide does what somebody decided.
func (s *Server) staffCaseDecide(r *request) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	by := reputation.Staff{ID: r.user.ID, Reason: r.post("reason")}
	act, done := r.post("act"), "It is decided, and the customer is told."
	switch act {
	case "lift":
		err = s.Reputation.Lift(r.ctx, by, accountID)
	case "keep":
		err = s.Reputation.Keep(r.ctx, by, accountID)
	case "suspend":
		err = s.Reputation.Suspend(r.ctx, by, accountID)
	case "ask_lift":
		done = "Asked for. Somebody else has to approve it."
		_, err = s.Approvals.Ask(r.ctx, r.approver(), account.LiftSuspension, accountID, accountID, by.Reason)
	case "stop":
		err = s.Reputation.Stop(r.ctx, by, accountID)
	case "start":
		err = s.Reputation.Begin(r.ctx, by, accountID)
	case "trust":
		err = s.Reputation.Trust(r.ctx, by, accountID)
	case "close":
		err = s.Reputation.CloseCase(r.ctx, by, accountID)
	default:
		err = errNoAct
		if campaign, ok := strings.CutPrefix(act, letGo); ok && idOrNone(campaign) != "" {
			err = s.Reputation.LetGo(r.ctx, by, accountID, idOrNone(campaign))
		}
	}
	if fault.Is(err, fault.Conflict) {
		return s.showCase(r, fiber.StatusUnprocessableEntity, pages.StaffCase{Act: act, Reason: by.Reason, Errors: pages.Errors{"act": fault.SafeText(err)}})
	}
	if status, errs, ok := refusal(err); ok {
		return s.showCase(r, status, pages.StaffCase{Act: act, Reason: by.Reason, Errors: errs})
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(urls.StaffCase(accountID.String()))
}

// staffCaseSay answers the customer, or notes something for staff.
func (s *Server) staffCaseSay(r *request) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	kind := reputation.NoteKind(r.post("kind"))
	err = s.Reputation.Say(r.ctx, r.user.ID, accountID, kind, r.post("text"))
	if fault.Is(err, fault.Conflict) {
		return s.showCase(r, fiber.StatusUnprocessableEntity, pages.StaffCase{Kind: string(kind), Text: r.post("text"), Errors: pages.Errors{"text": fault.SafeText(err)}})
	}
	if status, errs, ok := refusal(err); ok {
		return s.showCase(r, status, pages.StaffCase{Kind: string(kind), Text: r.post("text"), Errors: errs})
	}
	if err != nil {
		return err
	}
	return r.redirect(urls.StaffCase(accountID.String()))
}
