package taxid

import (
	"strings"
	"testing"
)

// Every example passes, and where there is a check digit, nearly every change of one
// digit is noticed.
func TestEveryCountrysExample(t *testing.T) {
	t.Parallel()
	for country, r := range rules {
		got, problem := Check(country, strings.ToLower(r.example))
		if problem != "" {
			t.Errorf("%s: %s → %s: %s", country, r.example, got, problem)
		}
		if r.sum == nil || country == "US" {
			continue
		}
		changed, noticed := 0, 0
		number := []byte(noise.Replace(r.example))
		for i, c := range number {
			for d := byte('0'); d <= '9' && c >= '0' && c <= '9'; d++ {
				if d == c {
					continue
				}
				number[i] = d
				changed++
				if _, problem := Check(country, string(number)); problem != "" {
					noticed++
				}
				number[i] = c
			}
		}
		if noticed*10 < changed*9 {
			t.Errorf("%s: %d of %d wrong digits were noticed", country, noticed, changed)
		}
	}
}

func TestWhatPeopleType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, typed, want, problem string }{
		{"DE", " de 136 695 976 ", "DE136695976", ""},
		{"DE", "136695976", "DE136695976", ""},
		{"DE", "12", "DE12", "look like"},
		{"DE", "DE136695977", "DE136695977", "check digit"},
		{"AT", "U12345675", "ATU12345675", ""},
		{"GR", "094259216", "EL094259216", ""},
		{"US", "12-3456789", "123456789", ""},
		{"US", "00-3456789", "003456789", "wrong"},
		{"CH", "CHE-100.155.212 MWST", "CHE100155212MWST", ""},
		{"JP", "T1180301018771", "T1180301018771", ""},
		{"JP", "what?", "WHAT?", "letters and digits"},
		{"FR", "", "", ""},
	} {
		got, problem := Check(c.country, c.typed)
		if got != c.want || (problem == "") != (c.problem == "") || !strings.Contains(problem, c.problem) {
			t.Errorf("%s %q → %q, %q; want %q, %q", c.country, c.typed, got, problem, c.want, c.problem)
		}
	}
}
