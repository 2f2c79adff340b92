package verdict

import (
	"strings"
	"testing"
)

// TestTables: every row leads to a meaning, and a text is written as it is compared.
func TestTables(t *testing.T) {
	t.Parallel()
	used := map[Key]bool{Unknown: true}
	for _, rows := range append(append([][]row{}, texts...), statuses, codes) {
		for _, r := range rows {
			if used[r.key] = true; meanings[r.key].class == "" {
				t.Errorf("row %+v: no meaning", r)
			}
			if r.text != strings.ToLower(r.text) || strings.Contains(r.text, "  ") || strings.Contains("|"+r.text+"|", "||") && r.text != "" {
				t.Errorf("text %q can never be found", r.text)
			}
			for p := range strings.SplitSeq(r.text, "|") {
				if strings.HasPrefix(p, "*") || strings.HasSuffix(p, "*") || strings.Contains(p, "**") {
					t.Errorf("text %q: empty fragment", p)
				}
			}
			if r.at != "" && !isProvider(r.at) {
				t.Errorf("row %+v: no such provider", r)
			}
		}
	}
	for key, m := range meanings {
		if !used[key] {
			t.Errorf("%s: no row leads to it", key)
		}
		if m.suppress && m.class != Recipient {
			t.Errorf("%s suppresses for what is not the recipient's", key)
		}
		if m.reason == "" || m.next == "" {
			t.Errorf("%s: without words", key)
		}
	}
}

func isProvider(name string) bool {
	for _, p := range providers {
		if p.name == name {
			return true
		}
	}
	return false
}
