package delivery

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"smtpserver/app/fault"
	"smtpserver/app/secret"
	"smtpserver/app/sending"
	"smtpserver/app/store"
)

// Detour is how the operator has a destination's mail go instead of the usual way. That of a
// recipient domain goes before that of the destination which the domain is part of.
type Detour struct {
	Destination string
	Pool        string   // of our addresses that it leaves from; "" leaves that to the rules
	Relay       *url.URL // that takes it instead of the recipients' servers, without a password; nil: those
	Password    bool     // one is kept for the relay

	revision string // changes with it
	sealed   []byte
	secret   *string // the password, behind a pointer so that nothing prints it
	closed   bool    // it cannot be opened
}

// Set reports whether mail goes another way than the usual one.
func (d Detour) Set() bool { return d.Pool != "" || d.Relay != nil }

// Shown is the relay's URL, without a password; "" without a relay.
func (d Detour) Shown() string {
	if d.Relay == nil {
		return ""
	}
	return d.Relay.String()
}

// Words tells the way in a few words that go on from "Mail to X"; "" for the usual one.
func (d Detour) Words() string {
	var parts []string
	if d.Pool != "" {
		parts = append(parts, "leaves from the pool “"+d.Pool+"”")
	}
	if d.Relay != nil {
		parts = append(parts, "goes through the relay "+d.Relay.Host)
	}
	return strings.Join(parts, " and ")
}

// Sealed is where passwords of relays are.
var Sealed = secret.Place{
	Table: "destination_detours", Column: "password", Row: []string{"destination"},
	Purpose: func(row []string) string { return relayPurpose(strings.Join(row, " ")) },
}

func relayPurpose(destination string) string { return "relay:" + destination }

// DetourBook keeps the detours. Workers see a change within seconds, and none claims anything
// after it without.
type DetourBook struct {
	queue *queue
	box   *secret.Box
	pools *sending.Pools
}

// NewDetourBook returns the detours of a database, whose passwords the box seals.
func NewDetourBook(s *store.Store, box *secret.Box) *DetourBook {
	return &DetourBook{&queue{store: s}, box, sending.New(s)}
}

// All returns the detours by destination.
func (b *DetourBook) All(ctx context.Context) (map[string]Detour, error) {
	rows, err := b.queue.detours(ctx)
	return byDestination(rows), err
}

// Of returns the detour of a destination.
func (b *DetourBook) Of(ctx context.Context, destination string) (Detour, error) {
	all, err := b.All(ctx)
	d := all[destination]
	d.Destination = destination
	return d, err
}

// Wish is what the operator wants of a destination; without a pool and a relay the usual way holds.
type Wish struct {
	Destination, Pool string
	Relay             string // like smtp://name:password@host:port
	Password          string // where it does not stand in Relay; "" keeps what is kept for the same relay
}

// Set stores a detour and returns it. It forgets how the destination took mail on the way before.
func (b *DetourBook) Set(ctx context.Context, w Wish) (Detour, error) {
	d := Detour{Destination: w.Destination, Pool: strings.TrimSpace(w.Pool)}
	if w.Destination == CaptureBox {
		return d, fault.Field("pool", "Nothing leaves the capture box, so it has no route.")
	}
	if err := b.checkPool(ctx, d.Pool); err != nil {
		return d, err
	}
	password := w.Password
	switch relay := strings.TrimSpace(w.Relay); {
	case relay == "" && password != "":
		return d, fault.Field("relay", "Say which relay the password is for.")
	case relay != "":
		var within string
		var err error
		if d.Relay, within, err = parseRelay(relay); err != nil {
			return d, err
		}
		password = cmp.Or(password, within)
		if d.sealed, err = b.seal(ctx, d, password); err != nil {
			return d, err
		}
		d.Password = d.sealed != nil
	}
	return d, b.queue.setDetour(ctx, d)
}

// checkPool refuses a pool from which nothing could leave.
func (b *DetourBook) checkPool(ctx context.Context, pool string) error {
	if pool == "" {
		return nil
	}
	all, err := b.pools.All(ctx)
	if err != nil {
		return err
	}
	of := slices.DeleteFunc(all, func(a sending.Address) bool { return a.Pool != pool })
	switch {
	case len(of) == 0:
		return fault.Field("pool", "There is no pool of that name: choose one that has an address.")
	case !slices.ContainsFunc(of, sending.Address.Usable):
		return fault.Field("pool", "No address of this pool may send now. "+of[0].Address+": "+of[0].State()+".")
	}
	return nil
}

