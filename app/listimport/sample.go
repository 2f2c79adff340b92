package listimport

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
)

// SampleRows is how many rows the preview shows.
const SampleRows = 10

// sample reads the names of the columns and the first rows as the settings say.
func (s *Service) sample(ctx context.Context, row *Import) (names []string, sample [][]string, err error) {
	whole := *row
	whole.Settings.Header = false
	in, _, err := s.rows(ctx, &whole)
	if err != nil {
		return nil, nil, err
	}
	width := 0
	for len(sample) < SampleRows {
		r, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if r.problem != 0 && len(r.cells) == 0 {
			continue
		}
		cells := slices.Clone(r.cells)
		if row.Settings.Header && names == nil {
			names, width = cells, len(cells)
			continue
		}
		sample, width = append(sample, cells), max(width, len(cells))
	}
	if width > maxColumns {
		return nil, nil, badFile("The file has more than 500 columns. Is the delimiter right? If so, leave out what is not needed.")
	}
	if row.Settings.Header {
		width = len(names) // cells beyond the heading are told row by row
	}
	for i := range width {
		if i >= len(names) {
			names = append(names, "Column "+strconv.Itoa(i+1))
		} else if names[i] = shorten(PlainCell(names[i]), 80); names[i] == "" {
			names[i] = "Column " + strconv.Itoa(i+1)
		}
	}
	return names, sample, nil
}

// shorten makes a cell fit into a page.
func shorten(s string, most int) string {
	s = cleanLine(s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

func cleanLine(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}
