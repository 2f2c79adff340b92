package stripefake

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"
)

const needsSCA = "authentication_required"

// Card is what somebody enters on a page.
type Card struct {
	Brand, Last4 string
	Fails        string // the decline code it gives when nobody is present; "" when it pays
}

// Cards like Stripe's own for tests.
var (
	Good    = Card{Brand: "visa", Last4: "4242"}
	AsksSCA = Card{Brand: "visa", Last4: "3184", Fails: needsSCA}
	Empty   = Card{Brand: "visa", Last4: "9995", Fails: "insufficient_funds"}
	Stolen  = Card{Brand: "mastercard", Last4: "9979", Fails: "stolen_card"}
	Expired = Card{Brand: "amex", Last4: "0069", Fails: "expired_card"}
)

// ErrDeclined is a page on which a card did not pay; it stays open.
var ErrDeclined = errors.New("stripefake: declined")

// errNone is a thing that is not there, or not so.
var errNone = errors.New("stripefake: there is no such thing")

// SessionOf is the page behind an address that the fake gave out.
func SessionOf(url string) string { return url[strings.LastIndexByte(url, '/')+1:] }

// Complete is somebody who enters a card on a page: it is kept, or pays as well.
func (s *Server) Complete(session string, c Card) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	page, ok := s.all[session]
	if !ok || page["status"] != "open" {
		return errNone
	}
	m := s.make("pm", "payment_method", object{
		"type": "card", "customer": page["customer"], "fails": c.Fails,
		"card": object{"brand": c.Brand, "last4": c.Last4, "exp_month": 4, "exp_year": 2040},
	})
	if page["mode"] == "setup" {
		si := s.make("seti", "setup_intent", object{"customer": page["customer"], "payment_method": m["id"], "status": "succeeded"})
		page["status"], page["setup_intent"] = "complete", si["id"]
		s.tell("payment_method.attached", m, nil)
		s.tell("checkout.session.completed", page, nil)
		return nil
	}
	i, ok := s.all[text(page["payment_intent"])]
	if !ok {
		meta, _ := page["intent_metadata"].(object)
		i = s.intent(number(page["amount_total"]), text(page["currency"]), text(page["customer"]), meta, text(page["description"]))
		page["payment_intent"] = i["id"]
	}
	if refused := s.try(i, m, true); refused != nil {
		delete(s.all, text(m["id"]))
		return ErrDeclined
	}
	page["status"] = "complete"
	s.tell("checkout.session.completed", page, nil)
	return nil
}

// Expire closes a page that nobody used.
func (s *Server) Expire(session string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	page, ok := s.all[session]
	if !ok || page["status"] != "open" {
		return errNone
	}
	page["status"], page["url"] = "expired", nil
	s.tell("checkout.session.expired", page, nil)
	return nil
}

// Remove takes a customer's cards away, as the portal does.
func (s *Server) Remove(customer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, o := range s.all {
		if o["object"] == "payment_method" && o["customer"] == customer {
			o["customer"] = nil
			s.tell("payment_method.detached", o, object{"customer": customer})
			delete(s.all, name)
		}
	}
	if c, ok := s.all[customer]; ok {
		c["default"] = ""
	}
}

// Spoil has a customer's cards fail from now on, or pay again with "".
func (s *Server) Spoil(customer, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.all {
		if o["object"] == "payment_method" && o["customer"] == customer {
			o["fails"] = code
		}
	}
}

// Dispute has the card's owner contest a payment.
func (s *Server) Dispute(payment string) (dispute string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.all[payment]
	if !ok || i["status"] != "succeeded" {
		return "", errNone
	}
	ch := s.all[text(i["latest_charge"])]
	left := number(ch["amount"]) - number(ch["amount_refunded"])
	if left <= 0 {
		return "", errNone
	}
	d := s.make("dp", "dispute", object{
		"amount": left, "currency": i["currency"], "payment_intent": payment, "charge": ch["id"], "status": "needs_response", "reason": "fraudulent",
		"evidence_details": object{"due_by": s.clock.Now().Add(7 * 24 * time.Hour).Unix()},
	})
	ch["disputed"] = true
	s.tell("charge.dispute.created", d, nil)
	s.tell("charge.dispute.funds_withdrawn", d, nil)
	return text(d["id"]), nil
}

