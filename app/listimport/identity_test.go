package listimport

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"smtpserver/app/contact"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// Import → export → import is the identity, whatever the cells hold.
func TestAnExportImportedAgainChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		for _, f := range []contact.Field{{Label: "Note", Kind: contact.Text}, {Label: "Age", Kind: contact.Number}, {Label: "Born", Kind: contact.Date}, {Label: "VIP", Kind: contact.YesNo}, {Label: "Apple", Kind: contact.Choice, Choices: []string{"Boskoop", "Topaz"}}} {
			if _, err := h.contacts.AddField(t.Context(), h.scope, f); err != nil {
				t.Fatal(err)
			}
		}
		random := rand.New(rand.NewPCG(7, 7))
		pick := func(values ...string) string { return values[random.IntN(len(values))] }
		var file strings.Builder
		file.WriteString("email,name,kind,company,language,note,age,born,vip,apple\n")
		for i := range 120 {
			fmt.Fprintf(&file, "%s%d@example.org,\"%s\",%s,%s,%s,\"%s\",%s,%s,%s,%s\n", pick("P", "p", "ü"), i,
				pick("", "Anna", "=1+1", "'=x", "''", "-5", "+49 170", "@handle", "O'Neil", "Voss, Anna", "a  b"), pick("", "firma", "individual"), pick("", "=Firm", "Müller & Söhne"), pick("", "de", "pt_br"),
				pick("", "line one\nline two", "a, \"\"b\"\"", "|calc", "\t=tab", "1.23E+11", "<b>"), pick("", "-5", "3.50", "1e3"), pick("", "2026-11-25", "3.2.1984"), pick("", "ja", "0"), pick("", "TOPAZ"))
		}
		done := h.load(file.String(), FillEmpty)
		if done.Counts.Added != 120 {
			t.Fatalf("%+v\n%s", done.Counts, h.download(done.ID, ClassRejected))
		}
		var first, second strings.Builder
		if err := h.contacts.Export(t.Context(), h.scope, contact.Filter{}, contact.AsCSV, SafeCell, &first); err != nil {
			t.Fatal(err)
		}
		was := h.dump()
		again := h.load(first.String(), Overwrite)
		if again.Counts.Unchanged != 120 || h.dump() != was {
			t.Errorf("the export imported again: %+v\n%s", again.Counts, h.download(again.ID, ClassUpdated))
		}
		var book strings.Builder
		if err := h.contacts.Export(t.Context(), h.scope, contact.Filter{}, contact.AsXLSX, SafeCell, &book); err != nil {
			t.Fatal(err)
		}
		if from := h.load(book.String(), Overwrite); from.Counts.Unchanged != 120 || from.Settings.Format != XLSX || h.dump() != was {
			t.Errorf("the workbook imported again: %+v", from.Counts)
		}
		other := newHouse(t, s)
		for _, f := range []contact.Field{{Label: "Note", Kind: contact.Text}, {Label: "Age", Kind: contact.Number}, {Label: "Born", Kind: contact.Date}, {Label: "VIP", Kind: contact.YesNo}, {Label: "Apple", Kind: contact.Choice, Choices: []string{"Boskoop", "Topaz"}}} {
			if _, err := other.contacts.AddField(t.Context(), other.scope, f); err != nil {
				t.Fatal(err)
			}
		}
		other.load(first.String(), FillEmpty)
		if err := other.contacts.Export(t.Context(), other.scope, contact.Filter{}, contact.AsCSV, SafeCell, &second); err != nil {
			t.Fatal(err)
		}
		sorted := func(text string) string {
			_, body, _ := strings.Cut(text, "\n")
			return fmt.Sprint(len(body))
		}
		if sorted(first.String()) != sorted(second.String()) {
			t.Error("another account's export of the same file differs")
		}
	})
}
