package web

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/id"
)

// outer surrounds every request: it gives it a reference, sets the headers, turns
// what comes back as error or panic into a page, and writes the access log.
func (s *Server) outer(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	r := &request{server: s, c: c, ctx: ctx, reference: id.New(), started: s.Clock.Now()}
	c.Locals(requestKey{}, r)
	s.setHeaders(c)
	c.Set(fiber.HeaderXRequestID, r.reference.String())
	if s.draining.Load() {
		c.Context().SetConnectionClose() // the next request goes to another process
	}
	err := r.readBody()
	if err == nil {
		err = safely(c.Next)
	}
	if err != nil {
		s.answerError(r, err)
	}
	r.endBody()
	s.logAccess(r)
	return nil
}

// safely runs what answers, or what goes on after the answer began; a panic becomes an error
// with its stack.
func safely(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return run()
}

// logAccess names the route, not the path: paths carry tokens. No addresses.
func (s *Server) logAccess(r *request) {
	s.Log.Debug("request", "method", r.c.Method(), "route", r.route.Path, "status", r.c.Response().StatusCode(),
		"duration", s.Clock.Now().Sub(r.started), "reference", r.reference)
}
