package contact

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Field is a custom field of the account's contacts.
type Field struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID        id.ID `gorm:"column:field_id;primaryKey"`
	Key       string
	Label     string
	Kind      FieldKind
	Choices   []string `gorm:"serializer:json"`
	CreatedAt time.Time
}

// TableName implements gorm's naming.
func (Field) TableName() string { return "contact_fields" }

// FieldKind is the type of a custom field's values.
type FieldKind string

// The kinds.
const (
	Text   FieldKind = "text"
	Number FieldKind = "number"
	Date   FieldKind = "date"
	YesNo  FieldKind = "yes_no"
	Choice FieldKind = "choice"
)

// Bounds of what an account may define.
const (
	MostFields  = 50
	mostChoices = 100
)

var fieldKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// KeyOf makes a field's key from its label; "" when nothing of it can stand in one.
func KeyOf(label string) string {
	var b strings.Builder
	for _, r := range Fold(label) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.Trim(cut(b.String(), 40), "_")
}

// reserved keys are columns of exports already.
var reserved = []string{PartEmail, PartName, PartKind, PartCompany, PartLanguage, PartTimeZone, "lists", "added", "address"}

// Check judges a new field.
func (f Field) Check() (Field, error) {
	problems := map[string]string{}
	f.Label = tidy(f.Label)
	if f.Label == "" || utf8.RuneCountInString(f.Label) > 60 {
		problems["label"] = "Give the field a name of at most 60 characters."
	}
	if f.Key == "" {
		f.Key = KeyOf(f.Label)
	}
	if !fieldKey.MatchString(f.Key) || slices.Contains(reserved, f.Key) {
		problems["label"] = "This name cannot be used. Take one that begins with a letter and is no column of every contact."
	}
	switch f.Kind {
	case Text, Number, Date, YesNo:
		f.Choices = []string{}
	case Choice:
		f.Choices = tidyChoices(f.Choices)
		if len(f.Choices) < 2 || len(f.Choices) > mostChoices {
			problems["choices"] = "Give at least two choices, one on each line."
		}
	default:
		problems["kind"] = "Choose what the field holds."
	}
	return f, refusal(problems)
}

func tidyChoices(typed []string) (kept []string) {
	for _, c := range typed {
		c = cut(tidy(c), maxKey)
		if c != "" && !slices.ContainsFunc(kept, func(k string) bool { return strings.EqualFold(k, c) }) {
			kept = append(kept, c)
		}
	}
	return kept
}

// Parse reads a value as it was typed and returns it as it is kept.
func (f Field) Parse(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", nil
	}
	switch f.Kind {
	case Number:
		return f.parseNumber(typed)
	case Date:
		return f.parseDate(typed)
	case YesNo:
		return f.parseYesNo(typed)
	case Choice:
		for _, c := range f.Choices {
			if strings.EqualFold(c, typed) {
				return c, nil
			}
		}
		return "", fault.Newf(fault.Invalid, "%s is none of the choices of %s.", cut(tidy(typed), 40), f.Label)
	}
	if utf8.RuneCountInString(typed) > maxValue {
		return "", fault.Newf(fault.Invalid, "%s has more than %d characters.", f.Label, maxValue)
	}
	return cleanText(typed), nil
}

// cleanText keeps line ends and drops what no page, mail or database can show.
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

func (f Field) parseNumber(typed string) (string, error) {
	n, err := strconv.ParseFloat(typed, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) || strings.ContainsAny(typed, "xXpP_") {
		return "", fault.Newf(fault.Invalid, "%s is a number such as 12 or 3.5.", f.Label)
	}
	return strconv.FormatFloat(n+0, 'f', -1, 64), nil
}

// dateForms are those that can be read one way only; 03/04/2026 is not among them.
var dateForms = []string{time.DateOnly, "2006/01/02", "2.1.2006", "20060102", time.RFC3339, time.DateTime, "2 Jan 2006", "2 January 2006", "Jan 2, 2006"}

func (f Field) parseDate(typed string) (string, error) {
	for _, form := range dateForms {
		if day, err := time.Parse(form, typed); err == nil && day.Year() > 0 && day.Year() < 10000 {
			return day.Format(time.DateOnly), nil
		}
	}
	return "", fault.Newf(fault.Invalid, "%s is a date such as 2026-11-25.", f.Label)
}

var yesNoWords = map[string]string{
	"yes": "yes", "y": "yes", "true": "yes", "1": "yes", "x": "yes", "on": "yes", "ja": "yes", "oui": "yes", "sí": "yes", "si": "yes", "wahr": "yes", "vrai": "yes",
	"no": "no", "n": "no", "false": "no", "0": "no", "off": "no", "nein": "no", "non": "no", "falsch": "no", "faux": "no",
}

func (f Field) parseYesNo(typed string) (string, error) {
	if word, ok := yesNoWords[strings.ToLower(typed)]; ok {
		return word, nil
	}
	return "", fault.Newf(fault.Invalid, "%s is yes or no.", f.Label)
}

// SortKey is a kept value as text that sorts, octet by octet, like the value.
func (f Field) SortKey(value string) string {
	if f.Kind != Number {
		return Fold(value)
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return ""
	}
	bits := math.Float64bits(n)
	if bits>>63 == 1 {
		bits = ^bits // of two negative numbers the greater magnitude is the smaller
	} else {
		bits |= 1 << 63
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], bits)
	return hex.EncodeToString(b[:])
}
