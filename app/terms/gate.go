package terms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/memo"
)

// Gate stands at every door through which accounts use the service: pages, SMTP, API.
// It records acceptance by use, and keeps accounts out that objected to what is in
// force. Safe for concurrent use; after an account's first use it costs a look into a
// map. Another process's changes count within seconds.
type Gate struct {
	archive *Archive
	clock   clock.Clock
	link    func(slug string) string

	now     atomic.Pointer[snapshot]
	through *memo.Memo[key, bool]
	barred  *memo.Memo[key, *fault.Error]
}

// key is an account under one set of texts. An acceptance is never taken back, so what
// is through stays through until another text is in force.
type key struct {
	account id.ID
	texts   string
}

// snapshot is which versions are in force, for a few seconds of one day.
type snapshot struct {
	at       time.Time
	until    time.Time // a few seconds later, or the end of the day
	texts    string    // names them all; "" when none ever followed a notice
	versions []Version // those in force
	all      []Version
}

const (
	snapshotLife = 5 * time.Second
	throughLife  = 24 * time.Hour
	barredLife   = 2 * time.Second
	mostAccounts = 100_000
)

// NewGate returns a gate. The link leads to the page where an account can decide.
func NewGate(a *Archive, c clock.Clock, link func(slug string) string) *Gate {
	return &Gate{
		archive: a, clock: c, link: link,
		through: memo.New[key, bool](c, throughLife, mostAccounts), barred: memo.New[key, *fault.Error](c, barredLife, mostAccounts),
	}
}

// Use notes that somebody who proved who they are uses an account. It fails with
// fault.Forbidden, and records nothing, when the account objected to what is in force.
// Only members and credentials use an account: the system, and the operator's people,
// do not.
func (g *Gate) Use(ctx context.Context, scope account.Scope, by By) error {
	if kind := scope.Actor().Kind; kind != account.ActorUser && kind != account.ActorCredential {
		return nil
	}
	now, err := g.current(ctx)
	if err != nil || now.texts == "" {
		return err
	}
	k := key{scope.AccountID(), now.texts}
	_, err = g.through.Get(k, func() (bool, error) {
		refusal, err := g.barred.Get(k, func() (refusal *fault.Error, err error) {
			err = g.archive.use(ctx, scope, now, g.link, by)
			if fault.Is(err, fault.Forbidden) && errors.As(err, &refusal) {
				return refusal, nil
			}
			return nil, err
		})
		if err == nil && refusal != nil {
			err = refusal
		}
		return err == nil, err
	})
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return fmt.Errorf("terms: use: %w", err)
	}
	return err
}

// Forget lets a change of mind count at once in this process.
func (g *Gate) Forget(accountID id.ID) {
	g.barred.ForgetIf(func(k key, _ *fault.Error) bool { return k.account == accountID })
}

// Refresh lets an announcement or withdrawal count at once in this process.
func (g *Gate) Refresh() { g.now.Store(nil) }

// current returns the versions in force that followed a notice.
func (g *Gate) current(ctx context.Context) (*snapshot, error) {
	now := g.clock.Now()
	if s := g.now.Load(); s != nil && !now.Before(s.at) && now.Before(s.until) {
		return s, nil
	}
	all, err := g.archive.AllVersions(ctx)
	if err != nil {
		return nil, err
	}
	midnight := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	s := &snapshot{at: now, until: now.Add(snapshotLife), all: all}
	if midnight.Before(s.until) {
		s.until = midnight
	}
	var names []string
	for _, document := range Documents {
		if v, ok := inForce(Of(all, document), now); ok && v.Number > 1 || ok && v.Kind != Founding {
			s.versions = append(s.versions, v)
			names = append(names, fmt.Sprintf("%s:%d", document, v.Number))
		}
	}
	s.texts = strings.Join(names, " ")
	g.now.Store(s)
	return s, nil
}

// Announced returns what waits for its date and owners must be told of, without texts.
func (g *Gate) Announced(ctx context.Context) (out []Version, err error) {
	s, err := g.current(ctx)
	if err != nil {
		return nil, err
	}
	for _, document := range Documents {
		if v, ok := announced(Of(s.all, document), s.at); ok && v.Kind == Material {
			out = append(out, v)
		}
	}
	return out, nil
}
