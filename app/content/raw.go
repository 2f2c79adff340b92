package content

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// boxes are the elements of MJML between whose children the engine drops all text.
var boxes = map[string]bool{"mjml": true, "mj-body": true, "mj-wrapper": true, "mj-section": true, "mj-column": true, "mj-group": true, "mj-hero": true}

// withRaw puts the tags that stand between elements of MJML into mj-raw, so that
// {% if %} works around sections and columns as well.
func withRaw(source string, words *regexp.Regexp) string {
	if !words.MatchString(source) {
		return source
	}
	var b strings.Builder
	var open []string
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String()
		}
		raw := string(z.Raw())
		switch kind {
		case html.StartTagToken:
			if name, _ := z.TagName(); strings.HasPrefix(string(name), "mj") {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); len(open) > 0 && open[len(open)-1] == string(name) {
				open = open[:len(open)-1]
			}
		case html.TextToken:
			if len(open) > 0 && boxes[open[len(open)-1]] {
				raw = words.ReplaceAllString(raw, "<mj-raw>$0</mj-raw>")
			}
		}
		b.WriteString(raw)
	}
}
