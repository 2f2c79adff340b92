package redline

import (
	"strings"
	"testing"
)

// mark writes a comparison of words the way tests can read.
func mark(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.Op {
		case Removed:
			b.WriteString("[-" + s.Text + "-]")
		case Added:
			b.WriteString("{+" + s.Text + "+}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, after, want string }{
		{"kept for 30 days.", "kept for 60 days.", "kept for [-30-]{+60+} days."},
		{"pay 1,000.50 now", "pay 1,200.50 now", "pay [-1,000.50-]{+1,200.50+} now"},
		{"by card. If", "by card or, for businesses, by invoice. If", "by card{+ or, for businesses, by invoice+}. If"},
		{"within three business days", "within ten working days", "within [-three business-]{+ten working+} days"},
		{"One. Two. Three.", "One. Three.", "One. [-Two. -]Three."},
		{ // a sentence that stays is not taken apart for the sake of "for" and "each"
			"We keep it for 30 days. After that both are erased. Ask us for a longer time if you need one.",
			"We keep it for 60 days. You can choose a shorter time for each domain. After that both are erased.",
			"We keep it for [-30-]{+60+} days. {+You can choose a shorter time for each domain. +}After that both are erased.[- Ask us for a longer time if you need one.-]",
		},
		{"Größe über 5 €", "Größe über 7 €", "Größe über [-5-]{+7+} €"},
		{"same", "same", "same"},
		{"", "new", "{+new+}"},
		{"an e-mail", "an email", "an [-e-mail-]{+email+}"},
		{"日本 語", "日本 人", "日本 [-語-]{+人+}"},
	} {
		if got := mark(compareWords(c.before, c.after)); got != c.want {
			t.Errorf("%q → %q:\n got %s\nwant %s", c.before, c.after, got, c.want)
		}
	}
}

// Whatever the texts: without what was added it is the old one, without what was
// removed the new one.
func FuzzWordsAreComplete(f *testing.F) {
	f.Add("kept for 30 days", "we keep it for 60 days or so")
	f.Add("a b c d", "d c b a")
	f.Add("x\xffy", "\n\n  z")
	f.Fuzz(func(t *testing.T, before, after string) {
		var old, now strings.Builder
		for _, s := range compareWords(before, after) {
			if s.Op != Added {
				old.WriteString(s.Text)
			}
			if s.Op != Removed {
				now.WriteString(s.Text)
			}
		}
		// Octets that are no text belong to no token; the product refuses them before.
		if strings.ToValidUTF8(before, "") == before && strings.ToValidUTF8(after, "") == after && (old.String() != before || now.String() != after) {
			t.Errorf("%q → %q: old %q, new %q", before, after, old.String(), now.String())
		}
		Compare(before, after)
	})
}

const older = `# Terms

Welcome.

## 1. Keeping

We keep the content of each message for 30 days so that you can look it up. Ask us for more.

We delete your account's data within ninety days after you close the account with us.

A paragraph that stays as it is.

Another one.

And one more.

## 2. Paying

1. Plans are paid by card.
2. Prices are without tax.

## 3. Nothing

Unchanged.
`

const newer = `# Terms

Welcome.

## 1. Keeping

We keep the content of each message for 60 days so that you can look it up.

A paragraph that stays as it is.

Another one.

And one more.

## 2. Paying

1. A new first point.
2. Plans are paid by card.
3. Prices are without tax.

## 3. Nothing

Unchanged.

## 4. Closing

We delete your account's data within ninety days after you close the account with us.
`

func TestCompareTellsWhatAReaderWantsToKnow(t *testing.T) {
	t.Parallel()
	r := Compare(older, newer)
	want := `  1. Keeping

  We keep the content of each message for [-30-] {+60+} days so that you
  can look it up. [-Ask us for more.-]

  (A paragraph moved from here to “4. Closing”)

  A paragraph that stays as it is.

  (2 paragraphs are unchanged)


  2. Paying

+ 1. A new first point.

  2. Plans are paid by card.

  (1 paragraph is unchanged)


+ 4. Closing

> (Moved here from “1. Keeping”) We delete your account's data within
  ninety days after you close the account with us.

`
	if got := r.Text(72); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if r.Unchanged != 2 || r.Moved != 1 || !r.Numbers || r.Added != 7 || r.Removed != 5 {
		t.Errorf("%+v", r)
	}
}

func TestNothingChanges(t *testing.T) {
	t.Parallel()
	for _, after := range []string{older, strings.ReplaceAll(older, "Welcome", "**Welcome**"), older + "\n\n<script>alert(1)</script>\n"} {
		if r := Compare(older, after); !r.Empty() || r.Unchanged != 4 {
			t.Errorf("%+v", r)
		}
	}
	if r := Compare("", "# A\n\nb"); r.Empty() || r.Added != 2 {
		t.Errorf("a first version: %+v", r)
	}
}

func TestALinkThatLeadsElsewhereIsAChange(t *testing.T) {
	t.Parallel()
	r := Compare("See [here](/a).", "See [here](/b).")
	if r.Empty() || !strings.Contains(r.Text(72), "[-") {
		t.Errorf("%s", r.Text(72))
	}
}

// A full comparison leaves nothing out.
func TestFull(t *testing.T) {
	t.Parallel()
	r := Full(older, newer)
	if len(r.Sections) != 5 {
		t.Errorf("%d sections", len(r.Sections))
	}
	for _, s := range r.Sections {
		for _, p := range s.Parts {
			if p.Block == nil {
				t.Error("something is left out")
			}
		}
	}
}

// The worst that validation lets through must not hang a page.
func TestHugeTextsAreComparedInTime(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("word other ", 9000), strings.Repeat("other word third ", 6000)
	if r := Compare(a, b); r.Empty() {
		t.Error("no difference")
	}
	if r := Compare(strings.Repeat("a\n\n", 4000), strings.Repeat("b\n\nc\n\n", 2500)); r.Empty() {
		t.Error("no difference")
	}
}
