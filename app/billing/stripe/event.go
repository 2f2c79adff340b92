package stripe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"

	"smtpserver/app/billing"
)

// tolerance is how old a signature may be, or how far ahead: what is older was replayed.
const tolerance = 300 * time.Second

// report is the little that we read of an event. The rest is fetched: an event shows how
// things were when it was made, not how they are.
type report struct {
	ID, Object, Type string
	Livemode         *bool
	Data             struct {
		Object struct {
			ID, Object, Mode string
			Customer         reference
			PaymentIntent    reference `json:"payment_intent"`
		}
		Before struct {
			Customer reference
		} `json:"previous_attributes"`
	}
}

// reference is a thing's name, whether or not the thing stands there whole.
type reference string

// UnmarshalJSON implements json.Unmarshaler.
func (r *reference) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("{")) {
		var whole struct{ ID string }
		err := json.Unmarshal(b, &whole)
		*r = reference(whole.ID)
		return err
	}
	var name *string
	if err := json.Unmarshal(b, &name); err != nil || name == nil {
		return err
	}
	*r = reference(*name)
	return nil
}

// heeded are the kinds of events that we look something up for.
var heeded = []string{
	"checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
	"payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.canceled", "payment_intent.requires_action",
	"charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed",
	"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
	"customer.updated", "customer.deleted", "payment_method.attached", "payment_method.detached", "payment_method.updated", "payment_method.automatically_updated",
}

// Event implements billing.Provider.
func (p *Provider) Event(body []byte, signature string) (e billing.Event, err error) {
	if err := p.verify(body, signature); err != nil {
		return e, errors.Join(billing.ErrForged, err)
	}
	var r report
	if err := json.Unmarshal(body, &r); err != nil || r.ID == "" || r.Livemode == nil {
		return e, fmt.Errorf("stripe: %w: it is signed and is no event", billing.ErrForged)
	}
	if live, err := Live(p.Key); err != nil || *r.Livemode != live {
		return e, fmt.Errorf("stripe: %w: the event is of the other mode", billing.ErrForged)
	}
	e = billing.Event{ID: r.ID, Kind: r.Type}
	if !slices.Contains(heeded, r.Type) {
		return e, nil
	}
	o := r.Data.Object
	switch o.Object {
	case "checkout.session":
		e.Session, e.Reference, e.Keeps = o.ID, string(o.PaymentIntent), o.Mode == "setup"
	case "payment_intent":
		e.Reference = o.ID
	case "charge", "refund", "dispute":
		e.Reference = string(o.PaymentIntent)
	case "customer":
		e.Customer = o.ID
	case "payment_method":
		if e.Customer = string(o.Customer); e.Customer == "" { // it was taken away
			e.Customer = string(r.Data.Before.Customer)
		}
	}
	return e, nil
}

// verify judges a signature over the octets as they came, by any of the secrets.
func (p *Provider) verify(body []byte, signature string) error {
	at, err := signedAt(signature)
	if err != nil {
		return err
	}
	if age := p.Clock.Now().Sub(at); age > tolerance || age < -tolerance {
		return fmt.Errorf("stripe: the signature is %s old", age.Round(time.Second))
	}
	err = errors.New("stripe: no webhook secret is set")
	for _, secret := range p.Secrets {
		if err = webhook.ValidatePayloadIgnoringTolerance(body, signature, secret); err == nil {
			return nil
		}
	}
	return err
}

func signedAt(signature string) (at time.Time, err error) {
	times := 0
	for part := range strings.SplitSeq(signature, ",") {
		text, ok := strings.CutPrefix(strings.TrimSpace(part), "t=")
		if !ok {
			continue
		}
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return at, fmt.Errorf("stripe: the signature's time: %w", err)
		}
		at, times = time.Unix(seconds, 0), times+1
	}
	if times != 1 { // of two, which one was signed?
		return at, fmt.Errorf("stripe: the signature has %d times", times)
	}
	return at, nil
}
