package leaving

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

func linksOf(t testing.TB, keys ...byte) *Links {
	t.Helper()
	var before [][]byte
	for _, k := range keys[1:] {
		before = append(before, bytes.Repeat([]byte{k}, 32))
	}
	box, err := secret.NewBox(bytes.Repeat(keys[:1], 32), before...)
	if err != nil {
		t.Fatal(err)
	}
	l, err := NewLinks(box, &url.URL{Scheme: "https", Host: "mail.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLinksNameOneMessage(t *testing.T) {
	t.Parallel()
	l, account, message := linksOf(t, 1), id.New(), id.New()
	link, choose, err := l.URLs(account, message, "links.shop.example")
	token, ok := strings.CutPrefix(link, "https://links.shop.example/u/")
	if err != nil || !ok || choose != link+"#choose" || len(link) > 200 {
		t.Fatalf("%q, %q, %v", link, choose, err)
	}
	for _, known := range []*Links{l, linksOf(t, 2, 1)} { // by the key, and by the key before
		if a, m, ok := known.open(token); !ok || a != account || m != message {
			t.Errorf("opened %s %s %v", a, m, ok)
		}
	}
	if _, _, ok := linksOf(t, 2).open(token); ok {
		t.Error("another key opens it")
	}
	if _, _, err := l.URLs("", message, ""); err == nil {
		t.Error("a link of no account")
	}
}

// Z-08: whatever a token is, it opens only as it was made.
func FuzzToken(f *testing.F) {
	l := linksOf(f, 1)
	link, _, err := l.URLs(id.New(), id.New(), "")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(strings.TrimPrefix(link, "https://mail.example.com/u/"))
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		account, message, ok := l.open(token)
		if !ok {
			return
		}
		if again, _, err := l.URLs(account, message, ""); err != nil || again != "https://mail.example.com/u/"+token {
			t.Errorf("%q is a second spelling", token)
		}
	})
}
