package web

import (
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
	ctx, cancel := context.WithTimeout(r.ctx, checkTimeout)
	defer cancel()
	var b strings.Builder
	status := fiber.StatusOK
	for _, check := range s.Ready {
		verdict := "ok"
		if err := check.Run(ctx); err != nil {
			status, verdict = fiber.StatusServiceUnavailable, "not answering"
			if !fault.Is(err, fault.Internal) {
				verdict = fault.SafeText(err)
			}
			s.Log.Warn("not ready", "check", check.Name, "error", err)
		}
		b.WriteString(check.Name + ": " + verdict + "\n")
	}
	if status == fiber.StatusOK {
		b.WriteString("ready\n")
	}
	return r.c.Status(status).SendString(b.String())
}
