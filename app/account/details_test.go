package account_test

import (
	"strings"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

func TestDetailsAreCheckedAndTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tm := newTeam(t, s)
		ctx, profile := t.Context(), account.Profile{Name: "Team", Kind: account.Business}
		err := tm.accounts.SetDetails(ctx, tm.owner, account.Profile{Name: "", Kind: "x"}, account.Details{
			TaxNumber: "DE1", Country: "DE", BillingEmail: "nobody", TimeZone: "Moon/Base", Street: strings.Repeat("x", 201), City: "a\x00b",
		})
		for _, field := range []string{"account_name", "account_kind", "tax_number", "billing_email", "time_zone", "street", "city"} {
			if fault.FieldsOf(err)[field] == "" {
				t.Errorf("%s passed: %v", field, err)
			}
		}
		tm.want(fault.Invalid, tm.accounts.SetDetails(ctx, tm.owner, profile, account.Details{TaxNumber: "DE136695976"}))
		tm.want(fault.Invalid, tm.accounts.SetDetails(ctx, tm.owner, profile, account.Details{Country: "XX"}))
		full := account.Details{LegalName: "Team GmbH", Country: "de", TaxNumber: "136 695 976", City: "Berlin", BillingEmail: "invoices@example.com", TimeZone: "Europe/Berlin"}
		tm.must(tm.accounts.SetDetails(ctx, tm.owner, profile, full))
		full.City = "Hamburg"
		tm.must(tm.accounts.SetDetails(ctx, tm.owner, profile, full))
		got, err := tm.accounts.Details(ctx, tm.owner)
		if err != nil || got.TaxNumber != "DE136695976" || got.Country != "DE" || got.City != "Hamburg" || got.Language != "en" {
			t.Errorf("%+v, %v", got, err)
		}
		events, err := audit.New(s).List(ctx, tm.owner, audit.Filter{Topic: "account", Limit: 1})
		if err != nil || events[0].Before["city"] != "Berlin" || events[0].After["city"] != "Hamburg" || len(events[0].After) != 1 {
			t.Errorf("%+v, %v", events, err)
		}
	})
}
