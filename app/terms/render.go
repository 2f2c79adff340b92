package terms

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark"
)

// HTML renders the version's Markdown.
func (v Version) HTML() (string, error) { return Render(v.Markdown) }

// Render draws Markdown. Raw HTML and unsafe links in it are dropped, which is
// goldmark's default and what makes the result fit for a page.
func Render(markdown string) (string, error) {
	var b bytes.Buffer
	if err := goldmark.New().Convert([]byte(markdown), &b); err != nil {
		return "", fmt.Errorf("terms: render: %w", err)
	}
	return b.String(), nil
}
