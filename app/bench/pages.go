package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"text/tabwriter"
	"time"

	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/report"
)

// idleTime is how long a started program is left alone before its memory is read.
const idleTime = 10 * time.Second

// pageTime is what a page took, from the request to the last octet of the answer.
type pageTime struct {
	name, path    string
	p50, p95, max time.Duration
	octets        int
	fragment      bool // asked for by htmx
}

// pagesCommand measures the pages of an account with very many messages, how fast
// the program starts on that database, and what it needs when nobody is there.
func pagesCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	f := flag.NewFlagSet("bench pages", flag.ContinueOnError)
	f.SetOutput(progress)
	messages := f.Int("messages", 1_000_000, "how many the account has")
	requests := f.Int("requests", 200, "of each page")
	on := ownFlags(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	_, err = on.each(ctx, progress, func(p *productSystem) ([]report.Goal, error) {
		fmt.Fprintf(progress, "%s: filling\n", p.name())
		return nil, measurePages(ctx, p, *messages, *requests, out, progress)
	})
	return err
}

func measurePages(ctx context.Context, p *productSystem, messages, requests int, out, progress io.Writer) (err error) {
	a := &archive{messages: messages, progress: progress}
	p.seed = a.fill
	r, err := p.prepare(ctx, nextHop{relay: "127.0.0.2:9"}) // nobody listens there, and nothing is due
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	began := time.Now()
	if err := r.launch(ctx); err != nil {
		return err
	}
	start := time.Since(began)
	select {
	case <-time.After(idleTime):
	case <-ctx.Done():
		return ctx.Err()
	}
	idle := proc.Memory([]int{r.process.PID()})
	pages, err := a.visit(ctx, "http://"+r.web, requests, a.pages())
	if err != nil {
		return fmt.Errorf("%w%s", err, r.log())
	}
	fmt.Fprintf(out, "\n%s, %d messages\n", p.name(), messages)
	fmt.Fprintf(out, "ready after %d ms · %.0f MiB resident at its peak, idle · %.0f MiB after the pages\n\n",
		start.Milliseconds(), mebibytes(idle), mebibytes(proc.Memory([]int{r.process.PID()})))
	return printPages(out, pages)
}

func printPages(out io.Writer, pages []pageTime) error {
	w := tabwriter.NewWriter(out, 2, 4, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "page\tp50 ms\tp95 ms\tmax ms\tKiB\t\n")
	for _, page := range pages {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%d\t\n", page.name, milliseconds(page.p50), milliseconds(page.p95), milliseconds(page.max), page.octets>>10)
	}
	return w.Flush()
}

func mebibytes(octets int64) float64 { return float64(octets) / (1 << 20) }

// pages of an account with messages.
func (a *archive) pages() []pageTime {
	account := "/a/" + a.slug
	middle := account + "/messages/" + string(a.one)
	return []pageTime{
		{name: "dashboard", path: account},
		{name: "messages", path: account + "/messages"},
		{name: "messages, bounced", path: account + "/messages?state=bounced"},
		{name: "messages, deferred", path: account + "/messages?state=deferred"},
		{name: "messages, to one person", path: account + "/messages?q=person500000"},
		{name: "messages, half a million back", path: account + "/messages?before=" + string(a.one)},
		{name: "message", path: middle},
		{name: "message, raw", path: middle + "?tab=raw"},
		{name: "domains", path: account + "/domains"},
		{name: "domain", path: account + "/domains/" + string(a.domain)},
		{name: "credentials", path: account + "/credentials"},
		{name: "suppressions", path: account + "/suppressions"},
		{name: "profile", path: account + "/settings/profile"},
	}
}

// visit asks for every page in turn, again and again, over one connection.
func (a *archive) visit(ctx context.Context, base string, requests int, pages []pageTime) ([]pageTime, error) {
	took := make([][]time.Duration, len(pages))
	for round := range requests + requests/10 {
		for i := range pages {
			d, n, err := a.ask(ctx, base+pages[i].path, pages[i].fragment)
			if err != nil {
				return nil, err
			}
			if round >= requests/10 { // before that, caches get warm
				took[i], pages[i].octets = append(took[i], d), n
			}
		}
	}
	for i := range pages {
		slices.Sort(took[i])
		n := len(took[i])
		pages[i].p50, pages[i].p95, pages[i].max = took[i][n/2], took[i][n*95/100], took[i][n-1]
	}
	return pages, nil
}

func (a *archive) ask(ctx context.Context, url string, fragment bool) (took time.Duration, octets int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Cookie", "session="+a.session)
	if fragment {
		request.Header.Set("HX-Request", "true")
	}
	began := time.Now()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return 0, 0, err
	}
	body, err := io.ReadAll(response.Body)
	took = time.Since(began)
	err = errors.Join(err, response.Body.Close())
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", url, response.Status)
	}
	return took, len(body), err
}
