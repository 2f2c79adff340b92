package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
)

// A page that shows long work follows it over one connection (ui.md §7): the server sends the
// part that moves whenever it has changed. Whoever cannot, for want of a script or because
// too many follow already, asks again every few seconds, as the page says anyway.
const (
	followEvery   = time.Second
	followTime    = 50 * time.Second // then the browser asks anew, and its rights are looked at anew
	mostFollowers = 200              // of one process
	mostOfAccount = 10               // of them of one account
	followAgain   = "retry: 2000\n\n"
)

// followers bounds who follows.
func (s *Server) followers(account string) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.following == nil {
		s.following = map[string]int{}
	}
	all := 0
	for _, n := range s.following {
		all += n
	}
	if all >= mostFollowers || s.following[account] >= mostOfAccount {
		return nil, false
	}
	s.following[account]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.following[account]--; s.following[account] == 0 {
			delete(s.following, account)
		}
	}, true
}

// movingPart is what moves on a page as it is now; over says that the whole page has changed.
type movingPart func(r *request) (moving templ.Component, over bool, err error)

// follow streams a part of the page until its work is over.
func (r *request) follow(show movingPart) error {
	leave, ok := r.server.followers(r.account.ID.String())
	if !ok {
		return fault.New(fault.Limited, "Too many pages follow their work at once. This one asks again by itself.")
	}
	r.c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
	r.c.Set(fiber.HeaderCacheControl, "no-store")
	r.c.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold it back
	if r.c.Method() == fiber.MethodHead {
		leave()
		return nil
	}
	// What outlives the handler must not touch the connection's request, which serves the next.
	ctx, cancel := context.WithTimeout(context.Background(), followTime)
	later := *r
	later.c, later.ctx = nil, ctx
	out, in := io.Pipe()
	go func() {
		defer leave()
		defer cancel()
		err := safely(func() error { return later.tell(in, show) }) // outer is done by then
		later.logBroken(err)
		_ = in.CloseWithError(err) // it never fails
	}()
	r.c.Context().SetBodyStream(&steady{out, r.c.Context().Conn(), r.server.Clock}, -1)
	return nil
}

// tell writes events until the work, the time or the server comes to its end. Whoever has
// gone away ends it by the next write.
func (r *request) tell(to io.Writer, show movingPart) error {
	w := bufio.NewWriter(to)
	if _, err := w.WriteString(followAgain); err != nil {
		return err
	}
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	var last []byte
	for quiet := 0; ; quiet++ {
		moving, over, err := show(r)
		if err != nil && r.ctx.Err() != nil {
			return nil // in the middle of it: the browser asks anew
		}
		if err != nil {
			return err
		}
		var now bytes.Buffer
		if err := moving.Render(r.ctx, &now); err != nil {
			return fmt.Errorf("web: render %s: %w", r.route.Path, err)
		}
		switch {
		case over:
			return event(w, "over", "")
		case !bytes.Equal(now.Bytes(), last):
			last, quiet = now.Bytes(), 0
			err = event(w, "part", now.String())
		case quiet >= 10: // so that both sides notice when the other is gone
			quiet = 0
			_, err = w.WriteString(": still here\n\n")
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-r.ctx.Done():
			return nil
		case <-r.server.stopping:
			return nil
		}
	}
}

// logBroken logs what is ours to mend, as answerError does while there is somebody to answer.
func (r *request) logBroken(err error) {
	if err == nil || errors.Is(err, io.ErrClosedPipe) { // the browser left
		return
	}
	if status, _ := explain(err); status >= fiber.StatusInternalServerError {
		r.server.Log.Error("request failed", "reference", r.reference, "method", get, "route", r.route.Path, "status", status, "error", err)
	}
}

// event writes one (HTML, server-sent events, §9.2.5): each line of its data begins anew.
func event(w *bufio.Writer, name, data string) error {
	if _, err := w.WriteString("event: " + name + "\ndata: " + strings.ReplaceAll(strings.ReplaceAll(data, "\r", ""), "\n", "\ndata: ") + "\n\n"); err != nil {
		return err
	}
	return w.Flush()
}