// Decide ends a dispute.
func (s *Server) Decide(dispute string, won bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.all[dispute]
	if !ok || d["status"] != "needs_response" {
		return errNone
	}
	d["status"] = "lost"
	if won {
		d["status"] = "won"
		s.tell("charge.dispute.funds_reinstated", d, nil)
	}
	s.tell("charge.dispute.closed", d, nil)
	return nil
}

// RefundThere pays back as somebody does in Stripe's dashboard.
func (s *Server) RefundThere(payment string, amount int64) (refund string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.all[payment]
	if !ok {
		return "", errNone
	}
	ch, ok := s.all[text(i["latest_charge"])]
	if !ok || number(ch["amount_refunded"])+amount > number(ch["amount"]) {
		return "", errNone
	}
	return text(s.giveBack(i, ch, amount, object{})["id"]), nil
}

// FailRefund has a refund come back: the card's bank did not take it.
func (s *Server) FailRefund(refund string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.all[refund]
	if !ok || r["status"] != "succeeded" {
		return errNone
	}
	r["status"] = "failed"
	ch := s.all[text(r["charge"])]
	ch["amount_refunded"] = number(ch["amount_refunded"]) - number(r["amount"])
	s.tell("refund.failed", r, nil)
	return nil
}

// Balance is what came less what went, by currency, in Stripe's units.
func (s *Server) Balance() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := map[string]int64{}
	for _, o := range s.all {
		code := strings.ToUpper(text(o["currency"]))
		switch {
		case o["object"] == "payment_intent":
			sum[code] += number(o["amount_received"])
		case o["object"] == "refund" && o["status"] == "succeeded", o["object"] == "dispute" && o["status"] != "won":
			sum[code] -= number(o["amount"])
		}
	}
	return sum
}

// Things counts what there is of a kind: "payment_intent", "refund", …
func (s *Server) Things(kind string, keep func(map[string]any) bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.all {
		if o["object"] == kind && (keep == nil || keep(o)) {
			n++
		}
	}
	return n
}

// Find returns the names of things of a kind, oldest first.
func (s *Server) Find(kind string, keep func(map[string]any) bool) (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.order {
		if o, ok := s.all[name]; ok && o["object"] == kind && (keep == nil || keep(o)) {
			names = append(names, name)
		}
	}
	return names
}

// Event is a report that waits to be delivered.
type Event struct {
	Kind string
	Body []byte
}

func (s *Server) tell(kind string, o, before object) {
	s.next++
	data := object{"object": clone(o)}
	if before != nil {
		data["previous_attributes"] = before
	}
	s.queue = append(s.queue, Event{kind, encode(object{
		"id": fmt.Sprintf("evt_fake%06d", s.next), "object": "event", "api_version": "2026-03-25.dahlia", "created": s.clock.Now().Unix(), "livemode": s.Live,
		"type": kind, "data": data, "pending_webhooks": 1, "request": object{"id": nil, "idempotency_key": nil},
	})})
}

// Events takes the reports that wait, oldest first.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.queue
	s.queue = nil
	return taken
}

// Sign is the header that Stripe would send with a body at a time.
func Sign(body []byte, at time.Time, secret string) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at}).Header
}

// Change is an event with other fields at its top.
func (e Event) Change(fields map[string]any) Event {
	var o object
	if err := json.Unmarshal(e.Body, &o); err != nil {
		panic(err) // of a body that we made
	}
	for k, v := range fields {
		o[k] = v
	}
	return Event{e.Kind, encode(o)}
}

// Waiting is how many reports wait to be delivered.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}
