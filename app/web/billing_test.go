package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/billing"
	"smtpserver/app/id"
)

// plan sells a plan.
func (s *site) plan(t *testing.T, name string, amount billing.Money) billing.Plan {
	t.Helper()
	p, err := s.Billing.AddPlan(t.Context(), billing.Staff{ID: id.New()}, billing.Plan{Public: true, Offer: billing.Offer{
		Name: name, Overage: billing.Charge, Prices: []billing.Price{{Currency: "EUR", Interval: billing.Monthly, Amount: amount, Overage: 50}}, Included: map[string]int64{"transactional": 1000},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func invoiceOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	p := owner.site.plan(t, "Small", 1500)
	if err := owner.site.Billing.Choose(t.Context(), owner.scope(), p.ID, "EUR", billing.Monthly); err != nil {
		t.Fatal(err)
	}
	list, err := owner.site.Billing.Invoices(t.Context(), owner.scope(), "", 1)
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	return list[0].ID
}

// From the price list to a paid invoice and a credit note, through the pages alone.
func TestBillingPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam := s.member(t, "ada@example.com"), s.staffBrowser(t)
	here := "/a/" + ada.slug + "/billing"
	if got := ada.get("/pricing").want(t, http.StatusOK); !strings.Contains(got.body, "Nothing is sold here yet") {
		t.Error(text(got.body))
	}
	ada.get(here).want(t, http.StatusOK)

	// Staff say who sells, and what.
	seller := url.Values{"name": {"Mail & Co"}, "street": {"Hafen 1"}, "postcode": {"20457"}, "city": {"Hamburg"}, "country": {"DE"}, "bank": {"IBAN DE00"}, "due_days": {"14"}, "rates": {"de 19\nFR 5.5 %"}}
	wrong := url.Values{"name": {""}, "country": {"XX"}, "due_days": {"soon"}, "rates": {"DE nineteen"}, "street": {"Kept Street 5"}}
	if got := sam.post("/staff/seller", wrong).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "Kept Street 5") || !strings.Contains(got.body, "nineteen") {
		t.Error("what was typed is lost")
	}
	sam.post("/staff/seller", seller).want(t, http.StatusSeeOther)
	if got := sam.get("/staff/seller").want(t, http.StatusOK); !strings.Contains(got.body, "FR 5.5") {
		t.Error("a rate is not shown as it was typed")
	}
	plan := url.Values{"name": {"Small"}, "currency_0": {"eur"}, "month_0": {"15"}, "year_0": {"150.00"}, "overage_0": {"0.80"}, "included_transactional": {"1000"}, "included_broadcast": {"500"}, "overage": {"charge"}, "public": {"1"}, "position": {"1"}}
	bad := url.Values{"name": {"Small"}, "currency_0": {"EUR"}, "month_0": {"15.005"}, "contacts": {"many"}, "overage": {"charge"}}
	if got := sam.post("/staff/plans/new", bad).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "15.005") || !strings.Contains(got.body, "many") {
		t.Error("what was typed is lost")
	}
	sam.post("/staff/plans/new", plan).want(t, http.StatusSeeOther)
	list, err := s.Billing.Plans(t.Context(), true)
	if err != nil || len(list) != 1 || len(list[0].Prices) != 2 || list[0].Prices[1].Amount != 15000 {
		t.Fatalf("%+v %v", list, err)
	}
	if got := ada.get("/pricing").want(t, http.StatusOK); !strings.Contains(got.body, "15.00 EUR") || !strings.Contains(got.body, "0.80 EUR for each thousand more") {
		t.Error(text(got.body))
	}

	// A customer chooses; the price in the form is none.
	ada.post(here+"/choose", url.Values{"plan": {list[0].ID.String()}, "currency": {"USD"}, "every": {"month"}}).want(t, http.StatusUnprocessableEntity)
	ada.post(here+"/choose", url.Values{"plan": {list[0].ID.String()}, "currency": {"EUR"}, "every": {"month"}, "amount": {"1"}}).want(t, http.StatusSeeOther)
	page := ada.get(here).want(t, http.StatusOK)
	for _, want := range []string{"You are on Small.", "R-000001", "17.85 EUR", "Cancel the plan"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not say %q: %s", want, text(page.body))
		}
	}
	paper, _ := page.doc(t).Find(`a[href$="/invoice.pdf"]`).Attr("href")
	if got := ada.get(paper).want(t, http.StatusOK); !strings.HasPrefix(got.body, "%PDF") || got.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the paper is no PDF: %s", got.Header.Get("Content-Type"))
	}

	if got := ada.post(here+"/caps", url.Values{"cap_broadcast": {"many"}, "cap_transactional": {"77"}}).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, `value="many"`) || !strings.Contains(got.body, `value="77"`) {
		t.Error("what was typed is lost")
	}
	ada.post(here+"/caps", url.Values{"cap_broadcast": {"500"}}).want(t, http.StatusSeeOther)
	if got := ada.get(here).body; !strings.Contains(got, `value="500"`) {
		t.Error("the cap is not shown")
	}

	// The plan changes; the customer stays on the version they chose.
	changed := url.Values{"version": {"1"}, "name": {"Small"}, "currency_0": {"EUR"}, "month_0": {"20"}, "overage_0": {"1"}, "overage": {"charge"}, "public": {"1"}, "position": {"1"}}
	sam.post("/staff/plans/"+list[0].ID.String(), changed).want(t, http.StatusSeeOther)
	sam.post("/staff/plans/"+list[0].ID.String(), changed).want(t, http.StatusConflict)
	if got := ada.get(here).body; !strings.Contains(got, "15.00 EUR a month") {
		t.Error("a change of a plan reached who is on it")
	}

	// Staff book a payment, take some back, and see it all.
	invoice := strings.Split(strings.TrimSuffix(paper, "/invoice.pdf"), "/")
	staffs := "/staff/invoices/" + invoice[len(invoice)-1]
	sam.get("/staff/invoices?state=open").want(t, http.StatusOK)
	for field, form := range map[string]url.Values{
		"amount": {"amount": {"12,50"}, "method": {"cash"}, "received_on": {"2020-01-01"}}, "received_on": {"amount": {"1"}, "method": {"cash"}, "received_on": {"2999-01-01"}}, "method": {"amount": {"1"}, "method": {"credit"}, "received_on": {"2020-01-01"}},
	} {
		if got := sam.post(staffs+"/pay", form).want(t, http.StatusUnprocessableEntity); got.doc(t).Find("#f-"+field+"-error").Length() != 1 {
			t.Errorf("%s is not marked: %s", field, text(got.body))
		}
	}
	sam.post(staffs+"/pay", url.Values{"amount": {"17.85"}, "method": {"bank transfer"}, "reference": {"A 1"}, "received_on": {"2020-01-01"}}).want(t, http.StatusSeeOther)
	sam.post(staffs+"/pay", url.Values{"amount": {"17.85"}, "method": {"bank transfer"}, "reference": {"A 1"}, "received_on": {"2020-01-01"}}).want(t, http.StatusUnprocessableEntity)
	sam.post(staffs+"/credit", url.Values{"net": {"16"}, "reason": {"x"}}).want(t, http.StatusUnprocessableEntity)
	sam.post(staffs+"/credit", url.Values{"net": {"5"}, "reason": {"A bad week"}}).want(t, http.StatusSeeOther)
	seen := sam.get(staffs).want(t, http.StatusOK)
	for _, want := range []string{"17.85 EUR", "A 1", "C-000001", "−5.95 EUR"} {
		if !strings.Contains(seen.body, want) {
			t.Errorf("the invoice's page does not say %q: %s", want, text(seen.body))
		}
	}
	sam.get(staffs+"/invoice.pdf").want(t, http.StatusOK)
	if got := sam.get("/staff/audit").body; !strings.Contains(got, "Payment booked") || !strings.Contains(got, "Plan changed") {
		t.Error("staff's log does not tell what they did")
	}
	ada.post(here+"/cancel", nil).want(t, http.StatusSeeOther)
	if got := ada.get(here).body; !strings.Contains(got, "ends with this period") {
		t.Error("the page does not say that the plan ends")
	}
	ada.post(here+"/keep", nil).want(t, http.StatusSeeOther)
	for _, path := range []string{"/staff/plans", "/staff/plans/new", "/staff/seller", "/staff/invoices", staffs, staffs + "/invoice.pdf"} {
		ada.get(path).want(t, http.StatusNotFound)
	}
}
