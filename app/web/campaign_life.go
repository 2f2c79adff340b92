package web

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// campaignStart starts a draft that nothing keeps from it.
func (s *Server) campaignStart(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	return s.startCampaign(r, c)
}

func (s *Server) startCampaign(r *request, c broadcast.Campaign) error {
	err := s.Audiences.Start(r.ctx, r.scope, c)
	if status, errs, ok := refusal(err); ok {
		return s.showCampaign(r, status, c, "send", errs)
	}
	if err != nil {
		return err
	}
	return r.redirect(r.urls().Campaign(c.ID.String()))
}

// campaignAct does one thing to a campaign's life and leads back to its page.
func (s *Server) campaignAct(do func(context.Context, account.Scope, id.ID) error) func(*request) error {
	return func(r *request) error {
		c, err := s.campaign(r)
		if err != nil {
			return err
		}
		err = do(r.ctx, r.scope, c.ID)
		if status, errs, ok := refusal(err); ok {
			return s.showCampaign(r, status, c, "", errs)
		}
		if err != nil {
			return err
		}
		return r.redirect(r.urls().Campaign(c.ID.String()))
	}
}

// campaignRemove removes a draft.
func (s *Server) campaignRemove(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	err = s.Campaigns.Remove(r.ctx, r.scope, c.ID)
	if status, errs, ok := refusal(err); ok {
		return s.showCampaign(r, status, c, "", errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Campaigns(), "The draft is removed.")
}

// campaignCopy makes a draft like it, or one that follows it.
func (s *Server) campaignCopy(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	copied, err := s.Campaigns.Copy(r.ctx, r.scope, c.ID, broadcast.Follows(r.post("follows")))
	if status, errs, ok := refusal(err); ok {
		return s.showCampaign(r, status, c, "", errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "This is a new draft. Nothing of it is sent before you start it."); err != nil {
		return err
	}
	return r.redirect(r.urls().Campaign(copied.ID.String()))
}

// campaignTest sends the mail as it is now to whoever asks.
func (s *Server) campaignTest(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	if !c.Editable() {
		return fault.New(fault.Conflict, "A test is sent from a draft. Copy the campaign for one.")
	}
	for i := range max(1, len(c.Content)) {
		if err = s.Audiences.Test(r.ctx, r.scope, c, i, r.user.Email); err != nil {
			break
		}
	}
	if fault.Is(err, fault.Forbidden) {
		return s.showCampaign(r, fiber.StatusUnprocessableEntity, c, "checks", pages.Errors{"": fault.SafeText(err)})
	}
	if status, errs, ok := refusal(err); ok {
		return s.showCampaign(r, status, c, "checks", pages.Errors{"": firstOf(errs)})
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().CampaignStep(c.ID.String(), "checks"), "The test is on its way to "+r.user.Email+".")
}

// campaignWinner ends the test of variants.
func (s *Server) campaignWinner(r *request) error {
	variant, err := strconv.Atoi(r.post("variant"))
	if err != nil {
		variant = -1
	}
	return s.campaignAct(func(ctx context.Context, scope account.Scope, campaignID id.ID) error {
		return s.Campaigns.Choose(ctx, scope, campaignID, variant)
	})(r)
}
