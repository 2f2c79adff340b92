package story

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// money is the pages of plans, invoices and payments.
func money() []Story {
	return append(append(prices(), ownBilling()...), staffBilling()...)
}

func someCards() []pages.PlanCard {
	card := func(id, name, about, month, year string, points ...string) pages.PlanCard {
		return pages.PlanCard{ID: id, Name: name, About: about, Points: points, Prices: []pages.PlanPrice{{Currency: "EUR", Interval: "month", Amount: month}, {Currency: "EUR", Interval: "year", Amount: year}}}
	}
	return []pages.PlanCard{
		card("a", "Free", "To look around", "0.00 EUR", "0.00 EUR", "1,000 transactional mails a month", "500 newsletter mails a month", "Never a surprise: sending stops there", "1 sending domain"),
		card("b", "Growth", "For shops and clubs that write to their people", "15.00 EUR", "150.00 EUR", "20,000 transactional mails a month", "30,000 newsletter mails a month", "0.80 EUR for each thousand more", "5 sending domains", "5 people in the account"),
		card("c", "Scale", "For those whose programs write all day", "99.00 EUR", "990.00 EUR", "300,000 transactional mails a month", "300,000 newsletter mails a month", "0.45 EUR for each thousand more", "A sending address of your own"),
	}
}

func someInvoices() []pages.InvoiceRow {
	return []pages.InvoiceRow{
		{ID: "3", Label: "R-000214", Kind: "invoice", State: "open", IssuedOn: "21 November 2026", DueOn: "5 December 2026", Total: "117.81 EUR", Open: "117.81 EUR", Account: "Hofladen Brandt", AccountURL: "#"},
		{ID: "2", Label: "C-000009", Kind: "credit_note", State: "credit", IssuedOn: "2 November 2026", DueOn: "2 November 2026", Total: "−5.95 EUR", Open: "–", Account: "Hofladen Brandt", AccountURL: "#"},
		{ID: "1", Label: "R-000163", Kind: "invoice", State: "overdue", IssuedOn: "21 October 2026", DueOn: "4 November 2026", Total: "17.85 EUR", Open: "11.90 EUR", Account: words(1), AccountURL: "#"},
		{ID: "0", Label: "R-000101", Kind: "invoice", State: "paid", IssuedOn: "21 September 2026", DueOn: "5 October 2026", Total: "17.85 EUR", Open: "–", Account: "Buchladen Nord", AccountURL: "#"},
	}
}

func prices() []Story {
	return []Story{
		outside("pricing", "Prices", func(p layout.Page) view {
			cards := someCards()
			cards[1].Trial = 14
			return pages.Pricing{Page: p, Currency: "EUR", Currencies: []string{"EUR", "USD"}, Plans: cards}
		}),
		outside("pricing-empty", "Prices", func(p layout.Page) view { return pages.Pricing{Page: p} }),
	}
}

