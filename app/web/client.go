package web

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// clientIP reads X-Forwarded-For from its end: each proxy appends whom it saw, so
// the last entry that is no proxy of ours is the client, and everything before it
// was written by the client itself (H-05). Without a trusted peer it is the peer.
func (s *Server) clientIP(c *fiber.Ctx) netip.Addr {
	peer, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return netip.IPv4Unspecified()
	}
	peer = peer.Unmap()
	hops := forwardedFor(c)
	for i := len(hops) - 1; i >= 0 && s.trusted(peer); i-- {
		hop, err := netip.ParseAddr(hops[i])
		if err != nil {
			return peer
		}
		peer = hop.Unmap().WithZone("")
	}
	return peer
}

func (s *Server) trusted(ip netip.Addr) bool {
	return slices.ContainsFunc(s.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

func forwardedFor(c *fiber.Ctx) []string {
	var hops []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		for hop := range strings.SplitSeq(string(line), ",") {
			hops = append(hops, strings.TrimSpace(hop))
		}
	}
	return hops
}
