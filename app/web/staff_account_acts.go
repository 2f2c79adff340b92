package web

import (
	"cmp"
	"strconv"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/billing"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/views/pages"
)

// staffNote writes down what others should know of an account.
func (s *Server) staffNote(r *request) error {
	return s.onAccount(r, []string{"note"}, "Noted.", func(accountID id.ID, typed map[string]string) error {
		return s.Support.Write(r.ctx, r.staff(), accountID, typed["note"])
	})
}

// ownLimits are the fields of an account's own limits, in the order of the form.
var ownLimits = []string{"day_transactional", "day_broadcast", "rate", "rate_transactional", "rate_broadcast", "weight"}

// staffAccountLimits lets an account send less, or more evenly, than its plan.
func (s *Server) staffAccountLimits(r *request) error {
	return s.onAccount(r, append([]string{"limit_reason"}, ownLimits...), "Saved. It counts within seconds.", func(accountID id.ID, typed map[string]string) error {
		reason, err := audit.CheckReason(typed["limit_reason"], "Say in a few words why. The account's owner reads it in their log.")
		if err != nil {
			return under("limit_reason", err)
		}
		numbers, fields := map[string]int64{}, map[string]string{}
		for _, name := range ownLimits {
			n, err := strconv.ParseInt(cmp.Or(strings.TrimSpace(typed[name]), "-1"), 10, 64)
			switch {
			case err != nil || n < -1 || n > 1_000_000_000:
				fields[name] = "A number, or nothing for no limit."
			case strings.HasPrefix(name, "rate") && n == 0:
				fields[name] = "From 1 on. To stop an account, suspend it."
			case name == "weight" && n != -1 && (n < 1 || n > account.MostWeight):
				fields[name] = "A number from 1 to 1,000."
			}
			numbers[name] = n
		}
		if len(fields) > 0 {
			return &fault.Error{Kind: fault.Invalid, Safe: "Please check the marked fields.", Fields: fields}
		}
		return s.setOwnLimits(r, accountID, numbers, reason)
	})
}

func (s *Server) setOwnLimits(r *request, accountID id.ID, numbers map[string]int64, reason string) error {
	for _, stream := range []message.Stream{message.Transactional, message.Broadcast} {
		if err := s.Billing.SetDaily(r.ctx, r.seller(), accountID, string(stream), numbers["day_"+string(stream)], reason); err != nil {
			return err
		}
	}
	before, err := s.ownLimitsOf(r, accountID)
	if err != nil {
		return err
	}
	for name, kind := range map[string]limit.RateKind{"": limit.OfAccount, string(message.Transactional): limit.OfStream, string(message.Broadcast): limit.OfStream} {
		if err := s.Rates.SetFor(r.ctx, accountID, kind, name, int(max(numbers[strings.TrimSuffix("rate_"+name, "_")], 0))); err != nil {
			return err
		}
	}
	if err := s.Accounts.SetWeight(r.ctx, accountID, int(max(numbers["weight"], 1))); err != nil {
		return err
	}
	after, err := s.ownLimitsOf(r, accountID)
	if err != nil {
		return err
	}
	was, is := audit.Changed(before, after)
	if len(is) == 0 && len(was) == 0 {
		return nil
	}
	return s.Audit.Staff(r.ctx, audit.StaffEntry{StaffID: r.user.ID, Action: "account.rate_set", Account: accountID, Object: audit.Object{ID: accountID}, Reason: reason, Before: was, After: is})
}

// ownLimitsOf are an account's own limits as the form shows them.
func (s *Server) ownLimitsOf(r *request, accountID id.ID) (map[string]string, error) {
	typed := map[string]string{}
	days, err := s.Billing.DailyOf(r.ctx, accountID)
	if err != nil {
		return nil, err
	}
	for stream, n := range days {
		typed["day_"+stream] = strconv.FormatInt(n, 10)
	}
	rates, err := s.Rates.AllOf(r.ctx, accountID)
	if err != nil {
		return nil, err
	}
	for _, one := range rates {
		if one.Kind == limit.OfAccount || one.Kind == limit.OfStream {
			typed[strings.TrimSuffix("rate_"+one.Subject, "_")] = strconv.Itoa(one.PerMinute)
		}
	}
	weight, err := s.Accounts.WeightOf(r.ctx, accountID)
	if weight > 1 {
		typed["weight"] = strconv.Itoa(weight)
	}
	return typed, err
}

// staffCredit gives an account something back: a credit note on its newest bill that has
// room for it. What is paid too much by that pays the next bill.
func (s *Server) staffCredit(r *request) error {
	return s.onAccount(r, []string{"credit", "credit_reason"}, "The credit note is issued. What is paid too much by it pays the next bill.", func(accountID id.ID, typed map[string]string) error {
		c, err := s.Billing.Customer(r.ctx, accountID)
		if err != nil {
			return err
		}
		err = fault.Field("credit", "There is no bill yet that a credit note could be about.")
		for _, inv := range c.Invoices {
			if inv.Kind != billing.Bill {
				continue
			}
			amount, ok := billing.ParseMoney(strings.TrimSpace(typed["credit"]), inv.Currency)
			if !ok || amount <= 0 {
				return fault.Field("credit", "A net amount like "+billing.Money(1250).Plain(inv.Currency)+", in "+inv.Currency+".")
			}
			err = s.Billing.Credit(r.ctx, r.seller(), accountID, inv.ID, amount, typed["credit_reason"])
			if fault.FieldsOf(err)["net"] == "" { // else this bill is not that large: an older one may be
				return under("credit_reason", err)
			}
		}
		if text := fault.FieldsOf(err)["net"]; text != "" {
			return fault.Field("credit", text)
		}
		return err
	})
}

// onAccount does something to the account of the URL, and shows its page again with what
// was typed when that is refused.
func (s *Server) onAccount(r *request, fields []string, done string, act func(id.ID, map[string]string) error) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	if _, _, err := s.Support.Account(r.ctx, accountID); err != nil {
		return err
	}
	typed := map[string]string{}
	for _, name := range fields {
		if typed[name] = r.post(name); !isText(typed[name]) {
			return fault.New(fault.Invalid, "This cannot be read as text.")
		}
	}
	err = act(accountID, typed)
	if status, errs, ok := refusal(err); ok {
		return s.showAccountWith(r, status, pages.StaffAccount{Typed: typed, Errors: errs})
	}
	if err != nil {
		return err
	}
	return r.backToAccount(accountID, done)
}

// addActs adds what staff noted and set for the account.
func (s *Server) addActs(r *request, accountID id.ID, page *pages.StaffAccount) error {
	notes, err := s.Support.Notes(r.ctx, accountID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		page.Notes = append(page.Notes, pages.StaffNote{At: n.WrittenAt, By: n.WrittenName, Text: n.Note})
	}
	if page.Limits = page.Typed; page.Typed["limit_reason"] == "" && page.Errors["limit_reason"] == "" {
		page.Limits, err = s.ownLimitsOf(r, accountID)
	}
	return err
}
