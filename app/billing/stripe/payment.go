package stripe

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	api "github.com/stripe/stripe-go/v85"

	"smtpserver/app/billing"
	"smtpserver/app/id"
)

func (p *Provider) labels(o billing.Order) map[string]string {
	return p.ours(ofAccount, string(o.Account), ofCharge, string(o.Charge), ofLabel, o.Label)
}

// Charge implements billing.Provider. A card that is refused is an answer: the payment is
// there, and says why.
func (p *Provider) Charge(ctx context.Context, o billing.Order) (string, error) {
	amount, code, err := toStripe(o.Amount, o.Currency)
	if err != nil {
		return "", err
	}
	i, err := p.api.V1PaymentIntents.Create(ctx, &api.PaymentIntentCreateParams{
		Params: key("charge", string(o.Charge)), Amount: api.Int64(amount), Currency: api.String(code), Customer: api.String(o.Customer), PaymentMethod: api.String(o.Method),
		PaymentMethodTypes: api.StringSlice([]string{"card"}), Confirm: api.Bool(true), OffSession: api.Bool(true),
		Description: api.String("Invoice " + o.Label), Metadata: p.labels(o),
	})
	var e *api.Error
	switch {
	case err == nil:
		return i.ID, nil
	case errors.As(err, &e) && e.HTTPStatusCode == http.StatusPaymentRequired && e.PaymentIntent != nil:
		return e.PaymentIntent.ID, nil
	}
	return "", explain(err)
}

// pageLasts is how long a page stays open; Stripe takes half an hour to a day.
const pageLasts = time.Hour

// PayPage implements billing.Provider.
func (p *Provider) PayPage(ctx context.Context, o billing.Order, back string) (session, url string, err error) {
	amount, code, err := toStripe(o.Amount, o.Currency)
	if err != nil {
		return "", "", err
	}
	s, err := p.api.V1CheckoutSessions.Create(ctx, &api.CheckoutSessionCreateParams{
		Params: key("page", string(o.Charge)), Mode: api.String(string(api.CheckoutSessionModePayment)), Customer: api.String(o.Customer),
		ClientReferenceID: api.String(string(o.Charge)), PaymentMethodTypes: api.StringSlice([]string{"card"}), Metadata: p.labels(o),
		// Of the order and not of now: asked again it is the same request.
		ExpiresAt:  api.Int64(o.Since.Add(pageLasts).Unix()),
		SuccessURL: api.String(back + "?session={CHECKOUT_SESSION_ID}"), CancelURL: api.String(back),
		LineItems: []*api.CheckoutSessionCreateLineItemParams{{Quantity: api.Int64(1), PriceData: &api.CheckoutSessionCreateLineItemPriceDataParams{
			Currency: api.String(code), UnitAmount: api.Int64(amount), ProductData: &api.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: api.String("Invoice " + o.Label)},
		}}},
		PaymentIntentData: &api.CheckoutSessionCreatePaymentIntentDataParams{
			Metadata: p.labels(o), Description: api.String("Invoice " + o.Label), SetupFutureUsage: api.String("off_session"),
		},
	})
	if err != nil {
		return "", "", explain(err)
	}
	return s.ID, s.URL, nil
}

// Refund implements billing.Provider.
func (p *Provider) Refund(ctx context.Context, refundID id.ID, payment string, amount billing.Money, currency string) (string, error) {
	n, _, err := toStripe(amount, currency)
	if err != nil {
		return "", err
	}
	r, err := p.api.V1Refunds.Create(ctx, &api.RefundCreateParams{
		Params: key("refund", string(refundID)), PaymentIntent: api.String(payment), Amount: api.Int64(n), Metadata: p.ours(ofRefund, string(refundID)),
	})
	if err != nil {
		return "", explain(err)
	}
	return r.ID, nil
}

// Settlement implements billing.Provider.
func (p *Provider) Settlement(ctx context.Context, l billing.Lookup) (t billing.Settlement, found bool, err error) {
	if l.Session == "" && l.Reference == "" {
		if found, err = p.find(ctx, &l); err != nil || !found {
			return t, false, err
		}
	}
	if l.Session == "" && l.Reference != "" && l.Way != billing.ByCard {
		if err := p.pageOf(ctx, &l); err != nil {
			return t, false, err
		}
	}
	if l.Session != "" {
		t, err = p.session(ctx, l.Session)
	} else {
		t.Reference = l.Reference
	}
	if err != nil || t.Reference == "" {
		return t, err == nil, err
	}
	get := &api.PaymentIntentRetrieveParams{}
	get.AddExpand("latest_charge")
	i, err := p.api.V1PaymentIntents.Retrieve(ctx, t.Reference, get)
	if err != nil {
		return t, false, explain(err)
	}
	p.intent(&t, i)
	if t.State == billing.ChargePaid {
		err = p.movements(ctx, &t)
	}
	return t, err == nil, err
}

// find looks for a charge among a customer's payments and pages. Stripe lists what was
// made at once, unlike its search.
func (p *Provider) find(ctx context.Context, l *billing.Lookup) (bool, error) {
	since := &api.RangeQueryParams{GreaterThanOrEqual: l.Since.Add(-time.Hour).Unix()}
	if l.Way == billing.ByPage {
		for s, err := range p.api.V1CheckoutSessions.List(ctx, &api.CheckoutSessionListParams{Customer: api.String(l.Customer), CreatedRange: since}).All(ctx) {
			if err != nil {
				return false, explain(err)
			}
			if s.Metadata[ofCharge] == string(l.Charge) {
				l.Session = s.ID
				return true, nil
			}
		}
		return false, nil
	}
	for i, err := range p.api.V1PaymentIntents.List(ctx, &api.PaymentIntentListParams{Customer: api.String(l.Customer), CreatedRange: since}).All(ctx) {
		if err != nil {
			return false, explain(err)
		}
		if i.Metadata[ofCharge] == string(l.Charge) {
			l.Reference = i.ID
			return true, nil
		}
	}
	return false, nil
}

