package domain

import (
	"log/slog"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Options is what the service needs.
type Options struct {
	Store    *store.Store
	Box      *secret.Box // seals private keys
	Resolver Resolver
	// Hostname is MAIL_HOSTNAME: what customers' CNAMEs lead to.
	Hostname string
	// TrustReserved accepts names that cannot exist in DNS unseen. Set it only
	// while nothing leaves the machine (DELIVERY=capture without a DNS_SERVER).
	TrustReserved bool
	Log           *slog.Logger
}

// Service keeps the sending domains. Safe for concurrent use.
type Service struct {
	store         *store.Store
	audit         *audit.Log
	box           *secret.Box
	resolver      Resolver
	hostname      string
	trustReserved bool
	log           *slog.Logger
	generating    chan struct{}
	plan          account.Plan // nil: no bounds
}

// keysAtOnce bounds the processors that key generation may take from mail.
const keysAtOnce = 2

// New returns a service.
func New(o Options) *Service {
	return &Service{
		store: o.Store, audit: audit.New(o.Store), box: o.Box, resolver: o.Resolver, hostname: strings.ToLower(strings.TrimSuffix(o.Hostname, ".")),
		trustReserved: o.TrustReserved, log: o.Log, generating: make(chan struct{}, keysAtOnce),
	}
}

// SetPlan makes Add heed the account's plan. Call it before the doors open.
func (s *Service) SetPlan(p account.Plan) { s.plan = p }
