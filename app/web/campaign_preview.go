package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
)

// campaignPreview is the mail itself, as one contact or somebody made up gets it. It is
// shown in a sandboxed frame, and sandboxes itself as well (H-30).
func (s *Server) campaignPreview(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	variant, err := strconv.Atoi(r.query("variant"))
	if err != nil {
		variant = max(0, c.Winner)
	}
	mail, err := s.Audiences.Preview(r.ctx, r.scope, c, variant, idOrNone(r.query("contact")))
	if fault.Is(err, fault.Invalid) {
		return s.sendContentAs(r, "text/plain; charset=utf-8", "There is nothing to show yet. "+fault.SafeText(err))
	}
	if err != nil {
		return err
	}
	if mail.HTML == "" || r.query("part") == "text" {
		return s.sendContentAs(r, fiber.MIMETextPlainCharsetUTF8, mail.Text)
	}
	return s.sendContentAs(r, fiber.MIMETextHTMLCharsetUTF8, mail.HTML)
}

// campaignClicks is the mail with the share of people who clicked beside each link.
func (s *Server) campaignClicks(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	mail, err := s.Audiences.Preview(r.ctx, r.scope, c, max(0, c.Winner), "")
	if err != nil {
		return err
	}
	sums, err := s.Campaigns.Sums(r.ctx, r.scope, c.ID)
	if err != nil {
		return err
	}
	report, err := s.Reports.Of(r.ctx, r.scope, c.ID)
	if err != nil {
		return err
	}
	return s.sendContentAs(r, fiber.MIMETextHTMLCharsetUTF8, clickMap(mail.HTML, report.Links, sums.Sent))
}
