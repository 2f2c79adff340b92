package smtpd

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"smtpserver/app/id"
)

// gate counts sessions: all, by network and by account.
type gate struct {
	most, perIP, perAccount int

	mu        sync.Mutex
	all       int
	byNetwork map[netip.Prefix]int
	byAccount map[id.ID]int

	nearlyFull atomic.Bool // asked for at every command, so without the lock
}

func newGate(o *Options) *gate {
	return &gate{most: o.MaxSessions, perIP: o.MaxPerIP, perAccount: o.MaxPerAccount, byNetwork: map[netip.Prefix]int{}, byAccount: map[id.ID]int{}}
}

// enter takes a place, or says why there is none.
func (g *gate) enter(ip netip.Addr) (refusal string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := network(ip)
	switch {
	case g.all >= g.most:
		return "full"
	case g.byNetwork[key] >= g.perIP:
		return "per_ip"
	}
	g.count(1)
	g.byNetwork[key]++
	return ""
}

func (g *gate) leave(ip netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := network(ip)
	g.count(-1)
	if g.byNetwork[key]--; g.byNetwork[key] == 0 {
		delete(g.byNetwork, key)
	}
}

// enterAccount takes one of an account's places, so that one account cannot take all.
func (g *gate) enterAccount(account id.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byAccount[account] >= g.perAccount {
		return false
	}
	g.byAccount[account]++
	return true
}

func (g *gate) leaveAccount(account id.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byAccount[account]--; g.byAccount[account] == 0 {
		delete(g.byAccount, account)
	}
}

func (g *gate) count(n int) {
	g.all += n
	g.nearlyFull.Store(g.all*10 > g.most*9)
}

// crowded reports that more than nine tenths of the places are taken.
func (g *gate) crowded() bool { return g.nearlyFull.Load() }

// network is what counts as one client: whoever has one IPv6 address has a /64.
func network(ip netip.Addr) netip.Prefix {
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{} // no address, as in tests over a pipe
	}
	return p
}

func remoteIP(conn net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// budget bounds the memory of all messages being received.
type budget struct {
	most int64
	used atomic.Int64
}

func (b *budget) take(n int) bool {
	if b.used.Add(int64(n)) > b.most {
		b.used.Add(int64(-n))
		return false
	}
	return true
}

func (b *budget) give(n int) { b.used.Add(int64(-n)) }
