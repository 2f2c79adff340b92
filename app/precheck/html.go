package precheck

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// reference is something that a mail points to.
type reference struct {
	url   string
	image bool
}

// referencesOf lists what the mail points to, in its order, each once.
func referencesOf(mail string) (found []reference) {
	walk(mail, func(t html.Token) {
		switch t.DataAtom {
		case atom.A, atom.Area:
			if value, ok := attribute(t, "href"); ok {
				found = append(found, reference{strings.TrimSpace(value), false})
			}
		case atom.Img:
			if value, ok := attribute(t, "src"); ok {
				found = append(found, reference{strings.TrimSpace(value), true})
			}
		}
	}, nil)
	var once []reference
	for _, r := range found {
		if !slices.Contains(once, r) {
			once = append(once, r)
		}
	}
	return once
}

// hrefs are the targets of the mail's links.
func hrefs(mail string) (urls []string) {
	for _, r := range referencesOf(mail) {
		if !r.image {
			urls = append(urls, r.url)
		}
	}
	return urls
}

// visible is the text that people read.
func visible(mail string) string {
	var b strings.Builder
	walk(mail, nil, func(text string) { b.WriteString(text + " ") })
	return b.String()
}

// unread are elements whose text nobody sees.
var unread = []atom.Atom{atom.Style, atom.Script, atom.Head, atom.Title, atom.Template}

func walk(mail string, start func(html.Token), text func(string)) {
	z := html.NewTokenizer(strings.NewReader(mail))
	hidden := atom.Atom(0)
	for {
		switch z.Next() {
		case html.ErrorToken: // the end
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if hidden == 0 && slices.Contains(unread, t.DataAtom) && t.Type == html.StartTagToken {
				hidden = t.DataAtom
			}
			if start != nil {
				start(t)
			}
		case html.EndTagToken:
			if t := z.Token(); t.DataAtom == hidden {
				hidden = 0
			}
		case html.TextToken:
			if t := z.Token(); text != nil && hidden == 0 {
				text(t.Data)
			}
		}
	}
}

func attribute(t html.Token, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
