package tracking

import (
	"context"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/memo"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Choice is what an account or a domain says about one kind of visit.
type Choice string

// The choices. Default leaves it to the account, and the account to Defaults.
const (
	Default Choice = ""
	On      Choice = "on"
	Off     Choice = "off"
)

// Switch names one decision.
type Switch struct {
	Stream message.Stream
	Kind   Kind
}

// Choices are the decisions of an account or a domain.
type Choices map[Switch]Choice

// Switchable are the decisions there are, in the order of their pages.
var Switchable = []Switch{{message.Broadcast, Open}, {message.Broadcast, Click}, {message.Transactional, Open}, {message.Transactional, Click}}

// Defaults says what holds where nobody decided: mail to many is marked, mail that people
// wait for is not.
func Defaults(s Switch) bool { return s.Stream == message.Broadcast }

// decide takes the choice that stands nearest to the mail.
func decide(s Switch, nearestFirst ...Choices) bool {
	for _, choices := range nearestFirst {
		if c := choices[s]; c != Default {
			return c == On
		}
	}
	return Defaults(s)
}

// asked reads what a message wishes for itself in X-SMTPServer-Track; ok is false when it
// leaves it to others.
func asked(wish string, kind Kind) (wanted, ok bool) {
	switch wish {
	case "":
		return false, false
	case "opens,clicks":
		return true, true
	}
	return wish == string(kind)+"s", true
}

// Options is what Switches works with.
type Options struct {
	Store *store.Store
	Clock clock.Clock
	// LinkHosts: links carry the customers' own hosts, because the proxy before us answers
	// for them over TLS.
	LinkHosts bool
}

// Switches knows what is tracked, and by which host. Safe for concurrent use.
type Switches struct {
	Options
	known *memo.Memo[[2]id.ID, setting]
	hosts *memo.Memo[string, bool]
}

// setting is what holds for the mail of a domain.
type setting struct {
	account, domain Choices
	host            string
}

// How soon a change of a switch, or of a domain's records, counts.
const (
	settingTime = 10 * time.Second
	hostTime    = time.Minute
)

// NewSwitches returns Switches.
func NewSwitches(o Options) *Switches {
	return &Switches{o, memo.New[[2]id.ID, setting](o.Clock, settingTime, 10_000), memo.New[string, bool](o.Clock, hostTime, 10_000)}
}

// For returns how a mail of a domain is marked: by its own wish, else by its domain's
// choice, else by its account's.
func (s *Switches) For(ctx context.Context, accountID, domainID id.ID, stream message.Stream, wish string) (Mark, error) {
	set, err := s.settingOf(ctx, accountID, domainID)
	if err != nil {
		return Mark{}, err
	}
	m := Mark{AccountID: accountID, Host: set.host}
	for kind, wanted := range map[Kind]*bool{Open: &m.Opens, Click: &m.Clicks} {
		own, ok := asked(wish, kind)
		*wanted = own
		if !ok {
			*wanted = decide(Switch{stream, kind}, set.domain, set.account)
		}
	}
	return m, nil
}

// Host returns the host that links of a domain's mail carry; "" is ours.
func (s *Switches) Host(ctx context.Context, accountID, domainID id.ID) (string, error) {
	set, err := s.settingOf(ctx, accountID, domainID)
	return set.host, err
}

func (s *Switches) settingOf(ctx context.Context, accountID, domainID id.ID) (setting, error) {
	return s.known.Get([2]id.ID{accountID, domainID}, func() (setting, error) { return s.load(ctx, accountID, domainID) })
}

// IsLinkHost reports whether a host is a customer's, whose record leads here.
func (s *Switches) IsLinkHost(ctx context.Context, host string) (bool, error) {
	if !s.LinkHosts || host == "" {
		return false, nil
	}
	return s.hosts.Get(host, func() (bool, error) { return s.knowsHost(ctx, host) })
}

// Of returns what an account, or one of its domains, chose. The zero domain is the account.
func (s *Switches) Of(ctx context.Context, scope account.Scope, domainID id.ID) (Choices, error) {
	return s.choices(ctx, scope, domainID)
}

// Choose stores what an account, or one of its domains, wants.
func (s *Switches) Choose(ctx context.Context, scope account.Scope, domainID id.ID, c Choices) error {
	if err := s.choose(ctx, scope, domainID, c); err != nil {
		return err
	}
	s.known.ForgetIf(func(key [2]id.ID, _ setting) bool { return key[0] == scope.AccountID() })
	return nil
}
