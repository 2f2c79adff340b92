package web

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const messagesPerPage = 50

// messageList shows deliveries, newest first; the URL holds the filter.
func (s *Server) messageList(r *request) error {
	shown, filter := r.messageFilter()
	if filter.MessageID != "" && shown.Query == filter.MessageID.String() {
		if _, err := s.Messages.Show(r.ctx, r.scope, filter.MessageID); err == nil {
			return r.redirect(r.urls().Message(shown.Query))
		}
	}
	rows, err := s.Messages.List(r.ctx, r.scope, filter)
	if err != nil {
		return err
	}
	domains, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	rows, pager := r.turn(rows, filter)
	return r.show(fiber.StatusOK, "Messages", func(p layout.Page) view {
		p.Active = layout.NavMessages
		return pages.MessageList{
			Page: p, Filter: shown, Domains: domainOptions(domains), Rows: messageRows(rows, p.Now), Pager: pager,
			Any: len(rows) > 0 || !shown.Empty(), HasDomain: len(domains) > 0, BulkDenied: r.denied(account.SendMail),
		}
	})
}

// messageFilter reads the filter from the URL. What cannot be is left out.
func (r *request) messageFilter() (pages.MessageFilter, message.Filter) {
	shown := pages.MessageFilter{
		Query: strings.TrimSpace(r.query("q")), State: r.query("state"), Stream: r.query("stream"), Domain: r.query("domain"),
		Address: strings.TrimSpace(r.query("address")), Tag: r.query("tag"), From: r.query("from"), To: r.query("to"),
	}
	f := message.Filter{Limit: messagesPerPage + 1, Tag: shown.Tag, Recipient: strings.ToLower(shown.Address)}
	if state := message.State(shown.State); state.Valid() {
		f.State = state
	}
	if stream := message.Stream(shown.Stream); stream.Valid() {
		f.Stream = stream
	}
	f.DomainID = idOrNone(shown.Domain)
	f.Before, f.After = idOrNone(r.query("before")), idOrNone(r.query("after"))
	if day, err := time.Parse(time.DateOnly, shown.From); err == nil {
		f.From = day
	}
	if day, err := time.Parse(time.DateOnly, shown.To); err == nil {
		f.To = day.AddDate(0, 0, 1)
	}
	if messageID, err := id.Parse(shown.Query); err == nil {
		f.MessageID = messageID
	} else if shown.Query != "" && f.Recipient == "" {
		f.Recipient = strings.ToLower(shown.Query)
	}
	return shown, f
}

func idOrNone(text string) id.ID {
	parsed, err := id.Parse(text)
	if err != nil {
		return ""
	}
	return parsed
}

// turn cuts the row that was read too many and makes the links to other pages.
func (r *request) turn(rows []message.Listed, f message.Filter) ([]message.Listed, components.Pager) {
	more := len(rows) > messagesPerPage
	if more && f.After != "" {
		rows = rows[1:]
	} else if more {
		rows = rows[:messagesPerPage]
	}
	if len(rows) == 0 {
		return rows, components.Pager{}
	}
	link := func(name string, at id.ID) string {
		pairs := []string{}
		for _, key := range []string{"q", "state", "stream", "domain", "address", "tag", "from", "to"} {
			pairs = append(pairs, key, r.query(key))
		}
		return urls.WithQuery(r.urls().Messages(), append(pairs, name, at.String())...)
	}
	var p components.Pager
	if f.Before != "" || f.After != "" && more {
		p.Newer = link("after", rows[0].ID)
	}
	if more || f.After != "" {
		p.Older = link("before", rows[len(rows)-1].ID)
	}
	return rows, p
}

// provenOptions are those that mail may be sent for.
func provenOptions(domains []domain.Domain) []components.Option {
	return domainOptions(slices.DeleteFunc(domains, func(d domain.Domain) bool { return !d.MaySend() }))
}

func domainOptions(domains []domain.Domain) (options []components.Option) {
	for _, d := range domains {
		options = append(options, components.Option{Value: d.ID.String(), Label: d.Unicode()})
	}
	return options
}

func messageRows(rows []message.Listed, now time.Time) (out []pages.MessageRow) {
	for _, d := range rows {
		row := pages.MessageRow{
			MessageID: d.MessageID.String(), DeliveryID: d.ID.String(), State: string(d.State), To: d.Recipient, Subject: d.Subject, Tag: d.Tag,
			Stream: string(d.Stream), At: d.CreatedAt,
		}
		if d.State != message.Delivered {
			row.Reason = d.Reason
		}
		if d.State == message.Deferred {
			row.NextTry = d.DueAt
		}
		if d.Scheduled(now) {
			row.Reason = "Scheduled for " + moment(d.DueAt)
		}
		out = append(out, row)
	}
	return out
}
