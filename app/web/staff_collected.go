package web

import (
	"strings"

	"smtpserver/app/billing"
	"smtpserver/views/pages"
)

var (
	wayWords    = map[billing.Way]string{billing.ByCard: "Kept card", billing.ByPage: "Payment page"}
	chargeWords = map[billing.Progress]string{
		billing.ChargeAsked: "Asked, no answer yet", billing.ChargeWaiting: "Under way", billing.ChargeFailed: "Refused", billing.ChargePaid: "Paid", billing.ChargeGone: "Given up",
	}
	refundWords = map[string]string{"asked": "Asked, no answer yet", "done": "Paid back", "failed": "Failed"}
)

// methodWords says how money came or went; of what a provider did, what it was.
func methodWords(p billing.Payment) string {
	if p.ChargeID == "" {
		return p.Method
	}
	for prefix, word := range map[string]string{"pi_": "card", "re_": "back to the card", "dp_": "dispute", "du_": "dispute"} {
		if strings.HasPrefix(p.Reference, prefix) {
			return word
		}
	}
	return p.Method
}

// addCollected adds what the payment provider had to do with an invoice.
func addCollected(page *pages.StaffInvoice, inv billing.Statement) {
	for _, c := range inv.Charges {
		row := pages.CardTry{At: billing.DateOf(c.CreatedAt).Long(), Way: wayWords[c.Way], State: string(c.State), Word: chargeWords[c.State], Amount: c.Amount.Format(inv.Currency), Reference: c.Reference}
		if c.State == billing.ChargeFailed {
			row.Why = "The card did not pay: " + billing.Refusal{Code: c.Code}.Words() + "."
		}
		page.Tries = append(page.Tries, row)
		page.ByCard = page.ByCard || c.State == billing.ChargePaid
	}
	for _, f := range inv.Refunds {
		page.Refunds = append(page.Refunds, pages.RefundRow{
			On: billing.DateOf(f.CreatedAt).Long(), State: f.State, Word: refundWords[f.State], Reason: f.Reason, Note: f.Note, Reference: f.Reference, Amount: "−" + f.Amount.Format(inv.Currency),
		})
	}
	for _, d := range inv.Disputes {
		page.Disputes = append(page.Disputes, disputeRow(d, inv.Currency))
	}
}

// disputeRow says how far a dispute is, and what is to be done until when.
func disputeRow(d billing.Contest, currency string) pages.DisputeRow {
	amount := d.Amount.Format(currency)
	row := pages.DisputeRow{Tone: "tone-bad", Sentence: "Dispute " + d.Reference + ": the card's owner contests " + amount + " since " + d.OpenedOn.Long() + ". The money is taken back until the bank decides."}
	switch d.State {
	case billing.DisputeAsked:
		row.Tone, row.Sentence = "tone-warn", "Inquiry "+d.Reference+": the bank asks about "+amount+" since "+d.OpenedOn.Long()+". No money has moved."
	case billing.DisputeWon:
		row.Tone, row.Sentence = "tone-good", "Dispute "+d.Reference+" about "+amount+" was won. The money came back."
	case billing.DisputeLost:
		row.Sentence = "Dispute " + d.Reference + " about " + amount + " was lost. The invoice is open again: take it back with a credit note, or ask for it in another way."
	case billing.DisputeClosed:
		row.Tone, row.Sentence = "tone-waiting", "Inquiry "+d.Reference+" about "+amount+" ended. No money has moved."
	case billing.DisputeOpen:
	}
	if d.AnswerBy != "" {
		row.Sentence += " Answer in Stripe's dashboard by " + d.AnswerBy.Long() + "."
	}
	return row
}
