package web

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/services"
)

// visitedPage is a route with a thing in it, and how long it took.
type visitedPage struct {
	route, path string
	as          *browser
	took        []time.Duration
	octets      int
}

// goal is what 95 of 100 visits of a page are to take at most.
const goal = 100 * time.Millisecond

// enough is how long one page is measured at most.
const enough = 5 * time.Second

func (p *visitedPage) visit(t *testing.T) {
	t.Helper()
	var sum time.Duration
	for _, took := range p.took {
		sum += took
	}
	if sum > enough {
		return
	}
	began := time.Now()
	status, body := p.as.begin(p.path)
	p.took, p.octets = append(p.took, time.Since(began)), len(body)
	if status >= 400 {
		t.Errorf("%s: %d after %s", p.path, status, time.Since(began))
	}
}

// begin gets a page, or the beginning of a file that is downloaded: that takes as long as
// the file is large.
func (b *browser) begin(path string) (status int, body string) {
	b.t.Helper()
	resp, err := b.client.Get(b.site.url + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	from := io.Reader(resp.Body)
	if strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
		from = io.LimitReader(resp.Body, 64<<10)
	}
	content, err := io.ReadAll(from)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}

func (p *visitedPage) at(percent int) time.Duration {
	return p.took[min(len(p.took)*percent/100, len(p.took)-1)]
}

// TestLargeInstallation walks the table: every page that can be asked for, of a customer with
// a large part of the data and of staff, in an installation with many accounts, contacts and
// events on PostgreSQL. Small in `make test`, where it shows that all pages come; `make large`
// is 10,000 accounts, 5 million contacts and 50 million events, and shows how fast they come.
func TestLargeInstallation(t *testing.T) {
	t.Parallel()
	size := largeSize(t)
	pg := services.OwnPostgres(t, services.PostgresOptions{TempDir: os.Getenv("TEST_LARGE_DIR"), Settings: size.settings()})
	url, err := pg.CreateDatabase(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	s := newSiteOn(t, storetest.On(t, url))
	ada, sam := s.member(t, "ada@example.com"), s.staffBrowser(t)
	things := map[string]id.ID{}
	for _, route := range s.Routes() {
		if key, named := thingOf(route.Path); named && things[key] == "" {
			things[key] = fixtures[key](t, ada)
		}
	}
	size.fill(t, pg, ada, things)

	pages, missed := s.walkTable(t, ada, sam, things)
	for range size.requests {
		for _, p := range pages {
			p.visit(t)
		}
	}
	slow := 0
	for _, p := range pages {
		slices.Sort(p.took)
		if p.at(95) > goal {
			slow++
		}
	}
	slices.SortFunc(pages, func(a, b *visitedPage) int { return cmp.Compare(b.at(95), a.at(95)) })
	services.Report(t, fmt.Sprintf("%s: %d pages, %d times each; %d of them with a p95 above 100 ms", size, len(pages), size.requests, slow), tableOf(pages, 30))
	t.Logf("not asked for, because no page leads there: %s", strings.Join(missed, " "))
	if len(pages) < 140 {
		t.Errorf("only %d pages were asked for", len(pages))
	}
	if slow > 0 && size.large {
		t.Errorf("%d pages have a p95 above 100 ms", slow)
	}
}

// lookedFor are what people look for on pages that list, frequent and rare.
func lookedFor() map[string][]string {
	day := time.Now().UTC().AddDate(0, 0, -12).Format(time.DateOnly)
	one := "from=" + day + "&to=" + day
	return map[string][]string{
		"/a/:slug/messages": {"state=deferred", "state=held", "state=delivered", "stream=broadcast&state=bounced", "tag=order", "address=person1000%40customer1000.example", "q=nobody%40example.org", one, one + "&state=bounced"},
		"/a/:slug/contacts": {"q=seed7919", "q=person", "q=nobody"}, "/a/:slug/suppressions": {"address=nobody"}, "/a/:slug/audit": {one, "topic=billing"},
		"/staff/messages":         {"state=bounced", "state=held", "domain=customer77.example", "domain=nobody.example", "domain=customer77.example&state=bounced", "account=firm-8", "account=firm-8&state=deferred", one, one + "&state=deferred", "q=17%40shop.example"},
		"/staff/accounts":         {"q=firm-77", "q=owner77", "q=nobody", "state=paused"},
		"/staff/audit":            {"topic=accounts"},
		"/staff/subscribers":      {"q=reader77", "q=nobody", "state=confirmed"},
		"/staff/destinations/one": {"name=customer50.example"},
	}
}

// walkTable finds a path for each route that shows something: an account's things come from
// the fixtures, and others from the links of the pages before them.
func (s *site) walkTable(t *testing.T, ada, sam *browser, things map[string]id.ID) (pages []*visitedPage, missed []string) {
	t.Helper()
	var seen strings.Builder // of all pages
	for _, route := range s.Routes() {
		if route.Method != http.MethodGet || strings.HasSuffix(route.Path, "*") {
			continue
		}
		as := ada
		if strings.HasPrefix(route.Path, "/staff") {
			as = sam
		}
		path := strings.Replace(route.Path, ":slug", ada.slug, 1)
		if thing := things[keyOf(route.Path)]; thing != "" {
			path = parameter.ReplaceAllString(path, string(thing))
		} else if parameter.MatchString(path) {
			pattern := `"(` + parameter.ReplaceAllString(regexp.QuoteMeta(path), `[^/"?#]+`) + `)["?#]`
			found := regexp.MustCompile(pattern).FindStringSubmatch(seen.String())
			if found == nil {
				missed = append(missed, route.Path)
				continue
			}
			path = found[1]
		}
		paths := []string{path}
		for _, query := range lookedFor()[route.Path] {
			paths = append(paths, path+"?"+query)
		}
		for _, path := range paths {
			_, query, _ := strings.Cut(path, "?")
			shown := strings.TrimSuffix(route.Path+"?"+query, "?")
			began := time.Now()
			status, body := as.begin(path)
			if took := time.Since(began); took > time.Second {
				t.Logf("%s takes %s at first", shown, took)
			}
			if status >= 400 {
				missed = append(missed, fmt.Sprintf("%s (%d)", shown, status))
				continue
			}
			seen.WriteString(body)
			pages = append(pages, &visitedPage{route: shown, path: path, as: as})
		}
	}
	return pages, missed
}

func tableOf(pages []*visitedPage, most int) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 2, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "page\tp50 ms\tp95 ms\tmax ms\tKiB\t\n")
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	for _, p := range pages[:min(most, len(pages))] {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%d\t\n", p.route, ms(p.at(50)), ms(p.at(95)), ms(p.at(100)), p.octets>>10)
	}
	_ = w.Flush() // into memory
	return b.String()
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
