package billing

import (
	"slices"
	"time"

	"smtpserver/app/id"
)

// CardCharge is one time that an invoice was to be paid by the provider.
type CardCharge struct {
	AccountID, ID, InvoiceID id.ID
	Way                      Way
	Amount                   Money
	Currency                 string
	State                    Progress
	Reference                string
	Code                     string
	CreatedAt                time.Time
	TriedAt                  time.Time
}

// waits are the days until the card is asked again, after each refusal.
var waits = []int{1, 3, 5}

// needsPerson is the code of a bank that asks the card's owner to confirm (SCA).
const needsPerson = "authentication_required"

// final are refusals that asking again cannot change.
var final = []string{needsPerson, "expired_card", "lost_card", "stolen_card", "pickup_card", "incorrect_number", "card_not_supported", "currency_not_supported", "refused", "no_method"}

// nextAsk is when the card is asked again after so many refusals, the last with a code;
// false when it is not.
func nextAsk(refusals int, code string, last time.Time) (time.Time, bool) {
	if refusals > len(waits) || slices.Contains(final, code) {
		return time.Time{}, false
	}
	if refusals == 0 {
		return last, true
	}
	return last.Add(time.Duration(waits[refusals-1]) * 24 * time.Hour), true
}

// Refusal is why a card did not pay, and what follows.
type Refusal struct {
	Code  string
	Again Date // when the card is asked again; "" when it is not
}

// Confirm reports whether the bank only asks the owner to confirm.
func (r Refusal) Confirm() bool { return r.Code == needsPerson }

// Words say why, as the end of "the card did not pay: …".
func (r Refusal) Words() string {
	switch r.Code {
	case needsPerson:
		return "the bank asks you to confirm this payment yourself"
	case "insufficient_funds":
		return "there is not enough money on the account behind it"
	case "expired_card":
		return "it has expired"
	case "lost_card", "stolen_card", "pickup_card":
		return "the bank has blocked it"
	case "card_not_supported", "currency_not_supported":
		return "it does not take payments of this kind"
	case "card_velocity_exceeded", "withdrawal_count_limit_exceeded":
		return "its limit is used up"
	case "no_method":
		return "it has been removed"
	case "refused":
		return "the payment provider does not take this payment"
	}
	return "the bank refused it and gave no reason"
}

// entry is one line of a charge's ledger: money that came or went.
type entry struct {
	reference string
	amount    Money
	on        Date // "": the day we hear of it
}

// entries are the lines that a settlement asks for. They follow from what the provider
// knows now, and from nothing else: so it does not matter how often, in which order or
// how late we hear of it. Lines are only ever added.
func (t Settlement) entries() (list []entry) {
	if t.State == ChargePaid && t.Received != 0 {
		list = append(list, entry{t.Reference, t.Received, t.On})
	}
	for _, r := range t.Refunds {
		list = append(list, entry{r.Reference, -r.Amount, r.On})
		if r.Failed {
			list = append(list, entry{r.Reference + " came back", r.Amount, ""})
		}
	}
	for _, d := range t.Disputes {
		if d.State == DisputeAsked || d.State == DisputeClosed {
			continue
		}
		list = append(list, entry{d.Reference, -d.Amount, d.On})
		if d.State == DisputeWon {
			list = append(list, entry{d.Reference + " won", d.Amount, ""})
		}
	}
	return list
}

// sum is what is left of the payment.
func (t Settlement) sum() (left Money) {
	for _, e := range t.entries() {
		left += e.amount
	}
	return left
}
