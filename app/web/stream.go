package web

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/clock"
)

// streamTime is the longest that a download may take.
const streamTime = time.Hour

// stream answers with a file that is written while it is sent, so that it is never whole in
// memory. One that breaks off ends without the end of its last chunk: the browser says that
// the download failed, instead of keeping half of a list.
func (r *request) stream(name, contentType string, write func(ctx context.Context, w io.Writer) error) error {
	r.c.Set(fiber.HeaderContentType, contentType)
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	if r.c.Method() == fiber.MethodHead {
		return nil
	}
	out, in := io.Pipe()
	log, reference, route := r.server.Log, r.reference, r.route.Path
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), streamTime)
		defer cancel()
		err := safely(func() error { return write(ctx, in) }) // outer is done by then
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			log.Error("a download broke off", "reference", reference, "route", route, "error", err)
		}
		_ = in.CloseWithError(err) // it never fails
	}()
	r.c.Context().SetBodyStream(&steady{out, r.c.Context().Conn(), r.server.Clock}, -1)
	return nil
}

// steady moves the connection's deadline on while somebody reads.
type steady struct {
	*io.PipeReader
	conn  net.Conn
	clock clock.Clock
}

// Read implements io.Reader.
func (s *steady) Read(p []byte) (int, error) {
	if err := s.conn.SetWriteDeadline(s.clock.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return s.PipeReader.Read(p)
}
