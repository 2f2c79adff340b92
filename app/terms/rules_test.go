package terms

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/fault"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t
}

// Thirty full days lie between, whatever the clock on the wall, the season or the leap
// year; never less than 720 hours.
func TestLawfulDate(t *testing.T) {
	t.Parallel()
	for notice, want := range map[string]Date{
		"2026-11-23T09:00:00Z":           "2026-12-24",
		"2026-11-23T00:00:00Z":           "2026-12-24",
		"2026-11-23T23:59:59.999999Z":    "2026-12-24",
		"2026-11-23T23:30:00-05:00":      "2026-12-25", // already the 24th in UTC
		"2026-11-23T01:00:00+14:00":      "2026-12-23", // still the 22nd in UTC
		"2028-01-29T12:00:00Z":           "2028-02-29", // a leap day
		"2027-01-29T12:00:00Z":           "2027-03-01",
		"2028-01-30T12:00:00Z":           "2028-03-01",
		"2027-03-14T06:59:59Z":           "2027-04-14", // summer time begins in New York
		"2027-10-31T00:30:00Z":           "2027-12-01", // and ends in Berlin
		"2027-12-31T23:59:59.999999999Z": "2028-01-31",
	} {
		moment := at(notice)
		got := Lawful(moment)
		if got != want {
			t.Errorf("notice at %s: %s, want %s", notice, got, want)
		}
		day, err := time.Parse(time.DateOnly, string(got))
		if err != nil || day.Sub(moment) < NoticeDays*24*time.Hour {
			t.Errorf("notice at %s leaves %v", notice, day.Sub(moment))
		}
	}
	for days := range 3 * 366 {
		moment := at("2027-01-01T00:00:00Z").AddDate(0, 0, days)
		if left := DateOf(moment).DaysTo(Lawful(moment)); left != NoticeDays+1 {
			t.Errorf("%s: %d days", moment, left)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"2027-03-31": true, "2028-02-29": true, "2027-02-29": false, "2027-13-01": false, "2027-3-1": false, "31.03.2027": false, "": false,
		"9999-12-31": false, "1999-01-01": false, "2027-03-31 ": false, "2027-03-31T00:00:00Z": false, "'; DROP": false,
	} {
		if _, ok := ParseDate(text); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
}

func TestStatesAreComputedFromDates(t *testing.T) {
	t.Parallel()
	given, gone := at("2026-11-20T10:00:00Z"), at("2026-12-01T10:00:00Z")
	all := []Version{
		{Number: 1, EffectiveOn: "2026-01-01", NotifiedAt: &given},
		{Number: 2, EffectiveOn: "2026-12-10", NotifiedAt: &given, WithdrawnAt: &gone},
		{Number: 3, EffectiveOn: "2027-01-01", NotifiedAt: &given},
		{Number: 4, EffectiveOn: "2027-06-01"}, // not everybody was told
	}
	for _, c := range []struct {
		now  string
		want []State
	}{
		{"2026-12-31T23:59:59Z", []State{Effective, Withdrawn, Announced, Announced}},
		{"2027-01-01T00:00:00Z", []State{Replaced, Withdrawn, Effective, Announced}},
		{"2027-01-01T01:00:00+02:00", []State{Effective, Withdrawn, Announced, Announced}},
		{"2026-12-31T23:00:00-02:00", []State{Replaced, Withdrawn, Effective, Announced}},
		{"2031-01-01T00:00:00Z", []State{Replaced, Withdrawn, Effective, Announced}},
	} {
		inForceNow := 0
		for i, v := range all {
			got := v.StateAmong(all, at(c.now))
			if got == Effective {
				inForceNow++
			}
			if got != c.want[i] {
				t.Errorf("%s: version %d is %s, want %s", c.now, v.Number, got, c.want[i])
			}
		}
		if inForceNow != 1 {
			t.Errorf("%s: %d versions in force", c.now, inForceNow)
		}
	}
}

func TestReminderDue(t *testing.T) {
	t.Parallel()
	for today, want := range map[Date]MailKind{
		"2026-12-01": "", "2026-12-17": "", "2026-12-18": Reminder14, "2026-12-24": Reminder14, "2026-12-25": Reminder7, "2026-12-30": Reminder7, "2026-12-31": Reminder1, "2027-01-01": "", "2027-02-01": "",
	} {
		if got, due := reminderDue(today, "2027-01-01"); got != want || due != (want != "") {
			t.Errorf("%s: %q", today, got)
		}
	}
}

func TestBarring(t *testing.T) {
	t.Parallel()
	gone := at("2026-12-01T10:00:00Z")
	all := []Version{{Document: Service, Number: 2}, {Document: Service, Number: 3, WithdrawnAt: &gone}, {Document: Service, Number: 4}}
	objected, accepted := func(n int) Record { return Record{Document: Service, Number: n, Act: Objected} }, func(n int) Record { return Record{Document: Service, Number: n, Act: Accepted} }
	for _, c := range []struct {
		history []Record
		current int
		want    int
	}{
		{nil, 2, 0},
		{[]Record{accepted(1)}, 2, 0},
		{[]Record{accepted(1), objected(2)}, 1, 0}, // its date has not come
		{[]Record{accepted(1), objected(2)}, 2, 2},
		{[]Record{accepted(1), objected(2)}, 4, 2}, // a newer text does not let in by itself
		{[]Record{objected(2), accepted(2)}, 2, 0},
		{[]Record{objected(2), accepted(4)}, 4, 0},
		{[]Record{objected(3)}, 4, 0}, // fell with its version
		{[]Record{{Document: Privacy, Number: 2, Act: Objected}}, 2, 0},
	} {
		if got := Barring(c.history, all, Version{Document: Service, Number: c.current}); got != c.want {
			t.Errorf("%v under version %d: %d, want %d", c.history, c.current, got, c.want)
		}
	}
}

func TestDraftsAreJudged(t *testing.T) {
	t.Parallel()
	now := at("2026-11-23T09:00:00Z")
	given := now.Add(-time.Hour)
	one := Version{Document: Service, Number: 1, Kind: Founding, EffectiveOn: "2026-11-01", NotifiedAt: &given, Markdown: "# T\n\nWe keep it for 30 days.\n"}
	one.Digest = digest(one.Markdown)
	good := Draft{Document: Service, Title: "Terms", Kind: Material, Summary: "Longer.", EffectiveOn: "2026-12-24", Markdown: "# T\n\nWe keep it for 60 days.\n"}
	if err := good.Judge([]Version{one}, now); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Draft)
		field  string
		says   string
	}{
		"past":            {func(d *Draft) { d.EffectiveOn = "2026-01-01" }, "effective_on", "24 December 2026"},
		"a day early":     {func(d *Draft) { d.EffectiveOn = "2026-12-23" }, "effective_on", "24 December 2026"},
		"no such day":     {func(d *Draft) { d.EffectiveOn = "2027-02-29" }, "effective_on", "does not exist"},
		"nothing changes": {func(d *Draft) { d.Markdown = one.Markdown }, "markdown", "Nothing changes"},
		"only marks":      {func(d *Draft) { d.Markdown = "# T\n\nWe keep it for **30** days.\n" }, "markdown", "Nothing changes"},
		"empty":           {func(d *Draft) { d.Markdown = " \n" }, "markdown", "Write the text"},
		"a megabyte":      {func(d *Draft) { d.Markdown = strings.Repeat("word ", 200_000) }, "markdown", "at most 200 KB"},
		"many paragraphs": {func(d *Draft) { d.Markdown = strings.Repeat("a\n\n", 6_000) }, "markdown", "5,000 paragraphs"},
		"no summary":      {func(d *Draft) { d.Summary = " " }, "summary", "plain words"},
		"a number":        {func(d *Draft) { d.Kind, d.Reason = Correction, "typo" }, "kind", "number"},
		"a long one": {func(d *Draft) {
			d.Kind, d.Reason, d.Markdown = Correction, "typo", one.Markdown+strings.Repeat("\nmore words here\n", 9)
		}, "kind", "More than 25 words"},
		"without reason":   {func(d *Draft) { d.Kind, d.Markdown = Correction, "# T\n\nWe keep that for 30 days.\n" }, "reason", "why"},
		"a correction now": {func(d *Draft) { d.Kind, d.EffectiveOn = Correction, "2026-11-23" }, "effective_on", "tomorrow"},
		"no title":         {func(d *Draft) { d.Title = "" }, "title", "title"},
		"no kind":          {func(d *Draft) { d.Kind = "" }, "kind", "told"},
	} {
		d := good
		c.change(&d)
		err := d.Judge([]Version{one}, now)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.FieldsOf(err)[c.field], c.says) {
			t.Errorf("%s: %v %v", name, err, fault.FieldsOf(err))
		}
	}
	waiting := Version{Document: Service, Number: 2, Kind: Material, EffectiveOn: "2027-01-01"}
	if err := good.Judge([]Version{waiting, one}, now); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "Version 2 is announced for 1 January 2027") {
		t.Errorf("beside an announced one: %v", err)
	}
	small := good
	small.Kind, small.Reason, small.EffectiveOn, small.Markdown = Correction, "A word was misspelt.", "2026-11-24", "# T\n\nWe keep this for 30 days.\n"
	if err := small.Judge([]Version{one}, now); err != nil {
		t.Errorf("a small correction: %v %v", err, fault.FieldsOf(err))
	}
}

