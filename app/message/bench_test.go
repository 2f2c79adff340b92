package message_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// What packing costs an acceptance: 20 KiB of HTML, or of an attachment, stored in
// commits of 50. cpu-µs/msg is this process' time, whatever else the machine does.
func BenchmarkInsert(b *testing.B) {
	attachment := make([]byte, 15<<10)
	source := rand.NewChaCha8([32]byte{})
	for i := range attachment {
		attachment[i] = byte(source.Uint64())
	}
	contents := map[string]string{
		"html":       strings.Repeat("<tr><td style=\"padding:8px\">Order line</td><td>", 200) + base64.StdEncoding.EncodeToString(attachment[:7<<10]),
		"attachment": base64.StdEncoding.EncodeToString(attachment),
	}
	for engine, open := range map[string]func(testing.TB, clock.Clock) *store.Store{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		for kind, content := range contents {
			for _, packed := range []bool{false, true} {
				name := engine + "/" + kind + map[bool]string{false: "/plain", true: "/packed"}[packed]
				b.Run(name, func(b *testing.B) {
					s := open(b, nil)
					a := seed.NewAccount(b, s, "Alpha")
					began, n := cpu(b), 0
					for b.Loop() {
						batch := make([]*message.New, 50)
						for i := range batch {
							batch[i] = seed.NewMessage(s, a, message.Transactional, "r@one.example")
							batch[i].Body.Content = []byte(content)
							if packed {
								batch[i].Body.Pack()
							}
						}
						if err := message.Insert(b.Context(), s, batch); err != nil {
							b.Fatal(err)
						}
						n += len(batch)
					}
					b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(n), "cpu-µs/msg")
				})
			}
		}
	}
}

// What the indexes cost at acceptance that only staff's searches over all accounts ask.
// Both stores get the same batches by turns, so that the machine's moods fall on both.
func BenchmarkStaffIndexes(b *testing.B) {
	for engine, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			with, without := open(b, nil), open(b, nil)
			for _, index := range []string{"messages_by_id", "messages_by_header_id", "deliveries_by_id", "deliveries_by_recipient_domain", "deliveries_oldest"} {
				err := without.SystemWrite(b.Context(), "drop an index for a benchmark", func(_ context.Context, tx *gorm.DB) error { return tx.Exec("DROP INDEX " + index).Error })
				if err != nil {
					b.Fatal(err)
				}
			}
			took, n := [2]time.Duration{}, 0
			stores := [2]*store.Store{with, without}
			accounts := [2]seed.Account{seed.NewAccount(b, with, "Alpha"), seed.NewAccount(b, without, "Alpha")}
			for b.Loop() {
				for k, s := range stores {
					batch := make([]*message.New, 50)
					for i := range batch {
						batch[i] = seed.NewMessage(s, accounts[k], message.Transactional, fmt.Sprintf("r%d@d%d.example", n*50+i, (n*50+i)%1009))
					}
					began := time.Now()
					if err := message.Insert(b.Context(), s, batch); err != nil {
						b.Fatal(err)
					}
					took[k] += time.Since(began)
				}
				n++
			}
			each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n*50) }
			b.ReportMetric(each(took[0]), "with-µs/msg")
			b.ReportMetric(each(took[1]), "without-µs/msg")
			b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "ratio")
		})
	}
}

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