func ownBilling() []Story {
	show := func(name string, change func(*pages.BillingShow)) Story {
		return inside("billing_show"+name, "Billing", layout.NavBilling, func(p layout.Page) view {
			cards := someCards()
			v := pages.BillingShow{
				Page: p, Plan: &cards[1], Price: "15.00 EUR a month", Period: "21 November 2026 to 20 December 2026", Then: "It goes on, with an invoice on 21 December 2026", Currency: "EUR", Fixed: true,
				Caps:     map[string]string{"broadcast": "40000"},
				Usage:    []pages.UsageRow{{Stream: "transactional", Used: 12_418, Included: 20_000}, {Stream: "broadcast", Used: 31_240, Included: 30_000, Beyond: "1.60 EUR"}},
				Invoices: someInvoices(), Plans: []pages.PlanCard{cards[0], cards[2]},
			}
			change(&v)
			return v
		})
	}
	return []Story{
		show("", func(*pages.BillingShow) {}),
		show("-none", func(v *pages.BillingShow) {
			v.Plan, v.Usage, v.Invoices, v.Fixed, v.Choices, v.Plans = nil, nil, nil, false, []string{"EUR", "USD"}, someCards()
		}),
		show("-behind", func(v *pages.BillingShow) {
			v.Ends, v.Then = true, "It ends on 21 December 2026"
			v.Behind = "R-000163 is overdue: 11.90 EUR was payable by 4 November 2026. Broadcast mail waits until it is paid; transactional mail goes on."
		}),
		show("-card", func(v *pages.BillingShow) {
			v.Payment = &pages.PaymentPanel{Card: "Visa ending in 4242", Expires: "April 2040", Automatic: true, Due: []pages.DueRow{
				{ID: "3", Label: "R-000214", Open: "117.81 EUR", State: "confirm", Sentence: "The bank asks you to confirm this payment yourself. It shows you how, and then it is paid at once.", Button: "Confirm and pay"},
				{ID: "1", Label: "R-000163", Open: "11.90 EUR", State: "refused", Sentence: "The card did not pay: there is not enough money on the account behind it. It is asked again on 27 November 2026. You can also pay now, with this or another card.", Button: "Pay now"},
				{ID: "0", Label: "R-000101", Open: "17.85 EUR", State: "contested", Sentence: "The payment was contested at the bank and is held back. If that was a mistake, withdraw it there or pay again.", Button: "Pay now"},
			}}
		}),
		show("-no_card", func(v *pages.BillingShow) {
			v.Payment = &pages.PaymentPanel{Due: []pages.DueRow{{ID: "3", Label: "R-000214", Open: "117.81 EUR", State: "due", Sentence: "Payable by 5 December 2026, by card or by bank transfer.", Button: "Pay now"}}}
		}),
		show("-card_expired", func(v *pages.BillingShow) {
			v.Denied = "Only owners, admins and billing may do this."
			v.Payment = &pages.PaymentPanel{Card: "American Express ending in 0069", Expires: "October 2026", Expired: true, Due: []pages.DueRow{{ID: "3", Label: "R-000214", Open: "117.81 EUR", State: "waiting", Sentence: "The bank is being asked. This takes minutes as a rule."}}}
		}),
		refused(show("-refused", func(v *pages.BillingShow) { v.Problem = "You are on this plan already." })),
		show("-denied", func(v *pages.BillingShow) { v.Denied = "Only owners, admins and billing may do this." }),
	}
}

