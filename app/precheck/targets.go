package precheck

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"smtpserver/app/mail/smtpclient"
)

// targets judges where links lead, as far as that can be told without asking anybody: what
// harms whoever goes there keeps the campaign from starting (L-05). The click asks again.
func targets(m Mail) Check {
	c := Check{Name: Targets, Verdict: Good, Words: "No link leads where it should not."}
	harmful, doubtful := 0, 0
	for _, link := range linksOf(m.HTML) {
		if slices.Contains(m.Leaving, link.target) {
			continue
		}
		verdict, words := judgeTarget(link, m.Stopped)
		switch verdict {
		case Bad:
			harmful++
		case Warn:
			doubtful++
		case Good, Unknown:
			continue
		}
		c.Details = append(c.Details, short(link.target)+" "+words)
	}
	switch {
	case harmful > 0:
		c.Verdict, c.Words = Bad, fmt.Sprintf("%s where no mail may lead.", leads(harmful))
		c.Remedy = "Take the link out, or let it lead to a page of yours on the web."
	case doubtful > 0:
		c.Verdict, c.Words = Warn, fmt.Sprintf("%s in a way that spam filters and readers distrust.", leads(doubtful))
		c.Remedy = "Link to the page itself, by the name that the words show."
	}
	return c
}

func leads(n int) string {
	if n == 1 {
		return "1 link leads"
	}
	return fmt.Sprintf("%d links lead", n)
}

// dangerous are schemes by which a link runs something instead of showing a page.
var dangerous = []string{"javascript", "data", "vbscript", "file", "blob"}

// shorteners hide where they lead; whoever abuses one lends its name to all who use it.
var shorteners = strings.Fields(`bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd v.gd buff.ly rebrand.ly cutt.ly t.ly shorturl.at rb.gy tiny.cc
	lnkd.in s.id shorte.st adf.ly bl.ink soo.gd clck.ru u.to qr.ae t2m.io x.gd urlz.fr`)

func judgeTarget(l link, stopped func(string) bool) (Verdict, string) {
	u, err := url.Parse(l.target)
	if err != nil {
		return Good, "" // the check of links says so
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case slices.Contains(dangerous, scheme):
		return Bad, "is no page: it would run something"
	case scheme != "http" && scheme != "https" || host == "":
		return Good, ""
	case stopped != nil && stopped(l.target):
		return Bad, "was stopped on this installation, because it harms who goes there"
	case u.User != nil:
		return Bad, "shows a name that it does not lead to: the part before the @ is no host"
	case Inward(l.target):
		return Bad, "leads into a network that the public cannot reach"
	case isAddress(host):
		return Warn, "names a number instead of a host"
	case slices.ContainsFunc(shorteners, func(s string) bool { return host == s || strings.HasSuffix(host, "."+s) }):
		return Warn, "hides where it leads: it is a link shortener"
	case l.shown != "" && !related(l.shown, host):
		return Warn, "is shown as " + l.shown
	}
	return Good, ""
}

// Inward reports whether an address names a host that the public cannot reach, as far as
// its name alone tells.
func Inward(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		return !smtpclient.Public(addr)
	}
	if number(host) { // 127.1, 0x7f.1, 2130706433: browsers read them as addresses
		return true
	}
	for _, zone := range []string{"localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion"} {
		if host == zone || strings.HasSuffix(host, "."+zone) {
			return true
		}
	}
	return host != "" && !strings.Contains(host, ".")
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// number reports whether the last label is a number, which makes the host an address in an
// unusual form (WHATWG URL, "ends in a number").
func number(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if rest, hex := strings.CutPrefix(last, "0x"); hex {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// related reports whether one host is the other, or lies below it.
func related(a, b string) bool {
	a, b = strings.TrimPrefix(a, "www."), strings.TrimPrefix(b, "www.")
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// link is one of a mail's links. shown is the host that its words name, when they are an
// address themselves; "" otherwise.
type link struct{ target, shown string }

// linksOf lists them in their order, each once.
func linksOf(mail string) (found []link) {
	var open *link
	var words strings.Builder
	end := func() {
		if open == nil {
			return
		}
		open.shown = shownHost(words.String())
		if !slices.Contains(found, *open) {
			found = append(found, *open)
		}
		open = nil
		words.Reset()
	}
	z := html.NewTokenizer(strings.NewReader(mail))
	for {
		switch z.Next() {
		case html.ErrorToken:
			end()
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom != atom.A && t.DataAtom != atom.Area {
				continue
			}
			end()
			if target, ok := attribute(t, "href"); ok {
				open = &link{target: strings.TrimSpace(target)}
			}
			if t.DataAtom == atom.Area {
				end()
			}
		case html.EndTagToken:
			if z.Token().DataAtom == atom.A {
				end()
			}
		case html.TextToken:
			if open != nil {
				words.WriteString(z.Token().Data)
			}
		}
	}
}

// shownHost is the host of words that are an address.
func shownHost(words string) string {
	words = strings.ToLower(strings.TrimSpace(words))
	if strings.ContainsAny(words, " \t\r\n@") {
		return ""
	}
	if !strings.Contains(words, "://") {
		if !strings.HasPrefix(words, "www.") {
			return ""
		}
		words = "https://" + words
	}
	u, err := url.Parse(words)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return ""
	}
	return strings.TrimSuffix(u.Hostname(), ".")
}
