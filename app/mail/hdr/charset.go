package header

import (
	"io"

	"golang.org/x/text/encoding/htmlindex"
)

// charsetReader decodes encoded words in any charset that browsers know.
func charsetReader(charset string, r io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return e.NewDecoder().Reader(r), nil
}
