package smtpd

import (
	"net"
	"net/netip"
	"sync"
)

// gate counts sessions, all and by address.
type gate struct {
	mu          sync.Mutex
	most, perIP int
	all         int
	byIP        map[string]int
}

// enter takes a place, or says why there is none.
func (g *gate) enter(ip netip.Addr) (refusal string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := ip.String()
	switch {
	case g.all >= g.most:
		return "full"
	case g.byIP[key] >= g.perIP:
		return "per_ip"
	}
	g.all++
	g.byIP[key]++
	return ""
}

func (g *gate) leave(ip netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := ip.String()
	g.all--
	if g.byIP[key]--; g.byIP[key] == 0 {
		delete(g.byIP, key)
	}
}

// crowded reports that more than nine tenths of the places are taken.
func (g *gate) crowded() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all*10 > g.most*9
}

func remoteIP(conn net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}
