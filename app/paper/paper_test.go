package paper

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var made = time.Date(2026, 11, 23, 9, 30, 12, 0, time.UTC)

func sample() *Paper {
	p := New("Certificate of evidence", made)
	p.Facts(Fact{Label: "Account", Value: "Łódź Żółw & Söhne, Αθήνα, Москва"}, Fact{Label: "Digest", Value: strings.Repeat("0123456789abcdef", 4), Code: true})
	p.Heading("Rows")
	var rows [][]string
	for i := range 120 {
		rows = append(rows, []string{fmt.Sprintf("row %d", i), "a sentence that is long enough to be broken into two lines of its cell", "1,234.50 €"})
	}
	p.Table([]Column{{Head: "Name", Share: 2}, {Head: "What it says", Share: 3}, {Head: "Amount", Share: 1, Right: true}}, rows)
	p.Text("The end.")
	p.Note("Small print.")
	return p
}

// The same paper is the same octets: at any time, and however many are printed at once.
func TestAPaperIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	want, err := sample().Bytes()
	if err != nil || !bytes.HasPrefix(want, []byte("%PDF-1.")) {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := sample().Bytes(); err != nil || !bytes.Equal(got, want) {
				t.Errorf("another paper: %d octets and %d, %v", len(got), len(want), err)
			}
		})
	}
	all.Wait()
	if len(want) > 200_000 {
		t.Errorf("%d octets: the fonts are not cut down to what is used", len(want))
	}
}

// What strangers type as their name neither ends the program nor is misprinted as
// something else that could be read.
func TestOddSigns(t *testing.T) {
	t.Parallel()
	for name, odd := range map[string]string{
		"no UTF-8": "a\xff\xfe", "emoji": "shop 😀🇩🇪", "last of the plane": "\uffff\ufffe", "private": "\ue000", "control": "a\x00\x1b[31mb\r\n", "bidi": "a\u202eb",
		"a long word": strings.Repeat("x", 5000), "nothing": "", "only spaces": " \n ", "PDF": ") Tj (", "pages": "{nb}", "combining": strings.Repeat("e\u0301\u0327", 50), "Han": "北京", "Arabic": "سلام",
	} {
		p := New("x", made)
		p.Heading(odd)
		p.Facts(Fact{Label: odd, Value: odd}, Fact{Label: odd, Value: odd, Code: true})
		p.Table([]Column{{Head: odd, Share: 1}, {Head: odd, Share: 9}}, [][]string{{odd, odd}})
		p.Text(odd)
		if _, err := p.Bytes(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := clean("A\xffß\x00e\u0301😀\u202e\ue000\n."); got != "A\ufffdß\ufffde\u0301\ufffd\ufffd\n." {
		t.Errorf("%q", got)
	}
	if _, err := New("\xff", made).Bytes(); err != nil {
		t.Error(err)
	}
}

func FuzzAnyTextPrints(f *testing.F) {
	f.Add("Łódź", "b")
	f.Add("\xff\ufffe", "\U0010ffff")
	f.Fuzz(func(t *testing.T, a, b string) {
		p := New(a, made)
		p.Text(b)
		p.Table([]Column{{Head: a, Share: 1}, {Head: b, Share: 2, Code: true}}, [][]string{{b, a}})
		if _, err := p.Bytes(); err != nil {
			t.Error(err)
		}
	})
}

// pdftotext is an independent reader; where it is not installed the test of octets and
// the reader in app/testkit/pdftext stand for it.
func TestAnotherProgramReadsIt(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) is not installed")
	}
	body, err := sample().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	for _, want := range []string{"Certificate of evidence", "Łódź Żółw & Söhne, Αθήνα, Москва", strings.Repeat("0123456789abcdef", 4), "row 0", "row 119", "1,234.50 €", "The end.", "page 1 of 6"} {
		if !strings.Contains(text, want) {
			t.Errorf("not there: %q", want)
		}
	}
	if n := strings.Count(text, "What it says"); n < 4 {
		t.Errorf("the heads stand on %d pages", n)
	}
}

func BenchmarkBytes(b *testing.B) {
	for b.Loop() {
		if _, err := sample().Bytes(); err != nil {
			b.Fatal(err)
		}
	}
}
