package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/reputation"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// standingShow tells an account how it stands.
func (s *Server) standingShow(r *request) error {
	return s.showStanding(r, fiber.StatusOK, pages.StandingShow{})
}

// standingAppeal takes what a customer has to say to it.
func (s *Server) standingAppeal(r *request) error {
	err := s.Reputation.Appeal(r.ctx, r.scope, r.post("text"))
	if status, errs, ok := refusal(err); ok {
		return s.showStanding(r, status, pages.StandingShow{Text: r.post("text"), Errors: errs})
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "We have it. A person reads it and answers here and by mail."); err != nil {
		return err
	}
	return r.redirect(r.urls().Standing())
}

func (s *Server) showStanding(r *request, status int, page pages.StandingShow) error {
	p, err := s.Reputation.Own(r.ctx, r.scope.AccountID())
	if err != nil {
		return err
	}
	page.State, page.Words = standingState(p.Standing)
	page.Sentence = standingSentence(p)
	page.Rows, page.Steps, page.Notes = figureRows(p), stepRows(p, r.urls().Campaign), noteRows(p)
	if len(page.Steps) > 0 && page.State != "good" {
		page.WayOut, page.Steps[0].WayOut = page.Steps[0].WayOut, "" // once is enough
	}
	addLimit(p, &page)
	if !r.role.May(account.SendMail) {
		page.Denied = r.role.WhyNot(account.SendMail)
	}
	return r.show(status, "Standing", func(frame layout.Page) view {
		frame.Active = layout.NavStanding
		page.Page = frame
		return page
	})
}

// standingState is where an account stands, by name and in words.
func standingState(st reputation.Standing) (state, words string) {
	switch {
	case st.Stopped:
		return "stopped", "Stopped"
	case st.Suspended:
		return "suspended", "Suspended"
	}
	return [...]string{"good", "warned", "slowed", "broadcast_held", "all_held"}[st.Level], st.Level.Words()
}

// standingSentence says what holds and until when.
func standingSentence(p reputation.Picture) string {
	until := ""
	if p.Until != nil {
		until = " It is lifted by itself by " + p.Until.UTC().Format("2 January 15:04") + " UTC, if nothing bad comes until then."
	}
	switch {
	case p.Stopped:
		return "Nothing is sent for this account for the moment. What waits is kept."
	case p.Suspended:
		return "Nothing is sent for this account. What waits is kept, and everything can be read and exported."
	case p.Level == reputation.AllHeld:
		return "All mail waits." + until
	case p.Level == reputation.BroadcastHeld:
		return "Newsletters and other broadcast mail wait. Transactional mail goes on as ever." + until
	case p.Level == reputation.Slowed:
		return fmt.Sprintf("Broadcast mail leaves at %s a minute. Transactional mail goes on as ever.", components.Count(int64(p.PerMinute))) + until
	case p.Level == reputation.Warned:
		return "Nothing is held, but a figure is above the line at which we warn."
	case p.Broadcast.Week.Ended+p.Transactional.Week.Ended == 0:
		return "Nothing is held, and nothing was sent in the last 7 days."
	}
	return "Nothing is held. The figures are below every threshold."
}

