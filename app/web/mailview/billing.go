package mailview

import (
	"context"
	"fmt"

	"smtpserver/app/billing"
	"smtpserver/app/identity"
	"smtpserver/views/components"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

var _ billing.Mailer = (*Notifier)(nil)

// Issued tells whoever pays of a new invoice or credit note.
func (n *Notifier) Issued(ctx context.Context, to billing.Payer, i billing.Invoice) error {
	l := emails.Letter{
		Subject:    "Invoice " + i.Label,
		Paragraphs: []string{"The invoice for " + quoted(to.Account) + " at " + n.brand + " is there: " + i.Gross.Format(i.Currency) + ", payable by " + i.DueOn.Long() + "."},
		Action:     "See the invoice", Link: n.link(urls.Account(to.Slug).Billing()),
		Reason: "You get this mail because invoices of this account go to you.",
	}
	switch {
	case i.Kind == billing.CreditNote:
		l.Subject = "Credit note " + i.Label
		l.Paragraphs = []string{"We took back " + (-i.Gross).Format(i.Currency) + " of invoice " + i.Paper.About + " for " + quoted(to.Account) + ": " + i.Paper.Reason + "."}
		l.Action = "See the credit note"
	case i.Open() <= 0:
		l.Paragraphs[0] = "The invoice for " + quoted(to.Account) + " at " + n.brand + " is there: " + i.Gross.Format(i.Currency) + ". Nothing is to be paid: it is covered already."
	}
	return n.send(ctx, "invoice_issued", identity.Recipient{Email: to.Mail}, l)
}

// Overdue tells whoever pays how far the account is behind, what follows, and how to end it.
func (n *Notifier) Overdue(ctx context.Context, to billing.Payer, i billing.Invoice, step billing.Step, at billing.Date) error {
	l := emails.Letter{
		Action: "See the invoice", Link: n.link(urls.Account(to.Slug).Billing()),
		After:  "Once it is paid, everything goes on at once. Nothing is deleted.",
		Reason: "You get this mail because invoices of this account go to you.",
	}
	open := "Of invoice " + i.Label + " for " + quoted(to.Account) + " " + i.Open().Format(i.Currency) + " was payable by " + i.DueOn.Long() + " and has not come yet."
	switch step {
	case billing.Warned:
		l.Subject, l.Paragraphs = "Invoice "+i.Label+": newsletters pause on "+at.Long(), []string{open, "From " + at.Long() + " on, campaigns and other broadcast mail wait. Transactional mail, such as password resets, goes on."}
	case billing.BroadcastPaused:
		l.Subject, l.Paragraphs = "Newsletters are paused until invoice "+i.Label+" is paid", []string{open, "Campaigns and other broadcast mail wait. Transactional mail goes on."}
	case billing.LastWarned:
		l.Subject, l.Paragraphs = "Invoice "+i.Label+": all mail pauses on "+at.Long(), []string{open, "From " + at.Long() + " on, all mail of the account waits, transactional mail too."}
	case billing.AllPaused:
		l.Subject, l.Paragraphs = "All mail is paused until invoice "+i.Label+" is paid", []string{open, "No mail of the account is accepted until then."}
	case billing.Good, billing.Reminded:
		l.Subject, l.Paragraphs = "Invoice "+i.Label+" is overdue", []string{open, "Perhaps it has only been forgotten, or is on its way."}
	}
	return n.send(ctx, "invoice_overdue", identity.Recipient{Email: to.Mail}, l)
}

// Moved gives notice that the plan goes on in another version, and what the choices are.
func (n *Notifier) Moved(ctx context.Context, to billing.Payer, m billing.MoveAhead) error {
	price := "It costs the same as now: " + m.After.Format(m.Currency) + " a " + string(m.Every) + ", without tax."
	if m.After != m.Before {
		price = "Then it costs " + m.After.Format(m.Currency) + " a " + string(m.Every) + " instead of " + m.Before.Format(m.Currency) + ", without tax."
	}
	return n.send(ctx, "plan_moved", identity.Recipient{Email: to.Mail}, emails.Letter{
		Subject:    "Your plan changes on " + m.On.Long(),
		Paragraphs: []string{"From " + m.On.Long() + " on, " + quoted(to.Account) + " at " + n.brand + " goes on with a newer version of its plan. What is paid until then stays as it is.", m.Summary, price},
		Action:     "See the plan", Link: n.link(urls.Account(to.Slug).Billing()),
		After:  "If that does not suit you, choose another plan or let it end with the present period, on the same page.",
		Reason: "You get this mail because invoices of this account go to you.",
	})
}

// Refused tells that the card did not pay, why, and the next step.
func (n *Notifier) Refused(ctx context.Context, to billing.Payer, i billing.Invoice, r billing.Refusal) error {
	l := emails.Letter{
		Subject:    "Your card did not pay invoice " + i.Label,
		Paragraphs: []string{"The card of " + quoted(to.Account) + " at " + n.brand + " did not pay " + i.Open().Format(i.Currency) + " of invoice " + i.Label + ": " + r.Words() + "."},
		Action:     "Pay the invoice", Link: n.link(urls.Account(to.Slug).Billing()),
		After:  "Nothing pauses before the invoice is overdue, and never without a warning a week ahead. It is payable by " + i.DueOn.Long() + ".",
		Reason: "You get this mail because invoices of this account go to you.",
	}
	switch {
	case r.Confirm():
		l.Subject, l.Action = "Please confirm the payment of invoice "+i.Label, "Confirm and pay"
		l.Paragraphs = append(l.Paragraphs, "Banks ask for that by law now and then. It takes a minute on your billing page.")
	case r.Again != "":
		l.Paragraphs = append(l.Paragraphs, "We ask the card again on "+r.Again.Long()+". You can also pay at once, with this or another card.")
	default:
		l.Paragraphs = append(l.Paragraphs, "We do not ask this card again for the invoice. Please pay it with another one, or by bank transfer.")
	}
	return n.send(ctx, "card_refused", identity.Recipient{Email: to.Mail}, l)
}

// Used tells how much of a period's mail is used, and what happens at its end.
func (n *Notifier) Used(ctx context.Context, to billing.Payer, u billing.Alert) error {
	what := "newsletters and other broadcast mail"
	if u.Stream == "transactional" {
		what = "transactional mail"
	}
	l := emails.Letter{
		Subject:    fmt.Sprintf("%d %% of this period's %s mail is used", u.Percent, u.Stream),
		Paragraphs: []string{fmt.Sprintf("%s has sent %s of %s %s mails that its plan or cap holds until %s.", quoted(to.Account), components.Count(u.Used), components.Count(u.Most), u.Stream, u.Ends.Long())},
		Action:     "See the usage", Link: n.link(urls.Account(to.Slug).Billing()),
		Reason: "You get this mail because invoices of this account go to you.",
	}
	switch {
	case u.Stops && u.Percent == 100:
		l.Paragraphs = append(l.Paragraphs, "No more "+what+" is accepted until then. A larger plan or cap lets it go on at once; the other stream is not touched.")
	case u.Stops:
		l.Paragraphs = append(l.Paragraphs, "At that number we stop accepting "+what+".")
	case u.Percent == 100:
		l.Paragraphs = append(l.Paragraphs, "What goes beyond is on the next invoice, by begun thousands. A cap on your billing page keeps that from happening.")
	}
	return n.send(ctx, "usage_told", identity.Recipient{Email: to.Mail}, l)
}
