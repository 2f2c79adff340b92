package sheet

import (
	"strings"
	"testing"
	"time"
)

func TestASheetRunsNothing(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	s := New(&b, "name", "at")
	s.Row(`=HYPERLINK("http://x")`, Time(time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))))
	s.Row("@a, \"b\"", TimeOrNone(nil))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := "name,at\n\"'=HYPERLINK(\"\"http://x\"\")\",2026-01-02T02:04:05Z\n\"'@a, \"\"b\"\"\",\n"
	if b.String() != want {
		t.Errorf("got %q", b.String())
	}
}
