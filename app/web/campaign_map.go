package web

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"strings"

	parser "golang.org/x/net/html"

	"smtpserver/app/tracking"
	"smtpserver/views/components"
)

// clickMap writes beside each link of a mail how many people followed it. The rest of the
// mail stays as it is, octet by octet.
func clickMap(mail string, links []tracking.Link, sent int64) string {
	var out bytes.Buffer
	z := parser.NewTokenizer(strings.NewReader(mail))
	label := ""
	for {
		kind := z.Next()
		raw := string(z.Raw())
		if kind == parser.ErrorToken {
			out.WriteString(raw)
			return out.String()
		}
		out.WriteString(raw)
		switch kind {
		case parser.StartTagToken:
			if t := z.Token(); t.Data == "a" {
				label = clickLabel(t, links, sent)
			}
		case parser.EndTagToken:
			if t := z.Token(); t.Data == "a" && label != "" {
				out.WriteString(label)
				label = ""
			}
		}
	}
}

const labelStyle = "display:inline-block;margin:0 2px;padding:0 5px;border-radius:8px;background:#0b6b5d;color:#ffffff;font:600 11px/16px sans-serif;text-decoration:none;vertical-align:middle"

// clickLabel is the mark beside one link; "" for one that nothing is known of.
func clickLabel(t parser.Token, links []tracking.Link, sent int64) string {
	var people int64
	known := false
	target := withoutQuery(hrefOf(t))
	for _, l := range links {
		if l.Target != "" && l.Target == target {
			people, known = people+l.Clicks.Human.Unique, true
		}
	}
	if !known {
		return ""
	}
	return fmt.Sprintf(`<span style=%q>%s · %s</span>`, labelStyle, html.EscapeString(components.Percent(people, sent)), components.Count(people))
}

func hrefOf(t parser.Token) string {
	for _, a := range t.Attr {
		if a.Key == "href" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// withoutQuery is a target as reports keep it.
func withoutQuery(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	return u.String()
}
