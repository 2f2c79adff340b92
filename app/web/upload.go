package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/clock"
	"smtpserver/app/fault"
)

// upload is the body of a request that carries a file: the fields before the file, and the
// file as it arrives. The form puts its other fields first.
type upload struct {
	fields map[string]string
	name   string // of the file, as the browser calls it
	file   io.Reader
	parts  *multipart.Reader
	whole  *patient
}

// Bounds of an upload. A person on a slow line may take an hour; who sends nothing for half
// a minute, or next to nothing for a minute, is gone.
const (
	mostUploadFields = 20
	maxUploadField   = 64 << 10
	uploadIdle       = 30 * time.Second
	uploadTime       = time.Hour
	leastRate        = 4 << 10 // octets a second, after the first minute
)

// openUpload reads what stands before the file.
func (r *request) openUpload() error {
	_, params, err := mime.ParseMediaType(r.c.Get(fiber.HeaderContentType))
	if err != nil || params["boundary"] == "" {
		return errors.Join(fiber.NewError(fiber.StatusBadRequest), err)
	}
	in := r.patient()
	u := &upload{fields: map[string]string{}, parts: multipart.NewReader(in, params["boundary"]), whole: in}
	r.upload = u
	r.ctx = context.WithoutCancel(r.ctx) // the time of other requests would be too short
	for range mostUploadFields {
		part, err := u.parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, "The upload ended before the file did. Please send it again.", err)
		}
		if name := part.FileName(); name != "" || part.FormName() == "file" {
			u.name, u.file = name, part
			return nil
		}
		value, err := io.ReadAll(io.LimitReader(part, maxUploadField))
		if err != nil {
			return fault.Wrap(fault.Invalid, "The upload ended before the file did. Please send it again.", err)
		}
		u.fields[part.FormName()] = string(value)
	}
	return fiber.NewError(fiber.StatusBadRequest)
}

// another reports whether a second file follows. Nothing is done with it.
func (u *upload) another() bool {
	for range mostUploadFields {
		part, err := u.parts.NextRawPart()
		if err != nil {
			return false
		}
		if part.FileName() != "" {
			return true
		}
	}
	return true
}

// atEnd reports whether the body was read to its end.
func (u *upload) atEnd() bool { return u != nil && u.whole.ended }

// patient moves the connection's deadline on while data comes in.
type patient struct {
	in    io.Reader
	conn  net.Conn
	clock clock.Clock
	began time.Time
	read  int64
	ended bool
}

func (r *request) patient() *patient {
	return &patient{in: r.c.Context().RequestBodyStream(), conn: r.c.Context().Conn(), clock: r.server.Clock, began: r.server.Clock.Now()}
}

var errTooSlow = errors.New("web: the upload is too slow")

// Read implements io.Reader.
func (p *patient) Read(buffer []byte) (int, error) {
	now := p.clock.Now()
	took := now.Sub(p.began)
	if took > uploadTime || took > time.Minute && float64(p.read) < leastRate*took.Seconds() {
		return 0, errTooSlow
	}
	if err := p.conn.SetReadDeadline(now.Add(uploadIdle)); err != nil {
		return 0, err
	}
	n, err := p.in.Read(buffer)
	p.read += int64(n)
	p.ended = p.ended || errors.Is(err, io.EOF)
	return n, err
}
