package web

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// uploadPath is where a file may come in. Its body is read as it arrives; every other body
// is read here, within its bound, because a server that streams bodies enforces none.
var uploadPath = regexp.MustCompile(`^/a/[A-Za-z0-9._~-]{1,128}/(?:imports|templates/images)$`)

func (r *request) isUpload() bool {
	return r.c.Method() == fiber.MethodPost && uploadPath.MatchString(r.c.Path()) &&
		strings.HasPrefix(strings.ToLower(r.c.Get(fiber.HeaderContentType)), fiber.MIMEMultipartForm)
}

// readBody reads the body of everything but an upload.
func (r *request) readBody() error {
	in := r.c.Context().RequestBodyStream()
	if in == nil || r.isUpload() {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(in, maxBody+1))
	switch {
	case err != nil:
		r.leaveUnread()
		return errors.Join(fiber.NewError(fiber.StatusBadRequest), err)
	case len(body) > maxBody:
		// Who sends a little too much reads the answer only after having sent it all.
		_, _ = io.CopyN(io.Discard, in, 8*maxBody)
		r.leaveUnread()
		return fiber.NewError(fiber.StatusRequestEntityTooLarge)
	}
	r.c.Request().SetBodyRaw(body)
	return nil
}

// endBody reads what is left of an upload that was refused, within a bound: who still sends
// reads no answer, and a connection that is closed on them takes it away. Beyond the bound
// it is closed, for the next request would begin in the upload's middle.
func (r *request) endBody() {
	if r.c.Context().RequestBodyStream() == nil || !r.isUpload() || r.upload.atEnd() {
		return
	}
	in := r.patient()
	if r.upload != nil {
		in = r.upload.whole
	}
	_, _ = io.CopyN(io.Discard, in, 8*maxBody) // whoever is gone needs no answer
	if !in.ended {
		r.leaveUnread()
	}
}

func (r *request) leaveUnread() { r.c.Context().SetConnectionClose() }