// pageOf finds the page that a payment was made on, if there is one: a payment that failed
// there can still be made while it is open.
func (p *Provider) pageOf(ctx context.Context, l *billing.Lookup) error {
	for s, err := range p.api.V1CheckoutSessions.List(ctx, &api.CheckoutSessionListParams{PaymentIntent: api.String(l.Reference)}).All(ctx) {
		if err != nil {
			return explain(err)
		}
		l.Session = s.ID
		break
	}
	return nil
}

func (p *Provider) session(ctx context.Context, name string) (t billing.Settlement, err error) {
	s, err := p.api.V1CheckoutSessions.Retrieve(ctx, name, &api.CheckoutSessionRetrieveParams{})
	if err != nil {
		return t, explain(err)
	}
	t.Session = s.ID
	p.own(&t, s.Metadata)
	if s.PaymentIntent != nil {
		t.Reference = s.PaymentIntent.ID
	}
	switch s.Status {
	case api.CheckoutSessionStatusOpen:
		t.State, t.Page = billing.ChargeWaiting, s.URL
	case api.CheckoutSessionStatusExpired:
		t.State = billing.ChargeGone
	case api.CheckoutSessionStatusComplete:
		t.State = billing.ChargeWaiting // until the payment says more
	}
	return t, nil
}

func (p *Provider) own(t *billing.Settlement, m map[string]string) {
	if m[ofServer] == p.Server {
		t.Account, t.Charge = id.ID(m[ofAccount]), id.ID(m[ofCharge])
	}
}

// intent reads a payment. While its page is open, and once that has expired, the page says
// how far it is; but money that came is money that came.
func (p *Provider) intent(t *billing.Settlement, i *api.PaymentIntent) {
	p.own(t, i.Metadata)
	t.Reference = i.ID
	t.Received, t.Currency = fromStripe(i.AmountReceived, i.Currency)
	t.On = billing.DateOf(time.Unix(i.Created, 0))
	if i.LatestCharge != nil && i.LatestCharge.Created > 0 {
		t.On = billing.DateOf(time.Unix(i.LatestCharge.Created, 0))
	}
	if i.Status == api.PaymentIntentStatusSucceeded {
		t.State, t.Page = billing.ChargePaid, ""
		return
	}
	if t.Page != "" || t.State == billing.ChargeGone {
		return
	}
	switch i.Status {
	case api.PaymentIntentStatusProcessing, api.PaymentIntentStatusRequiresCapture:
		t.State = billing.ChargeWaiting
	case api.PaymentIntentStatusCanceled:
		t.State = billing.ChargeGone
	case api.PaymentIntentStatusRequiresAction:
		t.State, t.Code = billing.ChargeFailed, "authentication_required"
	default:
		t.State, t.Code = billing.ChargeFailed, "generic_decline"
		if e := i.LastPaymentError; e != nil {
			t.Code = cmp.Or(string(e.DeclineCode), string(e.Code), t.Code)
		}
	}
}

// movements adds what went back, and what is contested.
func (p *Provider) movements(ctx context.Context, t *billing.Settlement) error {
	for r, err := range p.api.V1Refunds.List(ctx, &api.RefundListParams{PaymentIntent: api.String(t.Reference)}).All(ctx) {
		if err != nil {
			return explain(err)
		}
		t.Refunds = append(t.Refunds, refunded(r))
	}
	for d, err := range p.api.V1Disputes.List(ctx, &api.DisputeListParams{PaymentIntent: api.String(t.Reference)}).All(ctx) {
		if err != nil {
			return explain(err)
		}
		t.Disputes = append(t.Disputes, dispute(d))
	}
	return nil
}

func refunded(r *api.Refund) billing.Refunded {
	amount, _ := fromStripe(r.Amount, r.Currency)
	return billing.Refunded{
		Reference: r.ID, Refund: id.ID(r.Metadata[ofRefund]), Amount: amount, On: billing.DateOf(time.Unix(r.Created, 0)),
		Failed: r.Status == api.RefundStatusFailed || r.Status == api.RefundStatusCanceled,
	}
}

func dispute(d *api.Dispute) billing.Dispute {
	amount, _ := fromStripe(d.Amount, d.Currency)
	out := billing.Dispute{Reference: d.ID, Amount: amount, Reason: string(d.Reason), On: billing.DateOf(time.Unix(d.Created, 0))}
	switch d.Status {
	case api.DisputeStatusWarningNeedsResponse, api.DisputeStatusWarningUnderReview:
		out.State = billing.DisputeAsked
	case api.DisputeStatusWarningClosed, api.DisputeStatusPrevented:
		out.State = billing.DisputeClosed
	case api.DisputeStatusWon:
		out.State = billing.DisputeWon
	case api.DisputeStatusLost:
		out.State = billing.DisputeLost
	default:
		out.State = billing.DisputeOpen
	}
	if e := d.EvidenceDetails; e != nil && e.DueBy > 0 && (out.State == billing.DisputeOpen || out.State == billing.DisputeAsked) {
		out.AnswerBy = billing.DateOf(time.Unix(e.DueBy, 0))
	}
	return out
}
