package content

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"smtpserver/app/content/inline"
	"smtpserver/app/content/liquid"
)

//go:embed layout.html
var markdownLayout string

// gold is CommonMark with tables, struck text and bare links. Raw HTML and unsafe links
// are dropped, which is goldmark's default.
var gold = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify))

// button is a bold link that is alone in its paragraph.
var button = regexp.MustCompile(`<p><strong><a href=("[^"]*")([^>]*)>([^<]*)</a></strong></p>`)

// markdown draws Markdown whose fields and tags are shielded by words.
func markdown(source string, words *regexp.Regexp) (string, error) {
	var b bytes.Buffer
	if err := gold.Convert([]byte(source), &b); err != nil {
		return "", fmt.Errorf("content: markdown: %w", err)
	}
	out := strings.ReplaceAll(b.String(), "<!-- raw HTML omitted -->", "")
	out = button.ReplaceAllString(out, `<p class="button"><a class="button" href=$1$2>$3</a></p>`)
	// A tag that is alone in its paragraph is no paragraph.
	alone := regexp.MustCompile(`<p>((?:\s*` + strings.Replace(words.String()[len("(?i)"):], "([ft])", "t", 1) + `)+)\s*</p>`)
	return alone.ReplaceAllString(out, "$1"), nil
}

// layout sets drawn Markdown in the layout of this house, with its styles inlined.
func layout(body string) string {
	whole := strings.Replace(markdownLayout, "<!-- content -->", body, 1)
	shield, shielded, err := liquid.NewShield(whole)
	if err != nil {
		return whole // it was judged before
	}
	styled, err := inline.CSS(shielded)
	if err != nil { // more elements than are worth it: the sheet alone does
		return whole
	}
	return shield.Restore(styled)
}
