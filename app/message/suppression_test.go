package message_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

var both = []message.Stream{message.Transactional, message.Broadcast}

func TestParseSuppressions(t *testing.T) {
	t.Parallel()
	rows, problems := message.ParseSuppressions("Kim@Example.com\n\n  anna@example.org  \nnobody\nbob@example.net,broadcast,\"asked, by phone\"\nx@example.net,sideways\n", both, "Added by hand.")
	var got []string
	for _, r := range rows {
		got = append(got, r.Address+" "+string(r.Stream)+" "+r.Reason)
	}
	want := []string{
		"kim@example.com transactional Added by hand.", "kim@example.com broadcast Added by hand.",
		"anna@example.org transactional Added by hand.", "anna@example.org broadcast Added by hand.",
		"bob@example.net broadcast asked, by phone",
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows %q", got)
	}
	if len(problems) != 2 || !strings.HasPrefix(problems[0], "Line 4: ") || !strings.HasPrefix(problems[1], "Line 6: ") {
		t.Errorf("problems %q", problems)
	}
}

// What is exported is what was there, and adding it again changes nothing.
func TestSuppressionsComeBackFromTheirExport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		archive := message.NewArchive(s)
		var text strings.Builder
		for i := range 1200 {
			fmt.Fprintf(&text, "p%d@example.com\n", i)
		}
		text.WriteString("=formula@example.com,,=1+1\n")
		rows, problems := message.ParseSuppressions(text.String(), both, "By hand.")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		first, err := archive.Suppress(t.Context(), a.Scope, rows)
		if err != nil || first == 0 {
			t.Fatal(first, err)
		}
		read := func(scope seed.Account) (all []message.Suppression) {
			t.Helper()
			all, err := archive.Suppressions(t.Context(), scope.Scope, message.SuppressionFilter{Limit: 100_000})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		before := read(a)
		var out strings.Builder
		w := csv.NewWriter(&out)
		if err := message.WriteSuppressions(w, before); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if strings.Contains(out.String(), "\n=") || strings.Contains(out.String(), ",=") {
			t.Error("a cell begins a formula")
		}
		again, problems := message.ParseSuppressions("address,stream,reason,since\n"+out.String(), both, "")
		if len(problems) > 0 {
			t.Fatal(problems[0])
		}
		if n, err := archive.Suppress(t.Context(), a.Scope, again); n != 0 || err != nil {
			t.Errorf("%d are new in an export, %v", n, err)
		}
		if len(again) != len(before) || len(read(b)) != 0 {
			t.Errorf("%d of %d came back; another account has %d", len(again), len(before), len(read(b)))
		}
		for i, want := range []bool{true, false} {
			if found, err := archive.Unsuppress(t.Context(), a.Scope, "=Formula@example.com", message.Broadcast); found != want || err != nil {
				t.Errorf("removal %d: %v, %v", i+1, found, err)
			}
		}
		if got := len(read(a)); got != len(before)-1 {
			t.Errorf("%d left of %d", got, len(before))
		}
	})
}

// The list is found by the beginning of an address, by domain and by stream, and is
// turned page by page without losing one of the two streams of an address.
func TestSuppressionsAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		archive := message.NewArchive(s)
		rows, problems := message.ParseSuppressions("anna@one.example\nbob@two.example\nb_b@one.example,broadcast\nbxb@one.example,broadcast\n", []message.Stream{message.Transactional, message.Broadcast}, "x")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if _, err := archive.Suppress(t.Context(), a.Scope, rows); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			f    message.SuppressionFilter
			want int
		}{
			{message.SuppressionFilter{}, 6}, {message.SuppressionFilter{Address: "B"}, 4}, {message.SuppressionFilter{Address: "@one.example"}, 4},
			{message.SuppressionFilter{Address: "@one.example", Stream: message.Transactional}, 1}, {message.SuppressionFilter{Address: "@o%"}, 0}, {message.SuppressionFilter{Stream: message.Broadcast}, 4},
		} {
			seen := map[string]bool{}
			for c.f.Limit = 1; ; {
				page, err := archive.Suppressions(t.Context(), a.Scope, c.f)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				c.f.After = page[0].Cursor()
				seen[c.f.After] = true
			}
			if len(seen) != c.want {
				t.Errorf("%+v finds %v", c.f, seen)
			}
		}
	})
}
