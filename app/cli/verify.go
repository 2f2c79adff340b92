package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"smtpserver/app/billing"
	"smtpserver/app/boot"
	"smtpserver/app/broadcast"
	"smtpserver/app/message"
	"smtpserver/app/reputation"
	"smtpserver/app/store"
	"smtpserver/app/terms"
)

// verify prints the ledger and fails when it does not add up.
func (p *program) verify(ctx context.Context, cmd *cli.Command) error {
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		l, err := message.Verify(ctx, s)
		if err != nil {
			return err
		}
		proof, err := terms.Verify(ctx, s)
		if err != nil {
			return err
		}
		campaigns, err := broadcast.Verify(ctx, s)
		if err != nil {
			return err
		}
		bills, payments, err := p.verifyMoney(ctx, s)
		if err != nil {
			return err
		}
		standings, err := reputation.Verify(ctx, s)
		if err != nil {
			return err
		}
		ok := l.OK() && proof.OK() && campaigns.OK() && len(bills)+len(payments.Wrong) == 0 && len(standings) == 0
		if cmd.Bool("json") {
			err = json.NewEncoder(p.out).Encode(struct {
				OK bool `json:"ok"`
				message.Ledger
				Terms     terms.Proof      `json:"terms"`
				Campaigns broadcast.Ledger `json:"campaigns"`
				Billing   []string         `json:"billing"`            // what is wrong
				Payments  billing.Compared `json:"payments,omitempty"` // beside the provider's
				Standings []string         `json:"standings"`          // what is wrong
			}{ok, l, proof, campaigns, bills, payments, standings})
		} else {
			err = errors.Join(p.printLedger(l), p.printCampaigns(campaigns), p.printProof(proof), p.printWrong(append(bills, payments.Wrong...)), p.printWrong(standings))
		}
		if err == nil && !ok {
			err = errRed
		}
		return err
	})
}

// verifyMoney verifies what was billed and paid; and where a payment provider collects, it
// holds our payments against its own.
func (p *program) verifyMoney(ctx context.Context, s *store.Store) (bills []string, payments billing.Compared, err error) {
	c, err := p.config()
	if err != nil {
		return nil, payments, err
	}
	ledger := billing.New(s, nil, nil)
	if bills, err = ledger.Verify(ctx); err != nil {
		return nil, payments, err
	}
	provider, err := boot.PaymentProvider(c)
	if err != nil || provider == nil {
		return bills, payments, err
	}
	ledger.CollectBy(provider)
	payments, err = ledger.Compare(ctx)
	return bills, payments, err
}

func (p *program) printWrong(wrong []string) error {
	for _, line := range wrong {
		if _, err := fmt.Fprintln(p.out, "WRONG "+line); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) printLedger(l message.Ledger) error {
	for _, b := range l.Accounts {
		word := "ok   "
		if !b.OK() {
			word = "WRONG"
		}
		c := b.Counted
		_, err := fmt.Fprintf(p.out, "%s %s accepted %d = delivered %d + bounced %d + suppressed %d + expired %d + cancelled %d + held %d + queued %d (rows: %d)\n",
			word, b.AccountID, c.Accepted, c.Delivered, c.Bounced, c.Suppressed, c.Expired, c.Cancelled, b.Rows[message.Held],
			b.Rows[message.Queued]+b.Rows[message.Deferred], b.Total())
		if err != nil {
			return err
		}
	}
	for _, s := range l.Stuck {
		if _, err := fmt.Fprintf(p.out, "WRONG %s delivery %s waits under a lease that ended %s\n", s.AccountID, s.DeliveryID, s.LeaseUntil); err != nil {
			return err
		}
	}
	if l.Unbodied > 0 {
		if _, err := fmt.Fprintf(p.out, "WRONG %d deliveries wait without content\n", l.Unbodied); err != nil {
			return err
		}
	}
	for _, what := range slices.Sorted(maps.Keys(l.Orphans)) {
		if _, err := fmt.Fprintf(p.out, "WRONG %d %s\n", l.Orphans[what], strings.ReplaceAll(what, "_", " ")); err != nil {
			return err
		}
	}
	for _, m := range l.Miscounts {
		if _, err := fmt.Fprintf(p.out, "WRONG %s\n", m); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(p.out, "%d accounts, %d attempts that may have delivered unseen\n", len(l.Accounts), l.Ambiguous)
	return err
}

// printCampaigns says whether each campaign's numbers add up.
func (p *program) printCampaigns(l broadcast.Ledger) error {
	for _, b := range l.Campaigns {
		word := "ok   "
		if !b.OK() {
			word = "WRONG"
		}
		c := b.Counted
		_, err := fmt.Fprintf(p.out, "%s %s campaign %s audience %d = sent %d + waiting %d + suppressed %d + opted out %d + invalid %d + duplicate %d + failed %d + skipped %d\n",
			word, b.AccountID, b.CampaignID, c.Audience, c.Sent, c.Waiting, c.Suppressed, c.OptedOut, c.Invalid, c.Duplicate, c.Failed, c.Skipped)
		if err != nil {
			return err
		}
	}
	for _, what := range slices.Sorted(maps.Keys(l.Wrong)) {
		if _, err := fmt.Fprintf(p.out, "WRONG %d %s\n", l.Wrong[what], strings.ReplaceAll(what, "_", " ")); err != nil {
			return err
		}
	}
	return nil
}

// printProof says whether texts, notices and acceptances are as they were recorded.
func (p *program) printProof(proof terms.Proof) error {
	for _, sentence := range proof.Broken {
		if _, err := fmt.Fprintf(p.out, "WRONG %s\n", sentence); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(p.out, "terms: %d versions, %d records of %d accounts, fingerprint %s\n", proof.Versions, proof.Records, proof.Accounts, proof.Fingerprint)
	return err
}
