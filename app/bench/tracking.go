package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/bench/report"
	"smtpserver/app/boot"
	"smtpserver/app/config"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/tracking"
)

// trackingCommand measures how fast links of mails lead on and pictures are answered, and
// that each visit is stored.
func trackingCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	f := flag.NewFlagSet("bench tracking", flag.ContinueOnError)
	f.SetOutput(progress)
	messages := f.Int("messages", 20_000, "of one campaign, whose links are followed")
	clients := f.Int("clients", 32, "at once, each with a connection of its own")
	length := f.Duration("for", 15*time.Second, "how long")
	on := ownFlags(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	return on.goals(ctx, out, progress, func(p *productSystem) ([]report.Goal, error) {
		v := &visitors{archive: archive{messages: *messages, progress: progress}, clients: *clients, length: *length}
		return v.measure(ctx, p, out)
	})
}

// visitors follow the links of a campaign's mails.
type visitors struct {
	archive
	clients  int
	length   time.Duration
	account  id.ID
	campaign id.ID
	paths    []string
}

// mark makes the messages those of a campaign.
func (v *visitors) mark(ctx context.Context, s *store.Store, accountID id.ID) error {
	v.account, v.campaign = accountID, id.New()
	return s.SystemWrite(ctx, "seed a campaign", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE messages SET campaign_id = ? WHERE account_id = ?", v.campaign, accountID).Error
	})
}

var visited = regexp.MustCompile(`/[oc]/[\w-]+`)

// links makes the links of all messages, as the mails carry them.
func (v *visitors) links(ctx context.Context, s *boot.Services) error {
	var ids []id.ID
	err := s.Store.SystemRead(ctx, "list the messages", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT message_id FROM messages WHERE account_id = ?", v.account).Scan(&ids).Error
	})
	for _, messageID := range ids {
		if messageID.Octets() == nil {
			continue // an id that this command made up, and the product would not
		}
		marked, err := s.Tracker.Mark(`<a href="https://shop.example/apples">1</a><a href="https://shop.example/pears">2</a>`, tracking.Mark{AccountID: v.account, MessageID: messageID, Opens: true, Clicks: true})
		if err != nil {
			return err
		}
		v.paths = append(v.paths, visited.FindAllString(marked, -1)...)
	}
	return err
}

func (v *visitors) beside(ctx context.Context, r *runningProduct, do func(*boot.Services) error) error {
	c, err := config.Load(r.env)
	if err != nil {
		return err
	}
	s, err := boot.OpenBeside(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close(ctx))
}

func (v *visitors) measure(ctx context.Context, p *productSystem, out io.Writer) (goals []report.Goal, err error) {
	p.seed, v.then = v.fill, v.mark
	fmt.Fprintf(v.progress, "%s: filling\n", p.name())
	r, err := p.prepare(ctx, nextHop{relay: "127.0.0.2:9"}) // nobody listens there, and nothing is due
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	if err := v.beside(ctx, r, func(s *boot.Services) error { return v.links(ctx, s) }); err != nil {
		return nil, err
	}
	if err := r.launch(ctx); err != nil {
		return nil, err
	}
	took, length, err := v.visit(ctx, "http://"+r.web)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, r.log())
	}
	slices.Sort(took)
	rate, p50, p99 := float64(len(took))/length.Seconds(), took[len(took)/2], took[len(took)*99/100]
	fmt.Fprintf(out, "\n%s: %d visits by %d clients in %.1f s: %.0f/s, p50 %.2f ms, p99 %.2f ms, slowest %.1f ms\n", p.name(), len(took), v.clients, length.Seconds(), rate, milliseconds(p50), milliseconds(p99), milliseconds(took[len(took)-1]))
	stored, reportTook, err := v.stored(ctx, r, int64(len(took)))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "%d of %d visits are stored; the report is read in %.1f ms\n", stored, len(took), milliseconds(reportTook))
	return []report.Goal{
		{Name: "visits per second", System: p.name(), Measured: rate, Want: 2000},
		{Name: "p99 of a visit, ms", System: p.name(), Measured: milliseconds(p99), Want: 50, AtMost: true},
		{Name: "visits stored ÷ answered", System: p.name(), Measured: float64(stored) / float64(len(took)), Want: 1},
	}, nil
}

// visit follows links until the time is over, as fast as the answers come.
func (v *visitors) visit(ctx context.Context, base string) (took []time.Duration, length time.Duration, err error) {
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: v.clients, DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	began := time.Now()
	for range v.clients {
		all.Go(func() {
			var mine []time.Duration
			var failed error
			for failed == nil && time.Since(began) < v.length {
				var one time.Duration
				if one, failed = follow(ctx, client, base+v.paths[rand.IntN(len(v.paths))]); failed == nil { //nolint:gosec // any link
					mine = append(mine, one)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			took, err = append(took, mine...), errors.Join(err, failed)
		})
	}
	all.Wait()
	return took, time.Since(began), err
}

func follow(ctx context.Context, client *http.Client, link string) (time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0")
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	took := time.Since(began)
	if err = errors.Join(err, response.Body.Close()); err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s: %s", strings.SplitAfter(link, "/")[3], response.Status)
	}
	return took, err
}

// stored waits until as many visits are stored as were answered, a few seconds at most.
func (v *visitors) stored(ctx context.Context, r *runningProduct, want int64) (n int64, took time.Duration, err error) {
	scope := account.NewScope(v.account, account.Actor{Kind: account.ActorSystem})
	err = v.beside(ctx, r, func(s *boot.Services) error {
		for deadline := time.Now().Add(10 * time.Second); n < want && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
			began := time.Now()
			found, err := s.Reports.Of(ctx, scope, v.campaign)
			if err != nil {
				return err
			}
			took, n = time.Since(began), 0
			for _, visits := range []tracking.Visits{found.Opens, found.Clicks} {
				n += visits.Human.Total + visits.Machine.Total + visits.Unknown.Total
			}
		}
		return nil
	})
	return n, took, err
}
