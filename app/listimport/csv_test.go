package listimport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func readAll(t *testing.T, in io.Reader, delimiter byte) (rows [][]string, problems []Code) {
	t.Helper()
	c := newCSV(in, delimiter)
	for {
		r, err := c.next()
		if errors.Is(err, io.EOF) {
			return rows, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.problem != 0 {
			problems = append(problems, r.problem)
			continue
		}
		rows = append(rows, append([]string{}, r.cells...))
	}
}

// The twelve files of csv-spectrum, and what they hold.
var spectrum = map[string]struct {
	file string
	want [][]string
}{
	"comma_in_quotes":      {"first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123\n", [][]string{{"first", "last", "address", "city", "zip"}, {"John", "Doe", "120 any st.", "Anytown, WW", "08123"}}},
	"empty":                {"a,b,c\n1,\"\",\"\"\n2,3,4\n", [][]string{{"a", "b", "c"}, {"1", "", ""}, {"2", "3", "4"}}},
	"empty_crlf":           {"a,b,c\r\n1,\"\",\"\"\r\n2,3,4\r\n", [][]string{{"a", "b", "c"}, {"1", "", ""}, {"2", "3", "4"}}},
	"escaped_quotes":       {"a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n", [][]string{{"a", "b"}, {"1", `ha "ha" ha`}, {"3", "4"}}},
	"json":                 {"key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n", [][]string{{"key", "val"}, {"1", `{"type": "Point", "coordinates": [102.0, 0.5]}`}}},
	"location_coordinates": {"Contact Phone Number,Location Coordinates,Cities,Counties\n1 (555) 555-5555,\"{34.0522,-118.2437}\",\"Los Angeles\",LA\n", [][]string{{"Contact Phone Number", "Location Coordinates", "Cities", "Counties"}, {"1 (555) 555-5555", "{34.0522,-118.2437}", "Los Angeles", "LA"}}},
	"newlines":             {"a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n7,8,9\n", [][]string{{"a", "b", "c"}, {"1", "2", "3"}, {"Once upon \na time", "5", "6"}, {"7", "8", "9"}}},
	"newlines_crlf":        {"a,b,c\r\n1,2,3\r\n\"Once upon \r\na time\",5,6\r\n7,8,9\r\n", [][]string{{"a", "b", "c"}, {"1", "2", "3"}, {"Once upon \r\na time", "5", "6"}, {"7", "8", "9"}}},
	"quotes_and_newlines":  {"a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n", [][]string{{"a", "b"}, {"1", "ha \n\"ha\" \nha"}, {"3", "4"}}},
	"simple":               {"a,b,c\n1,2,3\n", [][]string{{"a", "b", "c"}, {"1", "2", "3"}}},
	"simple_crlf":          {"a,b,c\r\n1,2,3\r\n", [][]string{{"a", "b", "c"}, {"1", "2", "3"}}},
	"utf8":                 {"a,b,c\n1,2,3\n4,5,ʤ\n", [][]string{{"a", "b", "c"}, {"1", "2", "3"}, {"4", "5", "ʤ"}}},
}

func TestI02Spectrum(t *testing.T) {
	t.Parallel()
	for name, c := range spectrum {
		for how, in := range map[string]io.Reader{"whole": strings.NewReader(c.file), "octet by octet": iotest.OneByteReader(strings.NewReader(c.file))} {
			got, problems := readAll(t, in, ',')
			if !reflect.DeepEqual(got, c.want) || len(problems) > 0 {
				t.Errorf("%s, %s: %q %v, want %q", name, how, got, problems, c.want)
			}
		}
	}
}

func TestI02RowsThatSpreadsheetsReallyWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		delimiter  byte
		want       [][]string
		problems   []Code
	}{
		{"CR only", "a,b\rc,d\r", ',', [][]string{{"a", "b"}, {"c", "d"}}, nil},
		{"mixed line ends", "a\nb\r\nc\rd", ',', [][]string{{"a"}, {"b"}, {"c"}, {"d"}}, nil},
		{"no line end at the end", "a,b", ',', [][]string{{"a", "b"}}, nil},
		{"a delimiter at the end", "a,", ',', [][]string{{"a", ""}}, nil},
		{"blank rows", "a\n\n  \n,,\nb\n", ',', [][]string{{"a"}, {"b"}}, nil},
		{"a lone quote", "5\" pipe,b\n", ',', [][]string{{`5" pipe`, "b"}}, nil},
		{"text behind a quote", "\"a\"b,c\n", ',', nil, []Code{OpenQuote}},
		{"space behind a quote", "\"a\" ,b\n", ',', [][]string{{"a", "b"}}, nil},
		{"a quote that is never closed", "a,b\n\"c,d\ne,f\n", ',', [][]string{{"a", "b"}, {"e", "f"}}, []Code{OpenQuote}},
		{"only a quote", "\"", ',', nil, []Code{OpenQuote}},
		{"semicolons", "a;b,c\n", ';', [][]string{{"a", "b,c"}}, nil},
		{"tabs", "a\tb\n", '\t', [][]string{{"a", "b"}}, nil},
		{"bars", "a|b\n", '|', [][]string{{"a", "b"}}, nil},
		{"ragged", "a,b\nc\nd,e,f\n", ',', [][]string{{"a", "b"}, {"c"}, {"d", "e", "f"}}, nil},
		{"NUL", "a\x00,b\nc\n", ',', [][]string{{"c"}}, []Code{ControlOctets}},
		{"broken UTF-8", "a\xff,b\nc\n", ',', [][]string{{"c"}}, []Code{BadEncoding}},
		{"nothing", "", ',', nil, nil},
	} {
		for how, in := range map[string]io.Reader{"whole": strings.NewReader(c.file), "octet by octet": iotest.OneByteReader(strings.NewReader(c.file))} {
			got, problems := readAll(t, in, c.delimiter)
			if !reflect.DeepEqual(got, c.want) || !reflect.DeepEqual(problems, c.problems) {
				t.Errorf("%s, %s: %q %v, want %q %v", c.name, how, got, problems, c.want, c.problems)
			}
		}
	}
}

