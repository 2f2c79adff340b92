package tracking

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// mostLinks bounds the links that are marked in one mail; what comes after is left as it is.
const mostLinks = 1000

// Mark returns the HTML with its links and a picture that tell of visits. What it need not
// change stays as it is, octet by octet.
func (t *Tracker) Mark(document string, m Mark) (string, error) {
	if !m.Opens && !m.Clicks {
		return document, nil
	}
	if m.AccountID.Octets() == nil || m.MessageID.Octets() == nil {
		return "", fmt.Errorf("tracking: no message: %q of %q", m.MessageID, m.AccountID)
	}
	w := marker{tracker: t, mark: m, base: t.base(m.Host)}
	z := html.NewTokenizer(strings.NewReader(document))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			// The rest of what is no HTML any more: an unfinished tag, for example.
			w.out.Write(z.Raw())
			break
		}
		w.token(kind, z)
	}
	return w.finish(), nil
}

// base is what a link of ours begins with.
func (t *Tracker) base(host string) string {
	u := *t.public
	if host != "" {
		u.Host = host
		if port := t.public.Port(); port != "" {
			u.Host += ":" + port
		}
	}
	return strings.TrimSuffix(u.String(), "/")
}

type marker struct {
	tracker *Tracker
	mark    Mark
	base    string
	out     bytes.Buffer
	links   int
	end     int // where </body> stands in out, or 0
}

func (w *marker) token(kind html.TokenType, z *html.Tokenizer) {
	raw := slices.Clone(z.Raw()) // TagAttr works on the octets that Raw shows
	switch kind {
	case html.StartTagToken, html.SelfClosingTagToken:
		name, more := z.TagName()
		if tag := string(name); w.mark.Clicks && more && (tag == "a" || tag == "area") {
			raw = w.link(raw, z)
		}
	case html.EndTagToken:
		if name, _ := z.TagName(); string(name) == "body" {
			w.end = w.out.Len()
		}
	}
	w.out.Write(raw)
}

// link returns the tag of a link with its target led through us, or as it is.
func (w *marker) link(raw []byte, z *html.Tokenizer) []byte {
	target := ""
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr() // of two with one name the first, as browsers do
		switch string(key) {
		case "href":
			target = strings.Trim(string(value), space)
		case "data-notrack":
			return raw
		}
	}
	if w.links >= mostLinks || !leadsOut(target) || w.kept(target) || w.tracker.refused != nil && w.tracker.refused(target) {
		return raw
	}
	from, to, ok := valueOf(raw, "href")
	if !ok {
		return raw
	}
	w.links++
	ours := w.base + "/c/" + w.tracker.tokens.seal(Target{AccountID: w.mark.AccountID, MessageID: w.mark.MessageID, Kind: Click, Link: w.links, URL: target})
	return slices.Concat(raw[:from], []byte(`"`+ours+`"`), raw[to:])
}

// kept reports whether a link is none to mark: an unsubscribe link, or one that leads
// through us already.
func (w *marker) kept(target string) bool {
	for _, base := range []string{w.base, w.tracker.base("")} {
		if rest, ok := strings.CutPrefix(target, base); ok && (strings.HasPrefix(rest, "/u/") || strings.HasPrefix(rest, "/p/") || strings.HasPrefix(rest, "/c/")) {
			return true
		}
	}
	return slices.ContainsFunc(w.mark.Keep, func(k string) bool { return k == target || sameAddress(k, target) })
}

// sameAddress compares as browsers do: the host in any case, no path as "/".
func sameAddress(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && strings.EqualFold(u.Scheme, v.Scheme) && strings.EqualFold(u.Host, v.Host) &&
		strings.TrimSuffix(u.EscapedPath(), "/") == strings.TrimSuffix(v.EscapedPath(), "/") && u.RawQuery == v.RawQuery
}

// finish adds what no person sees before the end of the body.
func (w *marker) finish() string {
	if w.end == 0 {
		w.end = w.out.Len()
	}
	var add strings.Builder
	seal := func(kind Kind, link int) string {
		return w.tracker.tokens.seal(Target{AccountID: w.mark.AccountID, MessageID: w.mark.MessageID, Kind: kind, Link: link})
	}
	if w.links > 0 {
		fmt.Fprintf(&add, `<a href="%s/c/%s" style="display:none" tabindex="-1" aria-hidden="true" rel="nofollow"></a>`, w.base, seal(Click, Honeypot))
	}
	if w.mark.Opens {
		fmt.Fprintf(&add, `<img src="%s/o/%s" width="1" height="1" alt="" style="display:block;border:0">`, w.base, seal(Open, 0))
	}
	all := w.out.Bytes()
	return string(slices.Concat(all[:w.end], []byte(add.String()), all[w.end:]))
}

const space = " \t\r\n\f"

// valueOf finds the value of a tag's first attribute of a name, with its quotes, by the
// rules that browsers follow (HTML §13.2.5.32 on).
func valueOf(tag []byte, name string) (from, to int, ok bool) {
	is := func(i int, set string) bool { return i < len(tag) && strings.IndexByte(set, tag[i]) >= 0 }
	i := 1
	for i < len(tag) && !is(i, space+"/>") {
		i++ // the name of the tag
	}
	for {
		for is(i, space+"/") {
			i++
		}
		if i >= len(tag) || tag[i] == '>' {
			return 0, 0, false
		}
		begin := i
		for i++; i < len(tag) && !is(i, space+"/>="); i++ { // a first "=" belongs to the name
		}
		found := strings.EqualFold(string(tag[begin:i]), name)
		for is(i, space) {
			i++
		}
		from, to = i, i
		if is(i, "=") {
			for i++; is(i, space); i++ {
			}
			from = i
			if is(i, `"'`) {
				end := bytes.IndexByte(tag[i+1:], tag[i])
				if end < 0 {
					return 0, 0, false
				}
				i += end + 2
			} else {
				for i < len(tag) && !is(i, space+">") {
					i++
				}
			}
			to = i
		}
		if found {
			return from, to, to > from
		}
	}
}
