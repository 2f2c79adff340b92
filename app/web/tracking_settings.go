package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/tracking"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// trackingSettings shows what the account wants to be tracked.
func (s *Server) trackingSettings(r *request) error {
	choices, err := s.Switches.Of(r.ctx, r.scope, "")
	if err != nil {
		return err
	}
	return s.showTracking(r, fiber.StatusOK, choices, nil)
}

// trackingSave stores it.
func (s *Server) trackingSave(r *request) error {
	choices, err := r.choices()
	if status, errs, ok := refusal(err); ok {
		return s.showTracking(r, status, choices, errs)
	}
	if err := s.Switches.Choose(r.ctx, r.scope, "", choices); err != nil {
		return err
	}
	return r.doneAt(r.urls().SettingsTracking(), "Saved. It holds for mail from now on.")
}

func (s *Server) showTracking(r *request, status int, choices tracking.Choices, errs pages.Errors) error {
	return r.show(status, "Tracking", func(p layout.Page) view {
		p.Active = layout.NavSettings
		p.Breadcrumbs = []layout.Crumb{{Label: "Settings", URL: r.urls().Settings()}, {Label: "Tracking"}}
		return pages.TrackingSettings{Page: p, Switches: switchesOf(choices, nil), Denied: r.denied(account.ManageProfile), Errors: errs}
	})
}

func fieldOf(sw tracking.Switch) string { return string(sw.Stream) + "_" + string(sw.Kind) }

// switchesOf shows choices, and what holds where they leave it open.
func switchesOf(choices, below tracking.Choices) (list []pages.TrackingSwitch) {
	for _, sw := range tracking.Switchable {
		stands := tracking.Defaults(sw)
		if below[sw] != tracking.Default {
			stands = below[sw] == tracking.On
		}
		list = append(list, pages.TrackingSwitch{Name: fieldOf(sw), Value: string(choices[sw]), Stands: stands})
	}
	return list
}

// choices reads the switches of a form.
func (r *request) choices() (tracking.Choices, error) {
	choices := tracking.Choices{}
	for _, sw := range tracking.Switchable {
		switch c := tracking.Choice(r.post(fieldOf(sw))); c {
		case tracking.Default, tracking.On, tracking.Off:
			choices[sw] = c
		default:
			return choices, fault.Field(fieldOf(sw), "Choose one of the answers.")
		}
	}
	return choices, nil
}

// domainTracking stores where a domain differs from its account.
func (s *Server) domainTracking(r *request) error {
	domainID, err := r.id()
	if err != nil {
		return err
	}
	if _, err := s.Domains.Get(r.ctx, r.scope, domainID); err != nil {
		return err
	}
	choices, err := r.choices()
	if err != nil {
		return err
	}
	if err := s.Switches.Choose(r.ctx, r.scope, domainID, choices); err != nil {
		return err
	}
	return r.doneAt(r.urls().Domain(domainID.String()), "Saved. It holds for mail from now on.")
}

// trackingOf is the part of a domain's page.
func (s *Server) trackingOf(r *request, domainID id.ID) (page pages.DomainTracking, err error) {
	own, err := s.Switches.Of(r.ctx, r.scope, domainID)
	if err != nil {
		return page, err
	}
	whole, err := s.Switches.Of(r.ctx, r.scope, "")
	if err != nil {
		return page, err
	}
	return pages.DomainTracking{Switches: switchesOf(own, whole), Denied: r.denied(account.ManageDomains)}, nil
}

// staffLinks shows where links lead nobody any more.
func (s *Server) staffLinks(r *request) error {
	return s.showStaffLinks(r, fiber.StatusOK, pages.StaffLinks{})
}

func (s *Server) showStaffLinks(r *request, status int, page pages.StaffLinks) error {
	list, err := s.Stops.List(r.ctx)
	if err != nil {
		return err
	}
	for _, one := range list {
		page.Rows = append(page.Rows, pages.StoppedLink{Target: one.Target, Reason: one.Reason, At: one.StoppedAt})
	}
	return r.show(status, "Stopped links", func(p layout.Page) view {
		p.Active = layout.NavStaffLinks
		page.Page = p
		return page
	})
}

// staffLinksStop ends that links lead somewhere.
func (s *Server) staffLinksStop(r *request) error {
	target, reason := r.post("target"), r.post("reason")
	if !isText(target + reason) {
		return fault.Field("target", "This field holds characters that are no text.")
	}
	err := s.Stops.Stop(r.ctx, target, reason, r.user.ID)
	if status, errs, ok := refusal(err); ok {
		return s.showStaffLinks(r, status, pages.StaffLinks{Target: target, Reason: reason, Errors: errs})
	}
	if err != nil {
		return err
	}
	if err := s.Audit.Staff(r.ctx, audit.StaffEntry{StaffID: r.user.ID, Action: "link.stopped", Reason: target + ": " + reason}); err != nil {
		return err
	}
	return r.doneAt(urls.StaffLinks, "Stopped. Within ten seconds nobody is led there any more.")
}

// staffLinksAllow takes it back.
func (s *Server) staffLinksAllow(r *request) error {
	target := r.post("target")
	if !isText(target) {
		return errNoPage()
	}
	if err := s.Stops.Allow(r.ctx, target); err != nil {
		return err
	}
	if err := s.Audit.Staff(r.ctx, audit.StaffEntry{StaffID: r.user.ID, Action: "link.allowed", Reason: target}); err != nil {
		return err
	}
	return r.doneAt(urls.StaffLinks, "Allowed again.")
}
