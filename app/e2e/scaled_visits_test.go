package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/PuerkitoBio/goquery"
	"gorm.io/gorm"

	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// visit sends people through all pages that links lead to, again and again, until the
// returned function is called. Now and then they send a form.
func (x *installation) visit(people int) (stop func() visited) {
	x.t.Helper()
	ctx, cancel := context.WithCancel(x.t.Context())
	walkers := make([]*walker, people)
	var all sync.WaitGroup
	for i := range walkers {
		walkers[i] = &walker{base: "http://" + x.p.web, slug: x.tenant.Account.Slug, session: x.session(), client: &http.Client{Timeout: 20 * time.Second}, seen: map[string]bool{}}
		all.Go(func() { walkers[i].walk(ctx) })
	}
	return func() (sum visited) {
		cancel()
		all.Wait()
		paths := map[string]bool{}
		for _, w := range walkers {
			sum.visits, sum.forms, sum.added = sum.visits+w.visits, sum.forms+w.forms, sum.added+w.added
			sum.failed = append(sum.failed, w.failed...)
			for path := range w.seen {
				paths[path] = true
			}
		}
		sum.paths = len(paths)
		return sum
	}
}

// session stores a session of the owner, as a sign-in does.
func (x *installation) session() (token string) {
	x.t.Helper()
	token = secret.Token()
	x.database(func(s *store.Store) {
		now := s.Now()
		x.try(s.SystemWrite(x.t.Context(), "seed a session", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec(`INSERT INTO sessions (token_hash, user_id, ip, user_agent, created_at, seen_at, expires_at)
				SELECT ?, user_id, '127.0.0.1', 'walker', ?, ?, ? FROM users WHERE email = ?`,
				secret.Hash(token), now, now, now.Add(24*time.Hour), "owner@"+x.tenant.Domain).Error
		}))
	})
	return token
}

// walker is one person with a browser that follows every link of the site.
type walker struct {
	base, slug, session string
	token               string // of forms, as pages give it
	client              *http.Client
	seen                map[string]bool
	failed              []string
	visits, forms       int
	added               int
}

func (w *walker) walk(ctx context.Context) {
	number := visitors.Add(1)
	for ctx.Err() == nil {
		todo, met := []string{"/a/" + w.slug, "/", "/pricing"}, map[string]bool{}
		for n := 0; len(todo) > 0 && n < 300 && ctx.Err() == nil; n++ {
			path := todo[0]
			todo = todo[1:]
			for _, link := range w.open(ctx, path) {
				if !met[link] {
					met[link] = true
					todo = append(todo, link)
				}
			}
			if n%20 == 10 && w.token != "" {
				w.send(ctx, "/theme", url.Values{"theme": {"dark"}})
				if w.send(ctx, "/a/"+w.slug+"/contacts", url.Values{"email": {fmt.Sprintf("visitor%d-%d@example.org", number, w.forms)}, "consent": {"They asked for it in writing"}}) {
					w.added++
				}
			}
		}
	}
}

// open loads a page or a file of one, and returns where its links lead.
func (w *walker) open(ctx context.Context, path string) (links []string) {
	body, ok := w.ask(ctx, http.MethodGet, path, nil)
	if !ok {
		return nil
	}
	w.visits++
	w.seen[path] = true
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		return nil // a file
	}
	w.token = doc.Find("input[name=_csrf]").AttrOr("value", w.token)
	doc.Find("a[href], link[href], script[src], img[src]").Each(func(_ int, s *goquery.Selection) {
		at, err := url.Parse(s.AttrOr("href", s.AttrOr("src", "")))
		if err != nil || at.Host != "" && "http://"+at.Host != w.base || at.Scheme == "data" || at.Scheme == "mailto" {
			return
		}
		if at.Fragment, at.Host, at.Scheme = "", "", ""; strings.HasPrefix(at.Path, "/") {
			links = append(links, at.String())
		}
	})
	return links
}

// send posts a form as a browser does, and reports whether it was taken.
func (w *walker) send(ctx context.Context, path string, fields url.Values) bool {
	_, ok := w.ask(ctx, http.MethodPost, path, fields)
	if ok {
		w.forms++
	}
	return ok
}

// ask notes what is not answered, or not well.
func (w *walker) ask(ctx context.Context, method, path string, fields url.Values) (body string, ok bool) {
	ctx = context.WithoutCancel(ctx) // what was begun is finished: the test counts it
	if fields != nil {
		fields.Set("_csrf", w.token)
	}
	request, err := http.NewRequestWithContext(ctx, method, w.base+path, strings.NewReader(fields.Encode()))
	if err != nil {
		w.failed = append(w.failed, fmt.Sprintf("%s: %v", path, err))
		return "", false
	}
	request.Header.Set("Cookie", "session="+w.session)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", w.base)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	began := time.Now()
	response, err := w.client.Do(request)
	if err != nil {
		w.failed = append(w.failed, fmt.Sprintf("%s %s %s after %s: %v", began.Format(time.StampMilli), method, path, time.Since(began), err))
		return "", false
	}
	content, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK {
		w.failed = append(w.failed, fmt.Sprintf("%s %s %s: %s, %v", began.Format(time.StampMilli), method, path, response.Status, err))
		return "", false
	}
	return string(content), true
}
