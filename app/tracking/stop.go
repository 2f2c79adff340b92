package tracking

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Stopped is where links lead nobody any more, because it harms who goes there.
type Stopped struct {
	Target    string `gorm:"primaryKey"` // an address, or a host with all that is on it
	Reason    string
	StoppedBy id.ID
	StoppedAt time.Time
}

// TableName implements gorm's Tabler.
func (Stopped) TableName() string { return "stopped_links" }

// rereadStops is how soon a stop counts in every process; L-05 asks for a minute.
const rereadStops = 10 * time.Second

// Stops knows where links lead nobody any more. It reads the list again and again and
// answers from memory: when the database is down it knows what it knew. Safe for
// concurrent use.
type Stops struct {
	store *store.Store
	log   *slog.Logger
	known atomic.Pointer[map[string]bool]
}

// NewStops returns Stops; Run keeps them fresh.
func NewStops(s *store.Store, log *slog.Logger) *Stops { return &Stops{store: s, log: log} }

// Run reads the list until ctx ends.
func (s *Stops) Run(ctx context.Context) error {
	ticker := time.NewTicker(rereadStops)
	defer ticker.Stop()
	for {
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "cannot read which links are stopped; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Has reports whether a link must not lead to the address.
func (s *Stops) Has(address string) bool {
	known := s.known.Load()
	if known == nil || len(*known) == 0 {
		return false
	}
	whole, host := stopKeys(address)
	found := (*known)[whole]
	for ; !found && host != ""; _, host, _ = strings.Cut(host, ".") { // with all below it
		found = (*known)[host]
	}
	return found
}

// stopKeys are what an address can be stopped by: itself, and its host.
func stopKeys(address string) (whole, host string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment, u.User = strings.ToLower(u.Scheme), strings.ToLower(strings.TrimSuffix(u.Host, ".")), "", "", nil
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), strings.TrimSuffix(u.Hostname(), ".")
}

const mostStopReason = 500

// judgeStop reads what staff typed: an address, or a host.
func judgeStop(typed, reason string) (target string, err error) {
	typed, reason = strings.TrimSpace(typed), strings.TrimSpace(reason)
	if strings.Contains(typed, "://") {
		if !leadsOut(typed) {
			return "", fault.Field("target", "This is no address that begins with http:// or https://.")
		}
		target, _ = stopKeys(typed)
	} else {
		host := strings.ToLower(strings.TrimSuffix(typed, "."))
		if !leadsOut("http://"+host+"/") || strings.ContainsAny(host, "/?#@:%") || !strings.Contains(host, ".") {
			return "", fault.Field("target", "Enter a whole address, or the name of a host such as shop.example.")
		}
		target = host
	}
	if reason == "" || len(reason) > mostStopReason {
		return "", fault.Field("reason", "Say in a sentence why, at most 500 characters.")
	}
	return target, nil
}

// Stop ends that links lead to an address, or to a host and those below it.
func (s *Stops) Stop(ctx context.Context, target, reason string, by id.ID) error {
	target, err := judgeStop(target, reason)
	if err != nil {
		return err
	}
	if err := s.add(ctx, Stopped{Target: target, Reason: strings.TrimSpace(reason), StoppedBy: by, StoppedAt: s.store.Now()}); err != nil {
		return err
	}
	return s.Refresh(ctx)
}

// Allow takes a stop back.
func (s *Stops) Allow(ctx context.Context, target string) error {
	if err := s.remove(ctx, target); err != nil {
		return err
	}
	return s.Refresh(ctx)
}
