package stripefake

import (
	"net/http"
	"net/url"
	"strconv"
)

// route answers one call.
func (s *Server) route(method string, path []string, form url.Values) (int, any) {
	kind, name := path[0], ""
	if len(path) > 1 {
		name = path[1]
	}
	post := method == http.MethodPost
	switch {
	case kind == "balance":
		return http.StatusOK, object{"object": "balance", "livemode": s.Live, "available": []object{}, "pending": []object{}}
	case kind == "customers":
		return s.customers(method, path, form)
	case kind == "payment_methods":
		return s.list("payment_method", form, func(o object) bool { return o["customer"] == form.Get("customer") })
	case kind == "checkout" && len(path) == 2 && post:
		return s.openPage(form)
	case kind == "checkout" && len(path) == 2:
		return s.list("checkout.session", form, func(o object) bool {
			return (form.Get("customer") == "" || o["customer"] == form.Get("customer")) && (form.Get("payment_intent") == "" || o["payment_intent"] == form.Get("payment_intent"))
		})
	case kind == "checkout":
		return s.show(path[2], form)
	case kind == "billing_portal" && name == "configurations" && post:
		return http.StatusOK, s.make("bpc", "billing_portal.configuration", object{"active": true, "metadata": metadata(form, "metadata"), "features": object{
			"payment_method_update": object{"enabled": form.Get("features[payment_method_update][enabled]") == "true"},
			"invoice_history":       object{"enabled": form.Get("features[invoice_history][enabled]") == "true"},
		}})
	case kind == "billing_portal" && name == "configurations":
		return s.list("billing_portal.configuration", form, func(object) bool { return true })
	case kind == "billing_portal" && post:
		if s.all[form.Get("configuration")] == nil || s.all[form.Get("customer")] == nil {
			return missing("configuration or customer")
		}
		o := s.make("bps", "billing_portal.session", object{"customer": form.Get("customer"), "return_url": form.Get("return_url")})
		o["url"] = s.URL + "/p/session/" + text(o["id"])
		return http.StatusOK, o
	case kind == "payment_intents" && post && name == "":
		return s.charge(form)
	case kind == "payment_intents" && name == "":
		return s.list("payment_intent", form, func(o object) bool { return form.Get("customer") == "" || o["customer"] == form.Get("customer") })
	case kind == "payment_intents":
		return s.show(name, form)
	case kind == "refunds" && post:
		return s.refund(form)
	case kind == "refunds":
		return s.list("refund", form, ofPayment(form))
	case kind == "disputes":
		return s.list("dispute", form, ofPayment(form))
	}
	return missing(method + " /v1/" + kind)
}

func ofPayment(form url.Values) func(object) bool {
	return func(o object) bool {
		return form.Get("payment_intent") == "" || o["payment_intent"] == form.Get("payment_intent")
	}
}

func text(v any) string {
	t, _ := v.(string)
	return t
}

func number(v any) int64 {
	n, _ := v.(int64)
	return n
}

// show returns a thing, with what was asked to stand in it whole.
func (s *Server) show(name string, form url.Values) (int, any) {
	o, ok := s.all[name]
	if !ok {
		return missing(name)
	}
	out := clone(o)
	for key, values := range form {
		if len(key) < 7 || key[:7] != "expand[" {
			continue
		}
		if inner, ok := s.all[text(o[values[0]])]; ok {
			out[values[0]] = clone(inner)
		}
	}
	return http.StatusOK, out
}

func clone(o object) object {
	out := make(object, len(o))
	for k, v := range o {
		out[k] = v
	}
	return out
}

func (s *Server) customers(method string, path []string, form url.Values) (int, any) {
	if len(path) == 1 {
		return http.StatusOK, s.make("cus", "customer", object{"metadata": metadata(form, "metadata"), "default": ""})
	}
	c, ok := s.all[path[1]]
	if !ok {
		return missing(path[1])
	}
	if len(path) > 2 {
		return s.taxIDs(method, c, path, form)
	}
	switch method {
	case http.MethodDelete:
		for name, o := range s.all {
			if o["object"] == "payment_method" && o["customer"] == c["id"] {
				delete(s.all, name)
			}
		}
		c["deleted"] = true
		s.tell("customer.deleted", c, nil)
		return http.StatusOK, object{"id": c["id"], "object": "customer", "deleted": true}
	case http.MethodPost:
		for _, field := range []string{"name", "email"} {
			if form.Has(field) {
				c[field] = form.Get(field)
			}
		}
		if form.Has("address[country]") {
			c["address"] = metadata(form, "address")
		}
		if m := form.Get("invoice_settings[default_payment_method]"); m != "" {
			if card, ok := s.all[m]; !ok || card["customer"] != c["id"] {
				return missing(m)
			}
			c["default"] = m
		}
		s.tell("customer.updated", c, nil)
	}
	if c["deleted"] == true {
		return http.StatusOK, object{"id": c["id"], "object": "customer", "deleted": true}
	}
	out := clone(c)
	settings := object{"default_payment_method": nil}
	if card, ok := s.all[text(c["default"])]; ok {
		settings["default_payment_method"] = card
	}
	out["invoice_settings"] = settings
	return http.StatusOK, out
}

