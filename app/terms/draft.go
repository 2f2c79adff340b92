package terms

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/terms/redline"
)

// Draft is what staff are writing. A document has one at most.
type Draft struct {
	Document    Document
	Title       string
	Markdown    string
	Kind        Kind
	Summary     string
	Reason      string
	EffectiveOn Date
	Revision    int // grows with each save; 0: never saved
	EditedBy    id.ID
	EditedAt    time.Time
	ApprovedBy  id.ID // of this very text; zero: not yet
	ApprovedAt  *time.Time
}

// MaxMarkdown is the longest text in octets; ten times the longest terms we know.
const MaxMarkdown = 200_000

// More limits of a draft. A correction is small by definition: what is longer, or touches
// a number, is a change that people must be told about.
const (
	maxTitle           = 100
	maxBlocks          = 5_000
	maxSummary         = 4_000
	maxCorrectionWords = 25
)

// Redline compares the draft with the version it would replace.
func (d Draft) Redline(current *Version) redline.Redline {
	if current == nil {
		return redline.Compare("", d.Markdown)
	}
	return redline.Compare(current.Markdown, d.Markdown)
}

// Check judges what was typed, by form field; it does not judge the date.
func (d Draft) Check() error {
	fields := map[string]string{}
	switch n := utf8.RuneCountInString(d.Title); {
	case strings.TrimSpace(d.Title) == "":
		fields["title"] = "Give the document its title."
	case n > maxTitle:
		fields["title"] = "At most 100 characters, please."
	}
	switch {
	case strings.TrimSpace(d.Markdown) == "":
		fields["markdown"] = "Write the text."
	case len(d.Markdown) > MaxMarkdown:
		fields["markdown"] = fmt.Sprintf("The text has %d KB; at most %d KB can be compared and mailed.", len(d.Markdown)/1000, MaxMarkdown/1000)
	case strings.Count(d.Markdown, "\n") > maxBlocks && redline.Blocks(d.Markdown) > maxBlocks:
		fields["markdown"] = "The text has more than 5,000 paragraphs."
	}
	if len(d.Summary) > maxSummary {
		fields["summary"] = "At most 4,000 characters, please."
	}
	if len(d.Reason) > maxSummary {
		fields["reason"] = "At most 4,000 characters, please."
	}
	if d.Kind != Material && d.Kind != Correction {
		fields["kind"] = "Choose whether people must be told."
	}
	if _, ok := ParseDate(string(d.EffectiveOn)); !ok {
		fields["effective_on"] = "This day does not exist. Write it as year-month-day, for example 2027-03-31."
	}
	return fieldsError(fields)
}

// Judge says whether the draft may be announced at a moment, beside all versions of its
// document. Everything here is refused by the database as well.
func (d Draft) Judge(all []Version, now time.Time) error {
	if err := d.Check(); err != nil {
		return err
	}
	if v, ok := announced(all, now); ok {
		return fault.Newf(fault.Conflict, "Version %d is announced for %s and not in force yet. Announce another one afterwards, or withdraw it first.", v.Number, v.EffectiveOn.Long())
	}
	fields := map[string]string{}
	var current *Version
	if v, ok := inForce(all, now); ok {
		current = &v
	}
	difference := d.Redline(current)
	if current != nil && (digest(d.Markdown) == current.Digest || difference.Empty() && d.Kind == Material) {
		fields["markdown"] = fmt.Sprintf("Nothing changes: no word differs from version %d, which is in force.", current.Number)
	}
	d.judgeKind(fields, difference, current, now)
	for _, v := range all {
		if v.WithdrawnAt == nil && v.EffectiveOn >= d.EffectiveOn && fields["effective_on"] == "" {
			fields["effective_on"] = fmt.Sprintf("Version %d takes effect on %s; this one must take effect later.", v.Number, v.EffectiveOn.Long())
		}
	}
	return fieldsError(fields)
}

func (d Draft) judgeKind(fields map[string]string, difference redline.Redline, current *Version, now time.Time) {
	if d.Kind == Material {
		if strings.TrimSpace(d.Summary) == "" {
			fields["summary"] = "Say in plain words what changes: it stands at the top of every notice."
		}
		if lawful := Lawful(now); d.EffectiveOn < lawful {
			fields["effective_on"] = fmt.Sprintf("Notice is given at least %d full days before. The earliest lawful date is %s.", NoticeDays, lawful.Long())
		}
		return
	}
	if strings.TrimSpace(d.Reason) == "" {
		fields["reason"] = "Say why nobody has to be told beforehand. The reason is public."
	}
	if d.EffectiveOn <= DateOf(now) {
		fields["effective_on"] = "A correction takes effect tomorrow at the earliest."
	}
	switch {
	case current == nil:
		fields["kind"] = "There is nothing to correct yet: a first version is a material change."
	case difference.Numbers:
		fields["kind"] = "A number changes. That is a material change: people must be told."
	case difference.Added > maxCorrectionWords || difference.Removed > maxCorrectionWords:
		fields["kind"] = fmt.Sprintf("More than %d words change. That is a material change: people must be told.", maxCorrectionWords)
	}
}

func fieldsError(fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Safe: "Please check the marked fields.", Fields: fields}
}
