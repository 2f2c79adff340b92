package precheck

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"smtpserver/app/mail/resolver"
)

// Bounds of what is looked at.
const (
	mostReferences = 60
	atOnce         = 6
	mostRead       = 64 << 10 // octets of an answer
)

// target is one address to look at.
type target struct {
	url   string
	image bool
}

// sight is what was seen of a target: its verdict with a word for people.
type sight struct {
	verdict Verdict
	words   string
}

// references looks at the mail's links and images.
func (c *Checker) references(ctx context.Context, m Mail) (links, images Check) {
	found := referencesOf(m.HTML)
	left := max(0, len(found)-mostReferences)
	found = found[:len(found)-left]
	sights := make([]sight, len(found))
	slots := make(chan struct{}, atOnce)
	var work sync.WaitGroup
	for i, r := range found {
		if sights[i] = read(r, m.Leaving); sights[i] != (sight{}) {
			continue
		}
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			sights[i] = c.lookOnce(ctx, target(r))
		})
	}
	work.Wait()
	links, images = summary(Links, found, sights), summary(Images, found, sights)
	if left > 0 && links.Verdict == Good {
		links.Words += fmt.Sprintf(" %d more were not looked at.", left)
	}
	return links, images
}

// read judges what can be told without asking anybody; the zero sight is for the rest.
func read(r reference, leaving []string) sight {
	u, err := url.Parse(r.url)
	switch {
	case slices.Contains(leaving, r.url):
		return sight{Good, ""}
	case err != nil || r.url == "":
		return sight{Warn, "is no address"}
	case strings.HasPrefix(r.url, "#"), u.Scheme == "mailto", u.Scheme == "tel", u.Scheme == "sms":
		return sight{Good, ""}
	case r.image && (u.Scheme == "cid" || u.Scheme == "data"):
		return sight{Warn, "is shown by few mail programs: upload the image instead"}
	case judge(u) != nil:
		return sight{Warn, "leads nowhere in a mail: write it with https://"}
	}
	return sight{}
}

func (c *Checker) lookOnce(ctx context.Context, t target) sight {
	seen, err := c.seen.Get(t, func() (sight, error) {
		s := c.look(ctx, t)
		return s, ctx.Err()
	})
	if err != nil {
		return sight{Unknown, "was not looked at in time"}
	}
	return seen
}

// look asks for the head, and for the page where a server does not answer that.
func (c *Checker) look(ctx context.Context, t target) sight {
	status, kind, err := c.ask(ctx, http.MethodHead, t.url)
	if err == nil && (status >= 400 || t.image && kind == "") {
		status, kind, err = c.ask(ctx, http.MethodGet, t.url)
	}
	switch {
	case err != nil:
		return explain(err)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusTooManyRequests, status == http.StatusUnavailableForLegalReasons:
		return sight{Unknown, fmt.Sprintf("keeps robots out (%d): look at it yourself", status)}
	case status >= 500:
		return sight{Warn, fmt.Sprintf("answers with an error of its server (%d)", status)}
	case status >= 400:
		return sight{Warn, fmt.Sprintf("is not there (%d)", status)}
	case t.image && !strings.HasPrefix(kind, "image/"):
		return sight{Warn, "is no image"}
	}
	return sight{Good, ""}
}

func (c *Checker) ask(ctx context.Context, method, address string) (status int, kind string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, "", errScheme
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (compatible; SMTPServer link check)")
	req.Header.Set("Accept", "*/*")
	res, err := c.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, mostRead))
	return res.StatusCode, res.Header.Get("Content-Type"), err
}

// explain words why nothing was seen.
func explain(err error) sight {
	var none *resolver.NotFound
	var certificate *tls.CertificateVerificationError
	var wait net.Error
	switch {
	case errors.Is(err, errInward), errors.Is(err, errPort):
		return sight{Warn, "leads into a network that the public cannot reach"}
	case errors.Is(err, errScheme):
		return sight{Warn, "leads on to something that is no web page"}
	case errors.Is(err, errRedirects):
		return sight{Warn, "is redirected in circles"}
	case errors.As(err, &none):
		return sight{Warn, "names a host that does not exist"}
	case errors.As(err, &certificate):
		return sight{Warn, "has a certificate that browsers refuse"}
	case errors.As(err, &wait) && wait.Timeout():
		return sight{Unknown, "gave no answer in time"}
	}
	return sight{Warn, "gave no answer"}
}

// summary words what was seen of all links, or of all images.
func summary(name Name, found []reference, sights []sight) Check {
	c := Check{Name: name, Verdict: Good}
	count, broken, unseen := 0, 0, 0
	for i, r := range found {
		if r.image != (name == Images) {
			continue
		}
		count++
		switch sights[i].verdict {
		case Warn, Bad:
			broken++
		case Unknown:
			unseen++
		case Good:
			continue
		}
		c.Details = append(c.Details, short(r.url)+" "+sights[i].words)
	}
	one, many, remedy := "link", "links", "Correct the address, or take the link out."
	if name == Images {
		one, many, remedy = "image", "images", "Upload the image, or correct its address."
	}
	switch {
	case broken > 0:
		c.Verdict, c.Words, c.Remedy = Warn, fmt.Sprintf("%d of %s %s broken.", broken, plural(count, one, many), areOrIs(broken)), remedy
	case unseen > 0:
		c.Verdict, c.Words = Unknown, fmt.Sprintf("%d of %s could not be looked at.", unseen, plural(count, one, many))
	case count == 0:
		c.Words = "The mail has no " + many + "."
	default:
		c.Words = "All is well: " + plural(count, one, many) + "."
	}
	return c
}

func areOrIs(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// short cuts an address for a line of a page.
func short(address string) string {
	if address == "" {
		return "An empty address"
	}
	if runes := []rune(address); len(runes) > 120 {
		return string(runes[:119]) + "…"
	}
	return address
}
