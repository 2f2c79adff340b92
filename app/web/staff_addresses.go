package web

import (
	"net/netip"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffAddresses lists our sending addresses, and how each stands.
func (s *Server) staffAddresses(r *request) error { return s.showAddresses(r, fiber.StatusOK, nil) }

func (s *Server) showAddresses(r *request, status int, errs pages.Errors) error {
	list, err := s.Sending.All(r.ctx)
	if err != nil {
		return err
	}
	page := pages.StaffAddresses{Errors: errs}
	for _, a := range list {
		page.Rows = append(page.Rows, pages.AddressRow{Address: a.Address, Name: a.Name, Pool: a.Pool, State: a.State(), Usable: a.Usable(), Warming: a.Warming, Paused: a.Paused})
	}
	return r.showStaff(status, "Sending addresses", layout.NavStaffAddresses, []layout.Crumb{{Label: "Sending addresses"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffAddressAct pauses an address or lets it send again.
func (s *Server) staffAddressAct(r *request) error {
	address, err := netip.ParseAddr(r.post("address"))
	act := r.post("act")
	if err != nil || act != "pause" && act != "resume" {
		return fault.New(fault.NotFound, "There is no such address.")
	}
	reason, err := r.why("Say in a few words why, beside the button.")
	if err != nil {
		return s.showAddresses(r, fiber.StatusUnprocessableEntity, pages.Errors{"": fault.SafeText(err)})
	}
	if err := s.Sending.Pause(r.ctx, address.String(), act == "pause"); err != nil {
		return err
	}
	entry := audit.StaffEntry{StaffID: r.user.ID, Action: "address." + audit.Action(act) + "d", Object: audit.Object{ID: id.ID(address.String()), Name: address.String()}, Reason: reason}
	if err := s.Audit.Staff(r.ctx, entry); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "Done. Workers heed it within seconds."); err != nil {
		return err
	}
	return r.redirect(urls.StaffAddresses)
}