func staffBilling() []Story {
	edit := func(name string, change func(*pages.StaffPlanEdit)) Story {
		return backOffice("staff_plan"+name, "Plan", layout.NavStaffPlans, func(p layout.Page) view {
			v := pages.StaffPlanEdit{
				Page: p, ID: "b", Version: 3, Name: "Growth", About: "For shops and clubs that write to their people", Public: true, Position: "2", Overage: "charge", Trial: "14", Accounts: 41,
				Prices:   []pages.PriceFields{{Currency: "EUR", Month: "15.00", Year: "150.00", Overage: "0.80"}, {Currency: "USD", Month: "17.00", Overage: "0.90"}, {}, {}},
				Included: map[string]string{"transactional": "20000", "broadcast": "30000"}, Limits: map[string]string{"domains": "5", "members": "5"},
			}
			change(&v)
			return v
		})
	}
	return []Story{
		backOffice("staff_plans", "Plans", layout.NavStaffPlans, func(p layout.Page) view {
			return pages.StaffPlans{Page: p, Seller: "Mail & Co", Rows: []pages.StaffPlanRow{
				{ID: "a", Name: "Free", About: "To look around", Version: 1, Public: true, Prices: []string{"0.00 EUR a month"}, Accounts: 1204},
				{ID: "b", Name: "Growth", About: "For shops and clubs that write to their people", Version: 3, Public: true, Prices: []string{"15.00 EUR a month", "150.00 EUR a year", "17.00 USD a month"}, Accounts: 341},
				{ID: "c", Name: "Friends", Version: 2, Prices: []string{"5.00 EUR a month"}, Accounts: 4},
			}}
		}),
		backOffice("staff_plans-empty", "Plans", layout.NavStaffPlans, func(p layout.Page) view { return pages.StaffPlans{Page: p} }),
		edit("", func(*pages.StaffPlanEdit) {}),
		edit("-new", func(v *pages.StaffPlanEdit) {
			*v = pages.StaffPlanEdit{Page: v.Page, Public: true, Overage: "stop", Prices: make([]pages.PriceFields, 4), Included: map[string]string{}, Limits: map[string]string{}}
		}),
		refused(edit("-refused", func(v *pages.StaffPlanEdit) {
			v.Errors = pages.Errors{"name": "A name of 1 to 40 characters.", "prices": "A price has a currency such as EUR, month or year, and amounts that are not negative.", "limits": "Enter whole numbers from 0 on."}
		})),
		refused(backOffice("staff_seller", "Who sells", layout.NavStaffPlans, func(p layout.Page) view {
			return pages.StaffSeller{Page: p, Values: map[string]string{"name": "Mail & Co", "street": "Hafen 1", "country": "DE", "due_days": "14", "rates": "DE 19\nFR 20"}, Countries: []components.Option{{Label: "Choose"}, {Value: "DE", Label: "Germany"}}, Errors: pages.Errors{"tax_number": "German numbers look like DE123456788."}}
		})),
		backOffice("staff_invoices", "Invoices", layout.NavStaffInvoices, func(p layout.Page) view {
			return pages.StaffInvoices{Page: p, Rows: someInvoices(), Pager: components.Pager{Older: "#"}}
		}),
		backOffice("staff_invoices-empty", "Invoices", layout.NavStaffInvoices, func(p layout.Page) view { return pages.StaffInvoices{Page: p, State: "overdue"} }),
		backOffice("staff_invoice-card", "R-000214", layout.NavStaffInvoices, func(p layout.Page) view {
			return pages.StaffInvoice{
				Page: p, Row: someInvoices()[0], Net: "99.00 EUR", Tax: "18.81 EUR", TaxLabel: "Tax, 19 %", Buyer: []string{"Hofladen Brandt GmbH & Co. KG", "Am Alten Markt 12", "20931 Filstal", "Germany"},
				Lines:    []pages.InvoiceLine{{Text: "Scale, 21 November 2026 to 20 December 2026", Quantity: "1", Each: "99.00 EUR", Amount: "99.00 EUR"}},
				Payments: []pages.PaymentRow{{On: "22 November 2026", Method: "card", Reference: "pi_3PqT2xLkdIwHu7ix0a1b2c3d", Amount: "117.81 EUR"}, {On: "24 November 2026", Method: "dispute", Reference: "dp_1PqT2xLkdIwHu7ixAAAABBBB", Amount: "−117.81 EUR"}},
				Tries: []pages.CardTry{
					{At: "21 November 2026", Way: "Kept card", State: "failed", Word: "Refused", Amount: "117.81 EUR", Why: "The card did not pay: the bank asks you to confirm this payment yourself.", Reference: "pi_3PqT1aLkdIwHu7ix0Zz9Yy8X"},
					{At: "22 November 2026", Way: "Payment page", State: "paid", Word: "Paid", Amount: "117.81 EUR", Reference: "pi_3PqT2xLkdIwHu7ix0a1b2c3d"},
				},
				Refunds:  []pages.RefundRow{{On: "23 November 2026", State: "done", Word: "Paid back", Reason: "A bad week", Note: "C-000009", Reference: "re_3PqT2xLkdIwHu7ix0q", Amount: "−5.95 EUR"}, {On: "23 November 2026", State: "asked", Word: "Asked, no answer yet", Reason: "By mistake", Amount: "−1.00 EUR"}},
				Disputes: []pages.DisputeRow{{Tone: "tone-bad", Sentence: "Dispute dp_1PqT2xLkdIwHu7ixAAAABBBB: the card's owner contests 117.81 EUR since 24 November 2026. The money is taken back until the bank decides. Answer in Stripe's dashboard by 1 December 2026."}},
				ByCard:   true, Methods: []components.Option{{Value: "bank transfer", Label: "bank transfer"}}, Typed: map[string]string{"received_on": "2026-11-26"},
			}
		}),
		refused(backOffice("staff_invoice", "R-000163", layout.NavStaffInvoices, func(p layout.Page) view {
			return pages.StaffInvoice{
				Page: p, Row: someInvoices()[2], Net: "15.00 EUR", Tax: "2.85 EUR", TaxLabel: "Tax, 19 %", Buyer: []string{"Hofladen Brandt GmbH & Co. KG", "Am Alten Markt 12", "20931 Filstal", "Germany"},
				Lines:    []pages.InvoiceLine{{Text: "Growth, 21 October 2026 to 20 November 2026", Quantity: "1", Each: "15.00 EUR", Amount: "15.00 EUR"}},
				Payments: []pages.PaymentRow{{On: "30 October 2026", Method: "bank transfer", Reference: "statement 7, SEPA-2026-1030-000000000000000000000421", Amount: "5.95 EUR"}},
				Methods:  []components.Option{{Value: "bank transfer", Label: "bank transfer"}}, Typed: map[string]string{"amount": "12,50", "received_on": "2026-11-26"}, Errors: pages.Errors{"amount": "An amount like 12.50."},
			}
		})),
	}
}

// backOffice is a story of staff.
func backOffice(name, title string, nav layout.Nav, page func(layout.Page) view) Story {
	return with(office(name, title, []layout.Crumb{{Label: title}}, page), func(p *layout.Page) { p.Active = nav })
}
