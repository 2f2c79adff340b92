package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type suppressionForm struct {
	Addresses string `form:"addresses"`
	Stream    string `form:"stream"`
	Reason    string `form:"reason"`
}

// shownProblems is how many bad lines are named; the rest is counted.
const shownProblems = 5

// suppressionAdd puts addresses on the list: all of what was typed, or nothing.
func (s *Server) suppressionAdd(r *request) error {
	var f suppressionForm
	if err := r.bind(&f); err != nil {
		return err
	}
	streams := []message.Stream{message.Transactional, message.Broadcast}
	if f.Stream != "" {
		streams = []message.Stream{message.Stream(f.Stream)}
	}
	if !streams[0].Valid() {
		return fault.New(fault.Invalid, "There is no such stream.")
	}
	reason := strings.TrimSpace(f.Reason)
	if reason == "" {
		reason = "Added by somebody of this account."
	}
	rows, problems := message.ParseSuppressions(f.Addresses, streams, reason)
	if problem := wordProblems(rows, problems); problem != "" {
		return s.showSuppressions(r, fiber.StatusUnprocessableEntity, f, pages.Errors{"addresses": problem})
	}
	added, err := s.Messages.Suppress(r.ctx, r.scope, rows)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%d added to the list.", added)
	if known := len(rows) - added; known > 0 {
		text += fmt.Sprintf(" %d were on it already.", known)
	}
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(r.urls().Suppressions())
}

func wordProblems(rows []message.Suppression, problems []string) string {
	switch more := len(problems) - shownProblems; {
	case len(problems) == 0 && len(rows) == 0:
		return "Type at least one address."
	case more > 0:
		return strings.Join(problems[:shownProblems], " ") + fmt.Sprintf(" And %d more. Nothing was added.", more)
	case len(problems) > 0:
		return strings.Join(problems, " ") + " Nothing was added."
	}
	return ""
}

// suppressionRemove lets an address be mailed again.
func (s *Server) suppressionRemove(r *request) error {
	address, stream := r.post("address"), message.Stream(r.post("stream"))
	if !isText(address) || !stream.Valid() {
		return fault.New(fault.Invalid, "There is no such address on the list.")
	}
	found, err := s.Messages.Unsuppress(r.ctx, r.scope, address, stream)
	if err != nil {
		return err
	}
	text := address + " is mailed again in the " + string(stream) + " stream."
	if !found {
		text = "This address was not on the list any more."
	}
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(r.urls().Suppressions())
}

// exportPage is how many rows are read at a time for the file.
const exportPage = 5000

// suppressionExport gives the whole list as a file.
func (s *Server) suppressionExport(r *request) error {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.Write([]string{"address", "stream", "reason", "since"}); err != nil {
		return err
	}
	for after := ""; ; {
		rows, err := s.Messages.Suppressions(r.ctx, r.scope, message.SuppressionFilter{After: after, Limit: exportPage})
		if err != nil {
			return err
		}
		if err := message.WriteSuppressions(w, rows); err != nil {
			return err
		}
		if len(rows) < exportPage {
			break
		}
		after = rows[len(rows)-1].Cursor()
	}
	w.Flush()
	r.c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="suppressions.csv"`)
	return r.c.Send(file.Bytes())
}