// endless repeats a piece of text to a size.
type endless struct {
	piece string
	left  int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(copy(p, e.piece), e.left)
	e.left -= n
	return n, nil
}

// One line of 100 MB is one rejected row, and never in memory.
func TestI02AHundredMegabytesInOneLine(t *testing.T) {
	for name, piece := range map[string]string{"a long cell": strings.Repeat("x", 4096), "many cells": strings.Repeat("x,", 2048), "in quotes": strings.Repeat("\"\"", 2048)} {
		begin := "a,b\n"
		if name == "in quotes" {
			begin += `"`
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rows, problems := readAll(t, io.MultiReader(strings.NewReader(begin), &endless{piece, 100 << 20}, strings.NewReader("\nc,d\n")), ',')
		runtime.ReadMemStats(&after)
		want := [][]string{{"a", "b"}, {"c", "d"}}
		if !reflect.DeepEqual(rows, want) || len(problems) != 1 || problems[0] != TooLong {
			t.Errorf("%s: %d rows, problems %v", name, len(rows), problems)
		}
		if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 64<<20 {
			t.Errorf("%s: the heap grew by %d octets", name, grown)
		}
	}
}

func TestI06CellsAreTheIdentity(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"", "a", "'", "''", "'a", "=1+1", "'=1+1", "''=1", "+49 123", "-5", "@x", "\tx", "\rx", "|calc", "=HYPERLINK(\"http://x\")", "'|", "a=b"} {
		safe := SafeCell(cell)
		if PlainCell(safe) != cell {
			t.Errorf("%q becomes %q and then %q", cell, safe, PlainCell(safe))
		}
		if safe != "" && strings.ContainsAny(safe[:1], "=+-@\t\r") {
			t.Errorf("%q is written as %q", cell, safe)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, c := range spectrum {
		f.Add([]byte(c.file))
	}
	f.Add([]byte("\"\r\"\n\"\"\"x,\r\n\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, p1 := readAll(t, bytes.NewReader(data), ',')
		pieces, p2 := readAll(t, iotest.HalfReader(iotest.OneByteReader(bytes.NewReader(data))), ',')
		if fmt.Sprintf("%q%v", whole, p1) != fmt.Sprintf("%q%v", pieces, p2) {
			t.Errorf("it matters how the file arrives:\n%q %v\n%q %v", whole, p1, pieces, p2)
		}
		cells := 0
		for _, row := range whole {
			for _, cell := range row {
				cells += len(cell)
			}
		}
		if cells > len(data) {
			t.Errorf("%d octets of cells from %d", cells, len(data))
		}
	})
}
