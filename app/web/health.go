package web

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
)

// Check is something the instance needs in order to serve. Its error's safe text is
// shown when it fails, the rest goes to the log.
type Check struct {
	Name string
	Run  func(context.Context) error
}

const checkTimeout = 3 * time.Second

// alive answers whether the process runs.
func (s *Server) alive(r *request) error { return r.c.SendString("ok\n") }

// ready answers whether it can do its work, with the reason when it cannot.
func (s *Server) ready(r *request) error {
	if s.draining.Load() {
		return r.c.Status(fiber.StatusServiceUnavailable).SendString("stopping\n")
	}
	var b strings.Builder
	status := fiber.StatusOK
	for _, c := range s.checks(r.ctx) {
		if c.problem != "" {
			status = fiber.StatusServiceUnavailable
		}
		b.WriteString(c.name + ": " + cmp.Or(c.problem, "ok") + "\n")
	}
	if status == fiber.StatusOK {
		b.WriteString("ready\n")
	}
	return r.c.Status(status).SendString(b.String())
}

// checked is what a Check found: a problem in words that are safe to show, or "".
type checked struct{ name, problem string }

// checks asks for everything that the instance needs.
func (s *Server) checks(ctx context.Context) (all []checked) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	for _, check := range s.Ready {
		c := checked{name: check.Name}
		if err := check.Run(ctx); err != nil {
			c.problem = "not answering"
			if !fault.Is(err, fault.Internal) {
				c.problem = fault.SafeText(err)
			}
			s.Log.Warn("not ready", "check", check.Name, "error", err)
		}
		all = append(all, c)
	}
	return all
}
