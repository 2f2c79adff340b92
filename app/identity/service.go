package identity

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/limit"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/terms"
)

// Deps is what a Service works with.
type Deps struct {
	Store    *store.Store
	Accounts *account.Service
	Terms    *terms.Archive
	Limiter  *limit.Limiter
	Hasher   *Hasher
	Notifier Notifier
	Greeter  Greeter // nil: nobody hears of new accounts
	Log      *slog.Logger
	Limits   Limits // zero fields take their defaults
	Box      *secret.Box
	Brand    string   // named in authenticator apps
	Public   *url.URL // passkeys are bound to its host; nil: there are none
}

// Limits are the brakes on guessing and on list bombing.
type Limits struct {
	SignInsPerMinute   int // failed ones, per address and network
	SignInsPerNetwork  int // failed ones per minute, for all addresses
	SignUpsPerDay      int // per network
	MailsPerHour       int // confirmation, reset and "you are registered" mails per address
	MailAsksPerNetwork int // asked for per hour from one network
	CodesPerHour       int // second factors tried, per user from everywhere
	RoundsPerNetwork   int // begun at providers or with passkeys, per minute
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.SignInsPerMinute, 5)
	set(&l.SignInsPerNetwork, 30)
	set(&l.SignUpsPerDay, 60)
	set(&l.MailsPerHour, 5)
	set(&l.MailAsksPerNetwork, 60)
	set(&l.CodesPerHour, 30)
	set(&l.RoundsPerNetwork, 60)
	return l
}

// Service is the use cases. Safe for concurrent use.
type Service struct {
	Deps
	audit    *audit.Log
	passkeys *webauthn.WebAuthn // nil: the public URL allows none
}

// New returns a service.
func New(d Deps) *Service {
	d.Limits = d.Limits.withDefaults()
	return &Service{d, audit.New(d.Store), relyingParty(d.Public, d.Brand)}
}

func (s *Service) now() time.Time { return s.Store.Now() }