// figureRows are bounces and complaints of both streams, and the provider that refuses most.
func figureRows(p reputation.Picture) (rows []pages.FigureRow) {
	names := map[reputation.Figure]string{reputation.Bounces: "Bounces", reputation.Complaints: "Complaints", reputation.Refusals: "Refused as spam"}
	for _, stream := range []struct {
		name string
		f    reputation.Figures
	}{{"broadcast", p.Broadcast}, {"transactional", p.Transactional}} {
		for _, t := range reputation.Thresholds {
			row := pages.FigureRow{
				What: names[t.Figure] + ", " + stream.name, Warn: t.Warn / scaleOf(t), Hold: t.Hold / scaleOf(t),
				Thresholds: reputation.Percent(t.Warn) + " warned, " + reputation.Percent(t.Slow) + " slowed, " + reputation.Percent(t.Hold) + " held",
				Day:        figureCell(t, stream.f.Day), Week: figureCell(t, stream.f.Week),
			}
			if t.Figure == reputation.Refusals {
				row.Thresholds += ", at one provider in 24 hours"
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// scaleOf is what the whole bar stands for.
func scaleOf(t reputation.Threshold) float64 { return t.Hold * 1.25 }

func figureCell(t reputation.Threshold, w reputation.Window) pages.FigureCell {
	n := map[reputation.Figure]int64{reputation.Bounces: w.Hard, reputation.Complaints: w.Complained, reputation.Refusals: w.Refused}[t.Figure]
	rate := w.Rate(t.Figure)
	cell := pages.FigureCell{Text: "Nothing sent", Tone: components.ToneGood, Fill: min(1, rate/scaleOf(t))}
	if w.Ended > 0 {
		cell.Text = components.Count(n) + " of " + components.Count(w.Ended) + " (" + reputation.Percent(rate) + ")"
	}
	switch {
	case w.Ended < t.Least:
		cell.Tone = components.ToneWaiting
	case rate >= t.Hold:
		cell.Tone = components.ToneBad
	case rate >= t.Warn:
		cell.Tone = components.ToneWarn
	}
	return cell
}

func stepRows(p reputation.Picture, campaign func(string) string) (rows []pages.StandingStep) {
	words := map[reputation.Kind]string{
		reputation.StepWarned: "Warned", reputation.StepSlowed: "Slowed", reputation.StepBroadcast: "Broadcast held", reputation.StepAll: "All held", reputation.StepEased: "Eased",
		reputation.StepLifted: "Lifted", reputation.StepKept: "Kept", reputation.StepSuspended: "Suspended", reputation.StepRestored: "Suspension lifted",
		reputation.StepStopped: "Stopped", reputation.StepStarted: "Started", reputation.StepCampaign: "Campaign paused", reputation.StepLetGo: "Campaign let go",
		reputation.StepTrusted: "Trusted", reputation.StepContent: "Content held", reputation.StepClosed: "Case closed",
	}
	tones := map[reputation.Kind]string{
		reputation.StepWarned: "tone-warn", reputation.StepSlowed: "tone-warn", reputation.StepKept: "tone-warn",
		reputation.StepBroadcast: "tone-bad", reputation.StepAll: "tone-bad", reputation.StepSuspended: "tone-bad", reputation.StepStopped: "tone-bad", reputation.StepCampaign: "tone-bad", reputation.StepContent: "tone-bad",
		reputation.StepClosed: "tone-waiting",
	}
	for _, step := range p.Steps {
		row := pages.StandingStep{What: words[step.Kind], Tone: "tone-good", Words: step.Words, WayOut: step.WayOut, Reason: step.Reason, At: step.At}
		if tone := tones[step.Kind]; tone != "" {
			row.Tone = tone
		}
		if !step.Staff.IsZero() {
			if row.By = p.People[step.Staff]; row.By == "" {
				row.By = "our staff"
			}
		}
		if campaign != nil && !step.CampaignID.IsZero() {
			row.URL = campaign(step.CampaignID.String())
		}
		rows = append(rows, row)
	}
	return rows
}

func noteRows(p reputation.Picture) (rows []pages.StandingNote) {
	for _, n := range p.Notes {
		row := pages.StandingNote{Kind: string(n.Kind), Text: n.Text, At: n.At, Who: map[reputation.NoteKind]string{
			reputation.Appeal: "You wrote", reputation.Answer: "We answered",
		}[n.Kind]}
		if p.People != nil {
			row.Who = map[reputation.NoteKind]string{
				reputation.Appeal: "The customer", reputation.Answer: "Answer", reputation.Remark: "Note, staff only", reputation.Sign: "Seen by the program",
			}[n.Kind]
			if who := p.People[n.Author]; who != "" {
				row.Who += " · " + who
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// addLimit tells a new account what it may send, and what lifts that.
func addLimit(p reputation.Picture, page *pages.StandingShow) {
	if !p.New {
		return
	}
	most := p.Start.Limit()
	page.Limit, page.Used = components.Count(most), components.Count(p.Start.Taken)
	page.LimitBar = pages.FigureCell{Fill: min(1, float64(p.Start.Taken)/float64(most)), Tone: components.ToneAccent}
	next := "no limit"
	if p.Start.Rung+1 < len(reputation.Ladder) {
		next = components.Count(reputation.Ladder[p.Start.Rung+1])
	}
	page.Lifts = fmt.Sprintf("After a day on which at least a quarter of it was used, the limit becomes %s, as long as bounces stay under 2 %% and complaints under 0.1 %%. New accounts send one mail a second, and to %d recipients with one message. Tell us below if you need more sooner.", next, reputation.NewRecipients)
}

// addStandingBanner says on every page of an account that its mail is held.
func (r *request) addStandingBanner(p *layout.Page) error {
	if r.account.ID.IsZero() || r.server.Reputation == nil {
		return nil
	}
	st, err := r.server.Reputation.Brief(r.ctx, r.account.ID)
	if err != nil || st == nil || st.Suspended || st.Level <= reputation.Warned && !st.Stopped { // a suspension has its own banner
		return err
	}
	_, words := standingState(*st)
	banner := layout.Banner{Tone: layout.Warn, Title: words + ".", Text: standingSentence(reputation.Picture{Standing: *st, PerMinute: 0}), Action: "Why, and what to do", URL: urls.Account(r.account.Slug).Standing()}
	if st.Held(true) {
		banner.Tone = layout.Bad
	}
	if st.Level == reputation.Slowed && !st.Held(true) {
		banner.Text = "Broadcast mail leaves slowly. Transactional mail goes on as ever."
	}
	p.Banners = append(p.Banners, banner)
	if p.Account != nil && st.Held(true) {
		p.Account.Sending = "paused"
	}
	return nil
}

var errNoAct = fault.Field("act", "Choose what is to be done.")
