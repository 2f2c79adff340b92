package tracking

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

func boxOf(t testing.TB, keys ...byte) *secret.Box {
	t.Helper()
	var before [][]byte
	for _, k := range keys[1:] {
		before = append(before, bytes.Repeat([]byte{k}, 32))
	}
	box, err := secret.NewBox(bytes.Repeat(keys[:1], 32), before...)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func trackerOf(t testing.TB, keys ...byte) *Tracker {
	t.Helper()
	tr, err := New(boxOf(t, keys...), &url.URL{Scheme: "https", Host: "mail.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

var ours = regexp.MustCompile(`https://[a-z.]+/c/[\w-]+`)

// What a link led to before is what our link leads to, and everything else is as it was.
func TestMarkChangesLinksOnly(t *testing.T) {
	t.Parallel()
	tr := trackerOf(t, 1)
	m := Mark{AccountID: id.New(), MessageID: id.New(), Clicks: true, Keep: []string{"https://shop.example/leave"}}
	for in, want := range map[string]string{
		`<a href="https://x.example/?a=1&amp;b=2">x</a>`:                                               "https://x.example/?a=1&b=2",
		`<A HREF='http://x.example/a b'>x</A>`:                                                         "",
		`<a class=b href=https://x.example/p>x</a>`:                                                    "https://x.example/p",
		"<a\n\thref = \"\n https://x.example/ \"\n>x</a>":                                              "https://x.example/",
		`<a title="a>b" href="https://x.example/1" href="https://evil/2">`:                             "https://x.example/1",
		`<a href="https://x.example/&copy=1">x</a>`:                                                    "https://x.example/&copy=1",
		`<area shape=rect href="https://x.example/map"/>`:                                              "https://x.example/map",
		`<a href="HTTPS://X.example/Up">x</a>`:                                                         "HTTPS://X.example/Up",
		`<a href="https://x.example/ü?q=é">x</a>`:                                                      "https://x.example/ü?q=é",
		`<a href="mailto:a@x.example">x</a>`:                                                           "",
		`<a href="tel:+49">x</a><a href="#top">x</a><a href="/rel">x</a>`:                              "",
		`<a href="javascript:alert(1)">x</a><a href="data:text/html,x">`:                               "",
		`<a href="//x.example/">x</a><a href="https:x.example">x</a>`:                                  "",
		`<a href="https://x.example/" data-notrack>x</a>`:                                              "",
		`<a data-notrack="" href="https://x.example/">x</a>`:                                           "",
		`<a href="https://mail.example.com/u/abc">x</a>`:                                               "",
		`<a href="https://shop.example/leave">x</a>`:                                                   "",
		`<a href="HTTPS://SHOP.example/leave/">x</a>`:                                                  "",
		`<link href="https://x.example/style.css"><img src="https://x/y">`:                             "",
		`<!-- <a href="https://x.example/">x</a> -->`:                                                  "",
		`<style>a[href="https://x.example/"]{}</style><script>"<a href='https://x.example'>"</script>`: "",
		`<textarea><a href="https://x.example/">x</a></textarea>`:                                      "",
		`<a href="https://x.example/`:                                                                  "",
		`<a href="https://` + strings.Repeat("x", MaxURL) + `.example/">x</a>`:                         "",
		`<a href>x</a><a>x</a><b href="https://x.example/">x</b>`:                                      "",
	} {
		got, err := tr.Mark(in, m)
		if err != nil {
			t.Fatal(err)
		}
		links := ours.FindAllString(got, -1)
		if want == "" {
			if got != in {
				t.Errorf("%q became %q", in, got)
			}
			continue
		}
		if len(links) != 2 { // the link and the one that nobody sees
			t.Errorf("%q: links %v in %q", in, links, got)
			continue
		}
		if target, ok := tr.Where(tail(links[0])); !ok || target.URL != want || target.Link != 1 || target.MessageID != m.MessageID || target.AccountID != m.AccountID {
			t.Errorf("%q leads to %+v", in, target)
		}
		if trap, ok := tr.Where(tail(links[1])); !ok || trap.Link != Honeypot || trap.URL != "" {
			t.Errorf("%q: the trap is %+v", in, trap)
		}
		// The rest is as it was: put the target back, drop the trap.
		at := strings.Index(got, links[0])
		if before := got[:at-1]; !strings.HasPrefix(in, before) {
			t.Errorf("%q: before the link stands %q", in, before)
		}
		var values []string
		for z := html.NewTokenizer(strings.NewReader(got)); z.Next() != html.ErrorToken; {
			if tok := z.Token(); len(tok.Attr) > 0 && tok.Data != "" {
				for _, a := range tok.Attr {
					if a.Key == "href" {
						values = append(values, a.Val)
					}
				}
			}
		}
		if len(values) == 0 || values[0] != links[0] {
			t.Errorf("%q: a browser sees %v", in, values)
		}
	}
}

func tail(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

func TestMarkAddsThePictureInsideTheBody(t *testing.T) {
	t.Parallel()
	tr := trackerOf(t, 1)
	m := Mark{AccountID: id.New(), MessageID: id.New(), Opens: true, Host: "links.shop.example"}
	got, err := tr.Mark("<html><body><p>Hi</p></body></html>", m)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`^<html><body><p>Hi</p><img src="https://links\.shop\.example/o/([\w-]+)" [^>]*></body></html>$`).FindStringSubmatch(got)
	if found == nil {
		t.Fatalf("got %q", got)
	}
	if o, ok := tr.Opened(found[1]); !ok || o.MessageID != m.MessageID {
		t.Errorf("the picture names %+v", o)
	}
	if _, ok := tr.Where(found[1]); ok {
		t.Error("a picture was taken for a link")
	}
	if same, err := tr.Mark("<p>x", Mark{}); err != nil || same != "<p>x" {
		t.Errorf("nothing asked: %q, %v", same, err)
	}
	if _, err := tr.Mark("<p>x", Mark{Opens: true}); err == nil {
		t.Error("a mail without an id was marked")
	}
}

// L-01: of 300 changed links none leads anywhere; keys before still do.
func TestOnlyWhatWasSignedLeadsAnywhere(t *testing.T) {
	t.Parallel()
	tr, account, message := trackerOf(t, 1), id.New(), id.New()
	target := Target{AccountID: account, MessageID: message, Kind: Click, Link: 3, URL: "https://shop.example/apples?from=mail"}
	token := tr.tokens.seal(target)
	if got, ok := tr.Where(token); !ok || got != target {
		t.Fatalf("got %+v, %v", got, ok)
	}
	if got, ok := trackerOf(t, 2, 1).Where(token); !ok || got != target {
		t.Error("a key before does not open any more")
	}
	if _, ok := trackerOf(t, 2).Where(token); ok {
		t.Error("another key opens")
	}
	var payloads []string
	for i := range token { // each sign another
		for _, c := range "Ax-" {
			if byte(c) != token[i] {
				payloads = append(payloads, token[:i]+string(c)+token[i+1:])
			}
		}
	}
	for _, u := range []string{"//evil.example", `\\evil.example`, "javascript:alert(1)", "data:text/html,x", "https://evil.example\r\nSet-Cookie: a=b", "https://" + strings.Repeat("e", 10_000), "https://еvil.example", "https://evil.example"} {
		forged := trackerOf(t, 9)
		payloads = append(payloads, u, url.PathEscape(u), forged.tokens.seal(Target{AccountID: account, MessageID: message, Kind: Click, Link: 3, URL: u}), token+u, u+token)
	}
	// Even signed by ourselves, by some mistake, these would lead nowhere.
	for _, u := range []string{"//evil.example", `https:\\evil.example`, "javascript:alert(1)", "data:text/html,x", "https://evil.example\r\nSet-Cookie: a=b", "ftp://x.example/", "https:evil", "https:///x"} {
		payloads = append(payloads, tr.tokens.seal(Target{AccountID: account, MessageID: message, Kind: Click, Link: 3, URL: u}))
	}
	payloads = append(payloads, "", token+"=", token+"A", token[:len(token)-1], " "+token, token+"\n", token[:5]+"\r\n"+token[5:], tr.tokens.seal(Target{AccountID: account, MessageID: message, Kind: Open}))
	if len(payloads) < 300 {
		t.Fatalf("%d payloads", len(payloads))
	}
	for _, p := range payloads {
		if got, ok := tr.Where(p); ok {
			t.Errorf("%q leads to %+v", p, got)
		}
	}
}

// Z-08: whatever a token is, it opens only as it was sealed.
func FuzzToken(f *testing.F) {
	tr := trackerOf(f, 1)
	f.Add(tr.tokens.seal(Target{AccountID: id.New(), MessageID: id.New(), Kind: Click, Link: 1, URL: "https://x.example/"}))
	f.Add(tr.tokens.seal(Target{AccountID: id.New(), MessageID: id.New(), Kind: Open}))
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		for _, kind := range []Kind{Open, Click} {
			if target, ok := tr.tokens.open(kind, token); ok && tr.tokens.seal(target) != token {
				t.Errorf("%q is a second spelling of %+v", token, target)
			}
		}
	})
}

// Whatever HTML is handed in, no link is lost or made, and what is marked twice is not
// marked again.
func FuzzMark(f *testing.F) {
	tr := trackerOf(f, 1)
	m := Mark{AccountID: id.New(), MessageID: id.New(), Clicks: true}
	for _, s := range []string{`<a href="https://x.example/">x</a>`, `<a href=https://x.example/ b>`, `<a x=">" href='https://x.example'`, "<a/href=\"https://x\">", "<a href=\"https://x.example/\x00\">"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, document string) {
		once, err := tr.Mark(document, m)
		if err != nil {
			t.Fatal(err)
		}
		want, got := hrefs(document), hrefs(once)
		if once != document {
			if len(got) == 0 {
				t.Fatalf("%q lost its links: %q", document, once)
			}
		}
		for i, w := range want {
			if i >= len(got) {
				t.Fatalf("%q: links %q became %q", document, want, got)
			}
			if target, ok := tr.Where(tail(got[i])); ok {
				if target.URL != strings.Trim(w, space) {
					t.Fatalf("%q: %q leads to %q", document, w, target.URL)
				}
			} else if got[i] != w {
				t.Fatalf("%q: %q became %q", document, w, got[i])
			}
		}
	})
}

func hrefs(document string) (list []string) {
	for z := html.NewTokenizer(strings.NewReader(document)); z.Next() != html.ErrorToken; {
		if tok := z.Token(); tok.Type == html.StartTagToken || tok.Type == html.SelfClosingTagToken {
			for _, a := range tok.Attr {
				if a.Key == "href" && (tok.Data == "a" || tok.Data == "area") {
					list = append(list, a.Val)
				}
			}
		}
	}
	return list
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"

func TestJudge(t *testing.T) {
	t.Parallel()
	click, open := Target{Kind: Click, Link: 1}, Target{Kind: Open}
	for _, c := range []struct {
		v    Visit
		want Verdict
	}{
		{Visit{Target: click, Agent: firefox}, Human},
		{Visit{Target: click, Agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"}, Human},
		{Visit{Target: click, Agent: firefox, Head: true}, Machine},
		{Visit{Target: click, Agent: firefox, Prefetch: true}, Machine},
		{Visit{Target: Target{Kind: Click, Link: Honeypot}, Agent: firefox}, Machine},
		{Visit{Target: click, Agent: ""}, Unknown},
		{Visit{Target: click, Agent: "Frobnicate 3"}, Unknown},
		{Visit{Target: click, Agent: "curl/8.5.0"}, Machine},
		{Visit{Target: click, Agent: "Mozilla/5.0 (compatible; Googlebot/2.1)"}, Machine},
		{Visit{Target: click, Agent: "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 HeadlessChrome/120"}, Machine},
		{Visit{Target: click, Agent: "BarracudaCentral/1.0"}, Machine},
		{Visit{Target: open, Agent: "Mozilla/5.0"}, Machine},
		{Visit{Target: open, Agent: "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"}, Human},
		{Visit{Target: open, Agent: "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"}, Human},
		{Visit{Target: open, Agent: "Mozilla/4.0 (compatible; ms-office; MSOffice rmj)"}, Machine},
		{Visit{Target: open, Agent: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)"}, Human},
		{Visit{Target: open, Agent: "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Thunderbird/128.0"}, Human},
	} {
		got, why := Judge(c.v)
		if got != c.want || why == "" {
			t.Errorf("%+v: %s (%s), want %s", c.v, got, why, c.want)
		}
	}
	at := time.Unix(1_800_000_000, 0)
	for _, c := range []struct {
		kind      Kind
		delivered time.Time
		want      Verdict
	}{
		{Click, time.Time{}, Machine}, {Click, at.Add(-2 * time.Second), Machine}, {Click, at.Add(-10 * time.Second), Human},
		{Open, time.Time{}, Machine}, {Open, at.Add(-time.Second), Unknown}, {Open, at.Add(-time.Minute), Human},
	} {
		if got, _ := judgeTime(c.kind, Human, "", at, c.delivered); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// L-03: programs that follow the links of a mail at once, or a link that no person sees.
func TestMasked(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	link := func(n int, after time.Duration) clicked {
		return clicked{link: n, human: 1, first: at.Add(after), last: at.Add(after), humanAt: at.Add(after), humanLast: at.Add(after)}
	}
	trap := clicked{link: Honeypot, machine: 1, first: at.Add(8 * time.Second), last: at.Add(8 * time.Second)}
	late := link(1, 0)
	late.humanLast = at.Add(time.Hour) // somebody came later
	for name, c := range map[string]struct {
		links []clicked
		want  int
	}{
		"one":                     {[]clicked{link(1, 0)}, 0},
		"two, read between":       {[]clicked{link(1, 0), link(2, 20*time.Second)}, 0},
		"two at once":             {[]clicked{link(1, 0), link(2, 300*time.Millisecond)}, 2},
		"three within seconds":    {[]clicked{link(1, 0), link(2, 1400*time.Millisecond), link(3, 2800*time.Millisecond)}, 3},
		"three in a minute":       {[]clicked{link(1, 0), link(2, 20*time.Second), link(3, 40*time.Second)}, 0},
		"with the trap":           {[]clicked{link(1, 0), trap}, 1},
		"long before the trap":    {[]clicked{link(1, -time.Hour), trap}, 0},
		"a person came later too": {[]clicked{late, link(2, 100*time.Millisecond)}, 1},
	} {
		if got := masked(c.links); len(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// L-05: a link that leads where nobody should go does not lead there by our name.
func TestL05RefusedLinksStayAsTheyAre(t *testing.T) {
	t.Parallel()
	tr := trackerOf(t, 1)
	tr.Refuse(func(address string) bool { return strings.Contains(address, "copy-of-a-bank") })
	const in = `<a href="https://copy-of-a-bank.example/login">x</a><a href="https://shop.example/">y</a>`
	out, err := tr.Mark(in, Mark{AccountID: id.New(), MessageID: id.New(), Clicks: true})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, `<a href="https://copy-of-a-bank.example/login">x</a>`) || strings.Contains(out, "https://shop.example/") {
		t.Errorf("marked: %s", out)
	}
}
