package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/message"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// suppressionList shows the addresses that the account must not mail.
func (s *Server) suppressionList(r *request) error {
	return s.showSuppressions(r, fiber.StatusOK, suppressionForm{}, nil)
}

func (s *Server) showSuppressions(r *request, status int, typed suppressionForm, errs pages.Errors) error {
	address, stream := strings.TrimSpace(r.query("address")), message.Stream(r.query("in"))
	if !stream.Valid() {
		stream = ""
	}
	found, err := s.Messages.Suppressions(r.ctx, r.scope, message.SuppressionFilter{Address: address, Stream: stream, After: r.query("after"), Limit: messagesPerPage + 1})
	if err != nil {
		return err
	}
	page := pages.SuppressionList{
		Address: address, In: string(stream), Any: len(found) > 0 || address != "" || stream != "", Denied: r.denied(account.SendMail),
		Addresses: typed.Addresses, Stream: typed.Stream, Reason: typed.Reason, Errors: errs,
	}
	if len(found) > messagesPerPage {
		found = found[:messagesPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(r.urls().Suppressions(), "address", address, "in", string(stream), "after", found[len(found)-1].Cursor())}
	}
	for _, x := range found {
		row := pages.SuppressionRow{Address: x.Address, Stream: string(x.Stream), Reason: x.Reason, At: x.CreatedAt}
		if x.MessageID != nil {
			row.MessageID = x.MessageID.String()
		}
		page.Rows = append(page.Rows, row)
	}
	return r.show(status, "Suppressions", func(p layout.Page) view {
		p.Active = layout.NavSuppressions
		page.Page = p
		return page
	})
}
