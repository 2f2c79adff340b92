package web

import (
	"time"

	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/views/pages"
)

// repeatForm is how often a campaign looks for new members, as it was typed.
type repeatForm struct {
	Every string `form:"repeat"`
	At    string `form:"repeat_at"`
}

func (f repeatForm) repeat() (r broadcast.Repeat, err error) {
	r.Every = broadcast.Interval(f.Every)
	if r.Every != broadcast.Daily {
		return r, nil
	}
	at, err := time.Parse("15:04", f.At)
	if err != nil {
		return r, fault.Field("repeat_at", "Give a time such as 09:00.")
	}
	r.At = at.Hour()*60 + at.Minute()
	return r, nil
}

// campaignRepeat says how often a campaign that was started goes to new members.
func (s *Server) campaignRepeat(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	var f repeatForm
	err = r.bind(&f)
	var repeat broadcast.Repeat
	if err == nil {
		repeat, err = f.repeat()
	}
	if err == nil {
		err = s.Campaigns.SetRepeat(r.ctx, r.scope, c.ID, repeat)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showCampaign(r, status, c, "", errs)
	}
	if err != nil {
		return err
	}
	words := "It goes to new members by itself now."
	if !repeat.Any() {
		words = "It goes to no new members any more. Who has it keeps it."
	}
	return r.doneAt(r.urls().Campaign(c.ID.String()), words)
}

// shownRounds is how many rounds a page shows.
const shownRounds = 15

// addRounds adds what a campaign does for new members.
func (s *Server) addRounds(r *request, page *pages.CampaignShow, c broadcast.Campaign) error {
	if c.Round > 0 {
		page.Round, page.HeadID = c.Round, c.ParentID.String()
		return nil
	}
	if c.State == broadcast.Cancelled {
		return nil
	}
	rounds, err := s.Campaigns.Rounds(r.ctx, r.scope, c, shownRounds)
	if err != nil {
		return err
	}
	sums, err := s.Campaigns.SumsOf(r.ctx, r.scope, idsOf(rounds))
	if err != nil {
		return err
	}
	page.Repeat = &pages.CampaignRepeat{Every: string(c.Plan.Repeat.Every), At: clockOf(c.Plan.Repeat.At), Next: timeOrZero(c.RepeatAt), Zone: c.Plan.Zone}
	if c.Plan.Repeat.Every != broadcast.Daily {
		page.Repeat.At = "09:00"
	}
	for _, x := range rounds {
		n := sums[x.ID]
		page.Repeat.Rounds = append(page.Repeat.Rounds, pages.RoundRow{
			ID: x.ID.String(), Number: x.Round, State: string(x.State), At: x.CreatedAt, Audience: n.Audience, Sent: n.Sent, Waiting: n.Waiting, Failed: n.Failed,
		})
	}
	return nil
}
