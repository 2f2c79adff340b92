package terms

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark"
)

// HTML renders the version's Markdown. Raw HTML and unsafe links in it are dropped,
// which is goldmark's default and what makes the result fit for a page.
func (v Version) HTML() (string, error) {
	var b bytes.Buffer
	if err := goldmark.New().Convert([]byte(v.Markdown), &b); err != nil {
		return "", fmt.Errorf("terms: render version %d: %w", v.Number, err)
	}
	return b.String(), nil
}
