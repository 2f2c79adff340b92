package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"smtpserver/app/fault"
	"smtpserver/views/urls"
)

// statusOf translates a fault's kind, here and nowhere else.
var statusOf = map[fault.Kind]int{
	fault.Invalid:      fiber.StatusUnprocessableEntity,
	fault.Unauthorized: fiber.StatusUnauthorized,
	fault.Forbidden:    fiber.StatusForbidden,
	fault.NotFound:     fiber.StatusNotFound,
	fault.Conflict:     fiber.StatusConflict,
	fault.Limited:      fiber.StatusTooManyRequests,
	fault.Unavailable:  fiber.StatusServiceUnavailable,
	fault.Internal:     fiber.StatusInternalServerError,
}

// answerError turns what a handler returned into an answer. It never shows an
// error's own text; what is ours to mend is logged under the shown reference.
func (s *Server) answerError(r *request, err error) {
	if errors.Is(err, context.DeadlineExceeded) && fault.Is(err, fault.Internal) {
		err = fault.Wrap(fault.Unavailable, "This took too long. Please try again in a moment.", err)
	}
	status, text := explain(err)
	if status == fiber.StatusUnauthorized {
		door := urls.Login
		if r.route.Access.level == staff {
			door = urls.StaffLogin
		}
		if err := r.redirect(door + r.comeBack()); err == nil {
			return
		}
	}
	if status >= fiber.StatusInternalServerError {
		s.Log.Error("request failed", "reference", r.reference, "method", r.c.Method(), "route", r.route.Path, "status", status, "error", err)
	}
	if status == fiber.StatusForbidden || status == fiber.StatusTooManyRequests || status == fiber.StatusNotFound && r.route.Access.level == insider {
		// Who goes where they may not, or too often (ASVS 16.3.2, 16.3.3).
		s.Log.Info("request refused", "reference", r.reference, "method", r.c.Method(), "route", r.route.Path, "status", status, "user", r.user.ID, "address", r.ip())
	}
	if status == fiber.StatusTooManyRequests || status == fiber.StatusServiceUnavailable {
		r.c.Set(fiber.HeaderRetryAfter, "60")
	}
	if err := s.errorPage(r, status, text); err != nil {
		s.Log.Error("cannot show the error page", "reference", r.reference, "error", err)
		_ = r.c.Status(status).SendString(text) // into memory; it cannot fail
	}
}

// explain gives the status and the sentence for an error.
func explain(err error) (status int, text string) {
	var fe *fiber.Error
	if !errors.As(err, &fe) {
		return statusOf[fault.KindOf(err)], fault.SafeText(err)
	}
	switch {
	case fe.Code == fiber.StatusNotFound:
		return fe.Code, fault.SafeText(errNoPage())
	case fe.Code == fiber.StatusMethodNotAllowed:
		return fe.Code, "This address does not take that kind of request."
	case fe.Code == fiber.StatusForbidden:
		return fe.Code, fe.Message // ours, from csrf.go
	case fe.Code >= 400 && fe.Code < 500:
		return fe.Code, "The request could not be understood: " + http.StatusText(fe.Code) + "."
	}
	return fiber.StatusInternalServerError, fault.SafeText(err)
}

// comeBack is the query by which the sign-in page leads back here.
func (r *request) comeBack() string {
	if r.changes() {
		return ""
	}
	path := localPath(string(r.c.Request().URI().RequestURI()), "")
	if path == "" || path == "/" {
		return ""
	}
	args := fasthttp.AcquireArgs()
	defer fasthttp.ReleaseArgs(args)
	args.Set("next", path)
	return "?" + args.String()
}

// protocolError answers what is no request at all: too large, too slow, garbled.
// Fiber calls it outside of our chain.
func (s *Server) protocolError(c *fiber.Ctx, err error) error {
	s.setHeaders(c)
	status, text := explain(err)
	return c.Status(status).SendString(text + "\n")
}