func TestTheChainShowsEveryChange(t *testing.T) {
	t.Parallel()
	var chain []Record
	prev := ""
	for i := range 4 {
		r := Record{AccountID: "a", Seq: i + 1, ID: "r", Act: Accepted, Document: Service, Number: i + 1, Digest: "d", Channel: UseWeb, UserAgent: "x", At: at("2026-11-23T09:00:00.000001Z")}
		r.Hash = r.seal(prev)
		prev = r.Hash
		chain = append(chain, r)
	}
	if err := CheckChain(chain); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]Record) []Record{
		"number":   func(c []Record) []Record { c[1].Number = 9; return c },
		"time":     func(c []Record) []Record { c[1].At = c[1].At.Add(time.Microsecond); return c },
		"agent":    func(c []Record) []Record { c[3].UserAgent = ""; return c },
		"act":      func(c []Record) []Record { c[0].Act = Objected; return c },
		"account":  func(c []Record) []Record { c[2].AccountID = "b"; return c },
		"taken":    func(c []Record) []Record { return append(c[:1], c[2:]...) },
		"first":    func(c []Record) []Record { return c[1:] },
		"swapped":  func(c []Record) []Record { c[1], c[2] = c[2], c[1]; return c },
		"resealed": func(c []Record) []Record { c[1].Number = 9; c[1].Hash = c[1].seal(c[0].Hash); return c },
	} {
		if err := CheckChain(change(append([]Record(nil), chain...))); err == nil {
			t.Errorf("%s: not seen", name)
		}
	}
}
