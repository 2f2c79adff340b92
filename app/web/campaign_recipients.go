package web

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/broadcast"
	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

const (
	listedPerPage = 50
	listedAtOnce  = 1000
)

// campaignRecipients is the list behind one number: each person, what happened and why.
func (s *Server) campaignRecipients(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	list := broadcast.Listed(r.query("list"))
	found, err := s.Campaigns.Recipients(r.ctx, r.scope, c.ID, list, r.query("cursor"), listedPerPage)
	if err != nil {
		return err
	}
	sums, err := s.Campaigns.Sums(r.ctx, r.scope, c.ID)
	if err != nil {
		return err
	}
	page := pages.CampaignRecipients{ID: c.ID.String(), Name: c.Name, List: string(list), Counts: append([]pages.CampaignSum{{N: sums.Audience}}, sumsOf(sums)...)}
	for _, o := range found.Recipients {
		page.Rows = append(page.Rows, recipientRow(o))
	}
	if found.Next != "" {
		page.Pager = components.Pager{Older: r.urls().CampaignRecipients(page.ID, "list", page.List, "cursor", found.Next)}
	}
	return r.show(fiber.StatusOK, "Recipients of "+c.Name, func(p layout.Page) view {
		p.Active = layout.NavCampaigns
		page.Page = p
		return page
	})
}

func recipientRow(o broadcast.Outcome) pages.RecipientRow {
	row := pages.RecipientRow{
		Number: o.Number, Address: o.Address, ContactID: string(o.ContactID), State: recipientState(o), Why: o.Reason, Reply: o.Reply, MessageID: string(o.MessageID), At: o.At,
	}
	if row.Why == "" {
		row.Why = recipientWhy(o)
	}
	return row
}

// recipientState is the delivery's, or why there is none.
func recipientState(o broadcast.Outcome) string {
	switch {
	case o.Delivery != "":
		return string(o.Delivery)
	case o.Excluded != broadcast.Included:
		return string(o.Excluded)
	}
	return "waiting"
}

func recipientWhy(o broadcast.Outcome) string {
	switch {
	case o.Why != "":
		return o.Why
	case o.Delivery == message.Delivered:
		return "Their server took it."
	case o.Delivery == "" && o.Excluded == broadcast.Included:
		return "Their turn comes."
	}
	return ""
}

// campaignRecipientsExport gives the list as a file.
func (s *Server) campaignRecipientsExport(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	list, scope := broadcast.Listed(r.query("list")), r.scope
	first, err := s.Campaigns.Recipients(r.ctx, scope, c.ID, list, "", listedAtOnce)
	if err != nil {
		return err
	}
	if err := s.Contacts.RecordExport(r.ctx, scope, "the recipients of the campaign "+c.Name); err != nil {
		return err
	}
	return r.stream("recipients-"+c.ID.String()+".csv", "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write([]string{"number", "address", "state", "why", "reply", "when", "message"}); err != nil {
			return err
		}
		for page := first; ; {
			for _, o := range page.Recipients {
				if err := out.Write(recipientRecord(recipientRow(o))); err != nil {
					return err
				}
			}
			out.Flush()
			if page.Next == "" || out.Error() != nil {
				return out.Error()
			}
			if page, err = s.Campaigns.Recipients(ctx, scope, c.ID, list, page.Next, listedAtOnce); err != nil {
				return err
			}
		}
	})
}

func recipientRecord(row pages.RecipientRow) []string {
	at := ""
	if !row.At.IsZero() {
		at = row.At.UTC().Format(time.RFC3339)
	}
	return []string{
		strconv.FormatInt(row.Number, 10), listimport.SafeCell(row.Address), row.State, listimport.SafeCell(row.Why), listimport.SafeCell(row.Reply), at, row.MessageID,
	}
}