// seal returns the sealed password of a relay that wants one: the given one, or what is kept.
func (b *DetourBook) seal(ctx context.Context, d Detour, password string) ([]byte, error) {
	switch named := d.Relay.User != nil; {
	case !named && password != "":
		return nil, fault.Field("relay", "Say whose password it is: smtp://name@host:port.")
	case !named:
		return nil, nil
	case password != "":
		if strings.ContainsFunc(password, unicode.IsControl) {
			return nil, fault.Field("password", "A password has no line ends and no other control characters.")
		}
		return b.box.Seal(relayPurpose(d.Destination), []byte(password))
	}
	kept, err := b.Of(ctx, d.Destination)
	if err == nil && (!kept.Password || kept.Shown() != d.Shown()) {
		err = fault.Field("password", "Give the password: it is kept for one name at one relay only.")
	}
	return kept.sealed, err
}

const mostRelay = 500

var relayHost = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// parseRelay reads a relay like the smart host of the settings. No error repeats it: it may
// hold a password.
func parseRelay(text string) (relay *url.URL, password string, err error) {
	bad := fault.Field("relay", "Write it like smtp://name@relay.example.com:587, or smtps:// where TLS comes first. Special characters of the name are percent-encoded.")
	u, err := url.Parse(text)
	if err != nil || len(text) > mostRelay || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, "", bad
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if _, err := netip.ParseAddr(host); err != nil && !relayHost.MatchString(host) {
		return nil, "", bad
	}
	if port, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return nil, "", bad
	}
	relay = &url.URL{Scheme: u.Scheme, Host: net.JoinHostPort(host, strconv.Itoa(relayPort(u.Scheme, u.Port())))}
	if u.User != nil {
		if name := u.User.Username(); name == "" || strings.ContainsFunc(name, unicode.IsControl) {
			return nil, "", bad
		}
		relay.User = url.User(u.User.Username())
		password, _ = u.User.Password()
	}
	return relay, password, nil
}

// detours are those that hold for a batch, by destination. What was claimed goes as they were
// then, whatever another run reads.
type detours struct {
	all map[string]Detour
	box *secret.Box
}

// of returns the detour for mail to a recipient domain that waits for a destination.
func (l detours) of(domain, destination string) Detour {
	for _, name := range []string{strings.ToLower(domain), destination} {
		if d, set := l.all[name]; set {
			d.open(l.box)
			l.all[name] = d
			return d
		}
	}
	return Detour{}
}

// ofDomains reports whether a recipient domain has one of its own.
func (l detours) ofDomains() bool {
	for name := range l.all {
		if !grouped(name) {
			return true
		}
	}
	return false
}

// open opens the password.
func (d *Detour) open(box *secret.Box) {
	if d.sealed == nil || d.secret != nil {
		return
	}
	d.closed = true
	if box == nil {
		return
	}
	if plain, err := box.Open(relayPurpose(d.Destination), d.sealed); err == nil {
		d.secret, d.closed = new(string(plain)), false
	}
}

// heeded knows which detours were heeded, by their revision.
type heeded struct {
	mu  sync.Mutex
	all map[string]string
}

// replace returns the destinations whose detour changed.
func (l *heeded) replace(rows []detourRow) (changed []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(rows) == 0 && len(l.all) == 0 {
		return nil
	}
	all := make(map[string]string, len(rows))
	for _, r := range rows {
		all[r.Destination] = r.Revision
		if l.all[r.Destination] != r.Revision {
			changed = append(changed, r.Destination)
		}
	}
	for name := range l.all {
		if all[name] == "" {
			changed = append(changed, name)
		}
	}
	l.all = all
	return changed
}

// heed serves a destination whose mail goes another way now as one of which nothing is known:
// what was heard came from other servers.
func (e *Engine) heed(rows []detourRow) {
	for _, name := range e.heeded.replace(rows) {
		if p := e.paces.get(name); p != nil {
			p.reopen()
			e.wake(name, true)
		}
	}
}
