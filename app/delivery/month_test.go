package delivery

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/sending"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/testkit/services"
)

// monthBegin is when the simulated month begins; within it the clocks of Europe change.
var monthBegin = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

const monthDays = 30

// month is a simulated month: twenty accounts, thirty providers, one engine.
type month struct {
	t         *testing.T
	clock     *clock.Fake
	store     *store.Store
	engine    *Engine
	dir       string
	transport *simulated
	providers []*provider
	accounts  []seed.Account
	chance    *rand.Rand
	volume    int
	days      []monthDay
	pools     *sending.Pools
}

// monthDay is what the chart shows of a day.
type monthDay struct{ accepted, delivered, bounced, expired, suppressed, waiting int }

// A month of mail passes quickly: no rule is broken, every message ends in a final
// state, and the ledger balances. Broadcasts leave from an address that providers do not
// know yet, and one more joins it later. `make faults` sends twice as much and writes
// the report and its charts to testdata.
func TestSimulatedMonth(t *testing.T) {
	if testing.Short() {
		t.Skip("long: the race detector watches its parts in tests of their own")
	}
	t.Parallel()
	m := &month{t: t, clock: clock.NewFake(monthBegin), dir: t.TempDir(), providers: monthProviders(), chance: rand.New(rand.NewPCG(3, 1)), volume: 1}
	const step = 3 * time.Hour
	long := os.Getenv(services.EnvFaults) == "long"
	if long {
		m.volume = 2
	}
	m.store = storetest.SQLite(t, m.clock)
	m.pools = sending.New(m.store)
	m.transport = &simulated{m.clock, map[string]*provider{}, &Network{Sources: m.pools, Clock: m.clock}}
	m.address("192.0.2.1", sending.DefaultPool, false)
	m.address("192.0.2.2", bulkPool, true)
	if err := m.pools.Route(t.Context(), sending.Rule{Stream: string(message.Broadcast), Pool: bulkPool}); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.providers {
		m.transport.providers[p.domain] = p
	}
	for i := range 20 {
		m.accounts = append(m.accounts, seed.NewAccount(t, m.store, fmt.Sprintf("a%02d", i)))
	}
	setRate(t, m.store, m.accounts[slowAccount], limit.OfAccount, "", slowPerMinute)
	m.restart()
	for m.clock.Now().Before(monthBegin.AddDate(0, 0, monthDays)) {
		m.accept(step)
		m.deliver()
		m.pass(step)
	}
	for end := m.clock.Now().Add(6 * 24 * time.Hour); m.clock.Now().Before(end) && m.waiting() > 0; { // what is left comes to its end
		m.deliver()
		m.pass(step)
	}
	services.Report(t, "A simulated month", m.table())
	m.judge()
	if long {
		m.write(filepath.Join("testdata", "month.md"), m.report())
		m.write(filepath.Join("testdata", "month.svg"), m.chart())
	}
}

