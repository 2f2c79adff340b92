package stripe

import (
	"context"
	"iter"
	"time"

	api "github.com/stripe/stripe-go/v85"

	"smtpserver/app/billing"
)

// All implements billing.Provider: three lists, however many payments there are.
func (p *Provider) All(ctx context.Context, since time.Time) iter.Seq2[billing.Settlement, error] {
	return func(yield func(billing.Settlement, error) bool) {
		after := &api.RangeQueryParams{GreaterThanOrEqual: max(since.Add(-time.Hour).Unix(), 0)}
		refunds, disputes := map[string][]billing.Refunded{}, map[string][]billing.Dispute{}
		for r, err := range p.api.V1Refunds.List(ctx, &api.RefundListParams{CreatedRange: after}).All(ctx) {
			if err != nil {
				yield(billing.Settlement{}, explain(err))
				return
			}
			if r.PaymentIntent != nil {
				refunds[r.PaymentIntent.ID] = append(refunds[r.PaymentIntent.ID], refunded(r))
			}
		}
		for d, err := range p.api.V1Disputes.List(ctx, &api.DisputeListParams{CreatedRange: after}).All(ctx) {
			if err != nil {
				yield(billing.Settlement{}, explain(err))
				return
			}
			if d.PaymentIntent != nil {
				disputes[d.PaymentIntent.ID] = append(disputes[d.PaymentIntent.ID], dispute(d))
			}
		}
		for i, err := range p.api.V1PaymentIntents.List(ctx, &api.PaymentIntentListParams{CreatedRange: after}).All(ctx) {
			if err != nil {
				yield(billing.Settlement{}, explain(err))
				return
			}
			var t billing.Settlement
			p.intent(&t, i)
			if t.Charge == "" {
				continue // not of this instance
			}
			t.Refunds, t.Disputes = refunds[i.ID], disputes[i.ID]
			if !yield(t, nil) {
				return
			}
		}
	}
}
