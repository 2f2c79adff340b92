package web

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/billing"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// providerLabel is what people know the payment provider as.
const providerLabel = "Stripe"

// billingCard leads to the page on which a card is entered.
func (s *Server) billingCard(r *request) error {
	to, err := s.Billing.KeepCard(r.ctx, r.scope, s.billingBack(r))
	return s.toPayment(r, to, err)
}

// billingManage leads to the page on which cards are replaced and removed.
func (s *Server) billingManage(r *request) error {
	to, err := s.Billing.ManageCards(r.ctx, r.scope, s.billingBack(r))
	return s.toPayment(r, to, err)
}

// billingPay leads to the page on which an invoice is paid.
func (s *Server) billingPay(r *request) error {
	invoiceID, err := r.id()
	if err != nil {
		return err
	}
	to, err := s.Billing.PayPage(r.ctx, r.scope, invoiceID, s.billingBack(r))
	return s.toPayment(r, to, err)
}

func (s *Server) billingBack(r *request) string {
	return s.cfg.PublicURL.JoinPath(r.urls().BillingReturn()).String()
}

// toPayment leads there from a page of its own: the policy lets no form end at another
// origin, not even by a redirect.
func (s *Server) toPayment(r *request, to string, err error) error {
	if err != nil {
		return s.afterBilling(r, err, "")
	}
	return r.show(fiber.StatusOK, "Continue to "+providerLabel, func(p layout.Page) view {
		return pages.AuthOnward{Page: p, Label: providerLabel, URL: to}
	})
}

// session is how Stripe names a page.
var session = regexp.MustCompile(`^cs_[A-Za-z0-9_]{1,250}$`)

// billingReturn is where who was on the provider's page comes back to.
func (s *Server) billingReturn(r *request) error {
	name := r.query("session")
	if !session.MatchString(name) || !s.Billing.Collects() { // they turned back
		return r.redirect(r.urls().Billing())
	}
	if err := s.Billing.Returned(r.ctx, r.account.ID, name); err != nil {
		return s.afterBilling(r, err, "")
	}
	return s.afterBilling(r, nil, "Thank you. What you did at "+providerLabel+" is noted here.")
}

// billingAutomatic turns on or off that the card pays by itself.
func (s *Server) billingAutomatic(r *request) error {
	if r.post("on") == "1" {
		return s.afterBilling(r, s.Billing.Automatic(r.ctx, r.scope, true), "The card pays each invoice by itself from now on.")
	}
	return s.afterBilling(r, s.Billing.Automatic(r.ctx, r.scope, false), "The card is asked only when you say so.")
}

// addPayment says how the account pays by card, when cards are taken at all.
func (s *Server) addPayment(r *request, page *pages.BillingShow) error {
	if !s.Billing.Collects() {
		return nil
	}
	wallet, err := s.Billing.Wallet(r.ctx, r.scope)
	if err != nil {
		return err
	}
	panel := &pages.PaymentPanel{Automatic: wallet.Automatic && wallet.Method != ""}
	if wallet.Method != "" {
		panel.Card = cardName(wallet.Card)
		if month, err := time.Parse("2006-01", wallet.Expires); err == nil {
			panel.Expires, panel.Expired = month.Format("January 2006"), !s.Clock.Now().Before(month.AddDate(0, 1, 0))
		}
	}
	for _, d := range wallet.Due {
		panel.Due = append(panel.Due, dueRow(d, panel.Automatic))
	}
	page.Payment = panel
	return nil
}

// paymentHeld names what is held of how the account pays.
func (s *Server) paymentHeld(r *request) ([]pages.HeldRow, error) {
	if !s.Billing.Collects() {
		return nil, nil
	}
	wallet, err := s.Billing.Wallet(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	none := func(text string) string { return cmp.Or(text, "none") }
	held := []pages.HeldRow{{What: "Customer number at Stripe", Value: none(wallet.Customer)}, {What: "Card number", Value: "not held"}}
	if wallet.Method == "" {
		return append(held, pages.HeldRow{What: "Card", Value: "none"}), nil
	}
	return append(held,
		pages.HeldRow{What: "Brand", Value: none(brands[wallet.Brand])}, pages.HeldRow{What: "Last four digits", Value: none(wallet.Last4)},
		pages.HeldRow{What: "Valid until", Value: none(wallet.Expires)}, pages.HeldRow{What: "The card's name at Stripe", Value: wallet.Method},
	), nil
}

var brands = map[string]string{"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "diners": "Diners Club", "discover": "Discover", "jcb": "JCB", "unionpay": "UnionPay"}

func cardName(c billing.Card) string {
	name := brands[c.Brand]
	if name == "" {
		name = "The card"
	}
	if c.Last4 == "" {
		return name
	}
	return name + " ending in " + c.Last4
}

// dueRow says what became of an open invoice, and what who pays can do.
func dueRow(d billing.Due, automatic bool) pages.DueRow {
	row := pages.DueRow{ID: d.Invoice.ID.String(), Label: d.Invoice.Label, Open: d.Invoice.Open().Format(d.Invoice.Currency), State: "due", Button: "Pay now"}
	switch {
	case d.Contest:
		row.State, row.Sentence = "contested", "The payment was contested at the bank and is held back. If that was a mistake, withdraw it there or pay again."
	case d.Last != nil && (d.Last.State == billing.ChargeAsked || d.Last.State == billing.ChargeWaiting):
		row.State, row.Sentence, row.Button = "waiting", "The bank is being asked. This takes minutes as a rule.", ""
		if d.Last.Way == billing.ByPage {
			row.Sentence, row.Button = "A payment was begun and not finished.", "Go on with it"
		}
	case d.Refusal != nil && d.Refusal.Confirm():
		row.State, row.Button = "confirm", "Confirm and pay"
		row.Sentence = "The bank asks you to confirm this payment yourself. It shows you how, and then it is paid at once."
	case d.Refusal != nil:
		row.State, row.Sentence = "refused", "The card did not pay: "+d.Refusal.Words()+". "
		if d.Refusal.Again != "" {
			row.Sentence += "It is asked again on " + d.Refusal.Again.Long() + ". You can also pay now, with this or another card."
		} else {
			row.Sentence += "It is not asked again. Please pay now, with this or another card."
		}
	case automatic:
		row.Sentence = "The card pays it within minutes."
	default:
		row.Sentence = "Payable by " + d.Invoice.DueOn.Long() + ", by card or by bank transfer."
	}
	row.Sentence = strings.TrimSpace(row.Sentence)
	return row
}