// restart is a new process, as after an update: the old one's journal stays.
func (m *month) restart() {
	m.t.Helper()
	if m.engine != nil {
		m.engine.Stop()
		if err := m.engine.Close(m.t.Context()); err != nil {
			m.t.Fatal(err)
		}
	}
	m.engine, _ = newEngine(m.t, m.store, m.transport, m.dir)
	if err := m.engine.Recover(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

// Who is held to what in the month.
const (
	bulkPool      = "bulk"
	slowAccount   = 5 // sends broadcasts, at an even rate
	slowPerMinute = 6000
	listSize      = 500
)

// address adds an address of ours, whose reverse name is right.
func (m *month) address(address, pool string, warming bool) {
	m.t.Helper()
	if err := m.pools.Add(m.t.Context(), address, address+".example", pool, warming); err != nil {
		m.t.Fatal(err)
	}
	if err := m.pools.Check(m.t.Context(), rightNames{}, nil); err != nil {
		m.t.Fatal(err)
	}
}

// rightNames is a DNS in which every name of month.address leads back.
type rightNames struct{}

func (rightNames) PTR(_ context.Context, addr netip.Addr) ([]string, error) {
	return []string{addr.String() + ".example"}, nil
}

func (rightNames) Addr(_ context.Context, host string) ([]netip.Addr, error) {
	addr, err := netip.ParseAddr(strings.TrimSuffix(host, ".example"))
	return []netip.Addr{addr}, err
}

// accept stores what the accounts send within a step. All send a little by day; a few send
// a broadcast to their whole list on one morning of the week.
func (m *month) accept(step time.Duration) {
	m.t.Helper()
	now := m.clock.Now()
	var batch []*message.New
	for i, a := range m.accounts {
		if hour := now.Hour(); hour >= 6 && hour < 22 {
			perStep := float64(m.volume*(1+i%4)) * step.Hours() / 4
			for range int(perStep + m.chance.Float64()) {
				batch = append(batch, seed.NewMessage(m.store, a, message.Transactional, m.recipient(i, m.chance.IntN(90))))
			}
		}
		if i%5 == 0 && int(now.Weekday()) == 1+i/5 && now.Hour() == 9 {
			for r := range listSize * m.volume {
				batch = append(batch, seed.NewMessage(m.store, a, message.Broadcast, m.subscriber(i, r)))
			}
		}
	}
	for len(batch) > 0 {
		n := min(len(batch), 500)
		if err := message.Insert(m.t.Context(), m.store, batch[:n]); err != nil {
			m.t.Fatal(err)
		}
		batch = batch[n:]
	}
}

// subscriber is the r-th on an account's list: two of three are with the largest provider.
func (m *month) subscriber(account, r int) string {
	if r%3 > 0 {
		return fmt.Sprintf("reader%d.%d@%s", account, r, m.providers[0].domain)
	}
	return m.recipient(account, r/3)
}

// recipient is the r-th person on the list of an account; they are spread over all providers.
func (m *month) recipient(account, r int) string {
	return fmt.Sprintf("person%d.%d@%s", account, r, m.providers[r%len(m.providers)].domain)
}

// deliver lets everything go that is due. What a rate holds back goes as time passes, for
// up to a minute and a half.
func (m *month) deliver() {
	m.t.Helper()
	for range 90 * 4 {
		names := slices.Collect(dueNames(m.t, m.engine))
		if len(names) == 0 {
			break
		}
		var runs sync.WaitGroup
		for _, name := range names {
			runs.Go(func() {
				for more := true; more; {
					var err error
					if more, err = m.engine.Run(m.t.Context(), name); err != nil {
						m.t.Error(err)
						return
					}
				}
			})
		}
		runs.Wait()
		m.clock.Advance(250 * time.Millisecond)
	}
	if err := m.engine.expireResting(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

// pass lets time go on; at midnight the day is counted, and once a week the process restarts.
func (m *month) pass(step time.Duration) {
	m.t.Helper()
	day := m.clock.Now().Day()
	m.clock.Advance(m.clock.Now().Truncate(step).Add(step).Sub(m.clock.Now()))
	if len(m.days) == 10 && m.clock.Now().Day() != day {
		m.address("192.0.2.3", bulkPool, true)
	}
	if now := m.clock.Now(); now.Day() != day {
		m.days = append(m.days, m.count())
		if now.Weekday() == time.Sunday {
			m.restart()
		}
	}
}

// count is where all mail stands, summed since the beginning.
func (m *month) count() (d monthDay) {
	m.t.Helper()
	got := states(m.t, m.store)
	for _, n := range got {
		d.accepted += n
	}
	d.delivered, d.bounced, d.expired, d.suppressed = got[message.Delivered], got[message.Bounced], got[message.Expired], got[message.Suppressed]
	d.waiting = got[message.Queued] + got[message.Deferred]
	return d
}

func (m *month) waiting() int {
	m.t.Helper()
	var n int
	err := m.store.SystemRead(m.t.Context(), "count what waits in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM deliveries WHERE state IN ('queued', 'deferred')").Scan(&n).Error
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return n
}

// judge fails for a broken rule, for what has not ended, and for a ledger that does not balance.
func (m *month) judge() {
	m.t.Helper()
	last := m.count()
	if last.waiting > 0 || last.accepted == 0 || last.delivered == 0 {
		m.t.Errorf("at the end: %+v", last)
	}
	l, err := message.Verify(m.t.Context(), m.store)
	if err != nil || !l.OK() || l.Ambiguous != 0 {
		m.t.Errorf("ledger %+v, %v", l, err)
	}
	for _, p := range m.providers {
		for i, text := range p.broken {
			if i == 5 {
				m.t.Errorf("%s: and %d more", p.domain, len(p.broken)-i)
				break
			}
			m.t.Errorf("%s (%s): %s", p.domain, p.name, text)
		}
		for hour, n := range p.fruitless {
			if n > 12 {
				m.t.Errorf("%s: %d tries at a dead server in the hour from %s", p.domain, n, hour.Format(time.DateTime))
			}
		}
		if p.throttles > p.delivered/2+monthDays*24 {
			m.t.Errorf("%s: %d times told to slow down for %d delivered", p.domain, p.throttles, p.delivered)
		}
	}
	m.judgeWarmUp()
	for _, d := range all(m.t, m.store) {
		if d.FinalAt == nil || d.FinalAt.After(d.ExpiresAt.Add(2*time.Hour)) || d.Attempts > 32 || d.Reason == "" && d.State != message.Delivered {
			m.t.Errorf("%s ended %v as %s after %d attempts: %q", d.Recipient, d.FinalAt, d.State, d.Attempts, d.Reason)
			return
		}
	}
}

// judgeWarmUp fails where more left from a new address than a provider is to see on a day,
// and when the new addresses were held to nothing or not used.
func (m *month) judgeWarmUp() {
	m.t.Helper()
	held, later := 0, 0
	for _, p := range m.providers {
		for address, days := range p.seen {
			if address == "192.0.2.1" {
				continue
			}
			for n, day := range slices.Sorted(maps.Keys(days)) {
				if n < len(gentle) && days[day] > gentle[n] {
					m.t.Errorf("%s saw %d from %s on day %d of sending, %d are allowed", p.domain, days[day], address, n+1, gentle[n])
				}
				if n < len(gentle) && days[day] == gentle[n] {
					held++
				}
			}
		}
		later += len(p.seen["192.0.2.3"])
	}
	// Which of the two an account prefers at a provider is told by its id, thus by chance:
	// of four accounts at one provider all may prefer the same.
	big := m.providers[0].seen
	if days := len(big["192.0.2.2"]) + len(big["192.0.2.3"]); held < 1 || days < 8 || later == 0 {
		m.t.Errorf("allowances were used up %d times; %d days of sending at %s, %d from the later address anywhere", held, days, m.providers[0].domain, later)
	}
}

// gentle is how much a provider is to see of a new address on each day of sending.
var gentle = []int{200, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000}