func (s *Server) taxIDs(method string, c object, path []string, form url.Values) (int, any) {
	switch method {
	case http.MethodPost:
		if form.Get("type") == "eu_vat" && len(form.Get("value")) < 8 {
			return http.StatusBadRequest, problem("invalid_request_error", "tax_id_invalid", "no such number")
		}
		return http.StatusOK, s.make("txi", "tax_id", object{"customer": c["id"], "type": form.Get("type"), "value": form.Get("value")})
	case http.MethodDelete:
		if _, ok := s.all[path[3]]; !ok {
			return missing(path[3])
		}
		delete(s.all, path[3])
		return http.StatusOK, object{"id": path[3], "object": "tax_id", "deleted": true}
	}
	return s.list("tax_id", form, func(o object) bool { return o["customer"] == c["id"] })
}

func (s *Server) openPage(form url.Values) (int, any) {
	if c := s.all[form.Get("customer")]; c == nil || c["deleted"] == true {
		return missing("customer")
	}
	expires, err := strconv.ParseInt(form.Get("expires_at"), 10, 64)
	if now := s.clock.Now().Unix(); form.Has("expires_at") && (err != nil || expires < now+30*60 || expires > now+24*3600) {
		return refuse("expires_at: half an hour to a day")
	}
	o := object{
		"mode": form.Get("mode"), "customer": form.Get("customer"), "status": "open", "payment_intent": nil, "setup_intent": nil, "success_url": form.Get("success_url"),
		"cancel_url": form.Get("cancel_url"), "metadata": metadata(form, "metadata"), "expires_at": expires, "currency": form.Get("currency"),
	}
	if o["mode"] == "payment" {
		amount, err := strconv.ParseInt(form.Get("line_items[0][price_data][unit_amount]"), 10, 64)
		if err != nil || amount <= 0 {
			return refuse("unit_amount")
		}
		o["amount_total"], o["currency"] = amount, form.Get("line_items[0][price_data][currency]")
		o["intent_metadata"] = metadata(form, "payment_intent_data[metadata]")
		o["description"] = form.Get("payment_intent_data[description]")
	}
	s.make("cs_test", "checkout.session", o)
	o["url"] = s.URL + "/c/pay/" + text(o["id"])
	return http.StatusOK, o
}

// charge makes a payment and confirms it, nobody present.
func (s *Server) charge(form url.Values) (int, any) {
	amount, err := strconv.ParseInt(form.Get("amount"), 10, 64)
	if err != nil || amount <= 0 || form.Get("currency") == "" {
		return refuse("amount and currency")
	}
	if form.Get("confirm") != "true" || form.Get("off_session") != "true" {
		return refuse("the fake knows confirmed payments without a person only")
	}
	if c := s.all[form.Get("customer")]; c == nil || c["deleted"] == true {
		return missing("customer")
	}
	m, ok := s.all[form.Get("payment_method")]
	if !ok || m["customer"] != form.Get("customer") {
		return missing("payment_method")
	}
	i := s.intent(amount, form.Get("currency"), form.Get("customer"), metadata(form, "metadata"), form.Get("description"))
	if refused := s.try(i, m, false); refused != nil {
		refused["payment_intent"] = clone(i)
		return http.StatusPaymentRequired, object{"error": refused}
	}
	return http.StatusOK, clone(i)
}

func (s *Server) intent(amount int64, currency, customer string, meta object, description string) object {
	i := s.make("pi", "payment_intent", object{
		"amount": amount, "amount_received": int64(0), "currency": currency, "customer": customer, "metadata": meta, "description": description,
		"status": "requires_payment_method", "latest_charge": nil, "payment_method": nil, "last_payment_error": nil,
	})
	return i
}

// try has a card pay. It returns the error of one that does not.
func (s *Server) try(i, m object, present bool) object {
	code, decline := text(m["fails"]), ""
	if code == needsSCA && present {
		code = ""
	}
	if code != "" {
		if code != needsSCA && code != "expired_card" {
			code, decline = "card_declined", code
		}
		e := object{"type": "card_error", "code": code, "message": "Your card was declined."}
		if decline != "" {
			e["decline_code"] = decline
		}
		if code == needsSCA {
			e["decline_code"] = needsSCA
		}
		i["last_payment_error"] = clone(e)
		i["status"], i["payment_method"] = "requires_payment_method", nil
		s.tell("payment_intent.payment_failed", i, nil)
		return e
	}
	ch := s.make("ch", "charge", object{"amount": i["amount"], "currency": i["currency"], "payment_intent": i["id"], "customer": i["customer"], "paid": true, "amount_refunded": int64(0)})
	i["status"], i["amount_received"], i["latest_charge"], i["payment_method"], i["last_payment_error"] = "succeeded", i["amount"], ch["id"], m["id"], nil
	s.tell("payment_intent.succeeded", i, nil)
	return nil
}

func (s *Server) refund(form url.Values) (int, any) {
	i, ok := s.all[form.Get("payment_intent")]
	if !ok {
		return missing("payment_intent")
	}
	ch, ok := s.all[text(i["latest_charge"])]
	amount, err := strconv.ParseInt(form.Get("amount"), 10, 64)
	if err != nil || !ok || amount <= 0 || number(ch["amount_refunded"])+amount > number(ch["amount"]) {
		return http.StatusBadRequest, problem("invalid_request_error", "charge_already_refunded", "more than is left")
	}
	return http.StatusOK, s.giveBack(i, ch, amount, metadata(form, "metadata"))
}

func (s *Server) giveBack(i, ch object, amount int64, meta object) object {
	ch["amount_refunded"] = number(ch["amount_refunded"]) + amount
	r := s.make("re", "refund", object{"amount": amount, "currency": i["currency"], "payment_intent": i["id"], "charge": ch["id"], "status": "succeeded", "metadata": meta})
	s.tell("refund.created", r, nil)
	s.tell("charge.refunded", ch, nil)
	return r
}
