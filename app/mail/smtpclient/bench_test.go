package smtpclient_test

import (
	"net/netip"
	"strings"
	"sync"
	"testing"

	"smtpserver/app/bench/sink"
	"smtpserver/app/mail/smtpclient"
)

// BenchmarkSend20KiB hands messages of 20 KiB to the counting sink over kept
// connections on loopback, in the clear. The sink works on the same processors.
func BenchmarkSend20KiB(b *testing.B) {
	for name, connections := range map[string]int{"1 connection": 1, "4 connections": 4} {
		b.Run(name, func(b *testing.B) {
			s, err := sink.Start(sink.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			addr := netip.MustParseAddrPort(s.Addr(0))
			body := "\r\n" + strings.Repeat("A line of some length for a message body, seventy octets or so...\r\n", 307)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for i := range connections {
				wg.Go(func() {
					d := smtpclient.Dialer{Name: "out.test", AllowPrivate: true}
					c, _, err := d.Dial(b.Context(), "mx.test", addr.Addr(), int(addr.Port()), smtpclient.Opportunistic)
					if err != nil {
						b.Error(err)
						return
					}
					defer c.Close()
					m := message(body, "b@y.test")
					for n := i; n < b.N; n += connections {
						if res := c.Send(b.Context(), m); res.Err != nil || codes(res)[0] != 250 {
							b.Error(show(res))
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}
