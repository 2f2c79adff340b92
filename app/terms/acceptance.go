package terms

import (
	"context"
	"net/netip"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Acceptance is the evidence that an account accepted a version, without its place in
// the account's chain.
type Acceptance struct {
	Document   Document
	Number     int
	Digest     string
	UserID     id.ID
	Channel    Channel
	IP         netip.Addr
	UserAgent  string
	AcceptedAt time.Time
}

// Acceptances returns what the account has accepted, the newest first.
func (a *Archive) Acceptances(ctx context.Context, scope account.Scope) ([]Acceptance, error) {
	history, err := a.Records(ctx, scope)
	if err != nil {
		return nil, err
	}
	out := []Acceptance{}
	for i := len(history) - 1; i >= 0; i-- {
		if r := history[i]; r.Act == Accepted {
			out = append(out, Acceptance{r.Document, r.Number, r.Digest, r.UserID, r.Channel, r.IP, r.UserAgent, r.At})
		}
	}
	return out, nil
}
