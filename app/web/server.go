package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/approval"
	"smtpserver/app/audit"
	"smtpserver/app/automation"
	"smtpserver/app/billing"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/clock"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/credential"
	"smtpserver/app/delivery"
	"smtpserver/app/departure"
	"smtpserver/app/domain"
	"smtpserver/app/identity"
	"smtpserver/app/leaving"
	"smtpserver/app/limit"
	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/app/newsletter"
	"smtpserver/app/office"
	"smtpserver/app/person"
	"smtpserver/app/reputation"
	"smtpserver/app/secret"
	"smtpserver/app/sending"
	"smtpserver/app/support"
	"smtpserver/app/template"
	"smtpserver/app/terms"
	"smtpserver/app/tracking"
	"smtpserver/app/web/mailview"
	"smtpserver/app/web/oauth"
)

// Deps is what the pages work with.
type Deps struct {
	Identity *identity.Service
	Accounts *account.Service
	Terms    *terms.Archive
	Audit    *audit.Log
	Support  *support.Service

	Office    *office.People // who works for the operator
	Approvals *approval.Desk // acts that take two of them

	Departure *departure.Service // exports, closing, erasure
	Persons   *person.Service    // people who ask what is held about them
	Box       *secret.Box
	Clock     clock.Clock
	Log       *slog.Logger
	Ready     []Check  // what /readyz asks
	Overview  Overview // figures of the dashboard

	Providers []*oauth.Provider // by which people may sign in too

	TermsGate *terms.Gate // stands at the door of accounts
	TermsDesk *terms.Desk // where staff write
	TermsPost *mailview.TermsPost

	Domains      *domain.Service
	Credentials  *credential.Service
	TestSender   TestSender
	Messages     *message.Archive
	Captures     Captures                              // with DELIVERY=capture only
	Destinations *delivery.Board                       // how they take mail
	Wake         func(destination string, urgent bool) // its deliveries are due
	Contacts     *contact.Service
	Imports      *listimport.Service
	Forms        *contact.Forms // the public side of the contacts
	Newsletter   *newsletter.Service
	Mailings     *newsletter.Mailings // the operator's own
	Automations  *automation.Service
	Compiler     *content.Compiler
	Templates    *template.Service // saved contents, and images of mails
	Reports      *tracking.Reports

	Tracker    *tracking.Tracker
	Switches   *tracking.Switches // what is tracked
	Visits     *tracking.Recorder
	Stops      *tracking.Stops // where links lead nobody
	Leaving    *leaving.Service
	Campaigns  *broadcast.Service
	Audiences  *campaign.Service // the customers' side of campaigns
	Billing    *billing.Service
	Doors      *limit.Limiter // counts what is refused where there is no session
	Reputation *reputation.Service
	Limits     *delivery.LimitBook // of destinations
	Detours    *delivery.DetourBook
	Rates      *limit.Rates // of accounts
	Instance   Instance
	Sending    *sending.Pools
	OperateAll func(context.Context, message.Operation, message.Reach) (message.Done, error) // on mail that waits, whoever's
}

// Server is the pages. Make it with New.
type Server struct {
	Deps
	cfg       Config
	app       *fiber.App
	mu        sync.Mutex
	listener  net.Listener   // of Serve
	following map[string]int // streams by account, see follow.go
	draining  atomic.Bool    // set before: a proxy is told to ask others
	stopping  chan struct{}  // closed when Shutdown begins: streams end
	stopped   chan struct{}  // closed when Shutdown is done
}

const (
	maxBody        = 1 << 20          // forms; uploads have their own way in, see body.go
	maxHeader      = 16 << 10         // all header lines together
	readTimeout    = 30 * time.Second // for a whole request: no slow loris
	writeTimeout   = 60 * time.Second
	idleTimeout    = 90 * time.Second
	requestTimeout = 20 * time.Second // for what a handler waits for
)

// New returns the pages, ready to serve.
func New(cfg Config, d Deps) (*Server, error) {
	if cfg.PublicURL == nil || cfg.PublicURL.Host == "" {
		return nil, errors.New("web: the public URL is missing")
	}
	if d.Clock == nil {
		d.Clock = clock.System
	}
	s := &Server{Deps: d, cfg: cfg, stopping: make(chan struct{}), stopped: make(chan struct{})}
	s.app = fiber.New(fiber.Config{
		AppName: "smtpserver", DisableStartupMessage: true, Network: fiber.NetworkTCP,
		Immutable:               true, // strings must outlive the request
		EnableTrustedProxyCheck: true, // with no proxies named: Fiber believes nobody, client.go judges
		StrictRouting:           false, CaseSensitive: true,
		StreamRequestBody:            true, // body.go bounds every body; an upload is read as it arrives
		DisablePreParseMultipartForm: true, // read whole first: a broken form gets an answer, not a reset
		BodyLimit:                    maxBody, ReadBufferSize: maxHeader,
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ErrorHandler: s.protocolError,
	})
	s.app.Server().CloseOnShutdown = true
	s.app.Use(s.outer)
	if err := s.register(); err != nil {
		return nil, err
	}
	return s, nil
}

// register puts the table into Fiber. HEAD goes with GET.
func (s *Server) register() error {
	seen := map[string]bool{}
	for _, route := range s.Routes() {
		key := route.Method + " " + route.Path
		if seen[key] {
			return fmt.Errorf("web: route %s is in the table twice", key)
		}
		seen[key] = true
		if route.Access.level == developer && !s.cfg.Capture {
			continue
		}
		s.app.Add(route.Method, route.Path, s.handle(route))
		if route.Method == fiber.MethodGet {
			s.app.Add(fiber.MethodHead, route.Path, s.handle(route))
		}
	}
	return nil
}

// Serve answers on the listener until Shutdown is done: not only begun, as Fiber's
// own Listener does, which would let main end requests in flight.
func (s *Server) Serve(ln net.Listener) error {
	if !s.adopt(ln) {
		return errors.Join(ln.Close(), s.awaitStop())
	}
	if err := s.app.Listener(enduring{ln, s.Log, s.stopping}); err != nil {
		return fmt.Errorf("web: serve: %w", err)
	}
	return s.awaitStop()
}

// adopt remembers the listener, unless the server is stopping already.
func (s *Server) adopt(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.stopping:
		return false
	default:
		s.listener = ln
		return true
	}
}

func (s *Server) awaitStop() error {
	<-s.stopped
	return nil
}

// Drain says for a while that others should be asked, and goes on answering who asks all
// the same. Without it a proxy would learn of a stop by requests that fail.
func (s *Server) Drain(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	s.draining.Store(true)
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// Shutdown stops accepting, ends streams and waits for requests in flight. Call it
// once; afterwards Serve returns.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	close(s.stopping)
	ln := s.listener
	s.mu.Unlock()
	defer close(s.stopped)
	if ln != nil {
		// Fiber may not have begun to listen: then it would not know what to close.
		defer func() { _ = ln.Close() }()
	}
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("web: shut down: %w", err)
	}
	return nil
}
