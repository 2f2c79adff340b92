package newsletter

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Segment is a set of customers by rules, found anew each time it is asked for.
type Segment struct {
	ID        id.ID `gorm:"column:segment_id;primaryKey"`
	Name      string
	NameKey   string
	Rules     Rules `gorm:"serializer:json"`
	CreatedBy id.ID
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// TableName implements gorm's Tabler.
func (Segment) TableName() string { return "customer_segments" }

// Rules say which customers belong to a segment: those for whom all of them hold. Zero
// fields ask nothing. A plan would be one more field here and one more line in where.
type Rules struct {
	Kind      account.Kind  `json:"kind,omitempty"`
	State     account.State `json:"state,omitempty"`
	Countries []string      `json:"countries,omitempty"` // ISO 3166-1 alpha-2; any of them
	MinAge    int           `json:"min_age,omitempty"`   // days since the account was opened
	MaxAge    int           `json:"max_age,omitempty"`
	MinSent   int           `json:"min_sent,omitempty"` // messages in the last UsageDays
	MaxSent   *int          `json:"max_sent,omitempty"` // 0 finds who sends nothing
}

// UsageDays is how far back usage is counted, today with it.
const UsageDays = 30

// Bounds of rules.
const (
	mostDays      = 36500
	mostSent      = 1_000_000_000
	mostCountries = 250
	mostName      = 80
	mostSegments  = 200
)

// check returns the rules tidy, or an Invalid error that names the form fields.
func (r Rules) check(fields map[string]string) Rules {
	if r.Kind != "" && r.Kind != account.Individual && r.Kind != account.Business {
		fields["kind"] = "Choose individuals, businesses or both."
	}
	if r.State != "" && r.State != account.Active && r.State != account.Paused {
		fields["state"] = "Choose active, paused or both. Closed accounts get no mail."
	}
	for i, c := range r.Countries {
		r.Countries[i] = strings.ToUpper(strings.TrimSpace(c))
		if account.CountryName(r.Countries[i]) == "" {
			fields["countries"] = "Choose countries from the list."
		}
	}
	slices.Sort(r.Countries)
	r.Countries = slices.Compact(r.Countries)
	if len(r.Countries) > mostCountries {
		fields["countries"] = "Choose countries from the list."
	}
	for name, n := range map[string]int{"min_age": r.MinAge, "max_age": r.MaxAge} {
		if n < 0 || n > mostDays {
			fields[name] = "A number of days, please."
		}
	}
	if r.MaxAge > 0 && r.MinAge > r.MaxAge {
		fields["max_age"] = "No account is both older and younger than that."
	}
	if r.MinSent < 0 || r.MinSent > mostSent {
		fields["min_sent"] = "A number of messages, please."
	}
	switch {
	case r.MaxSent == nil:
	case *r.MaxSent < 0 || *r.MaxSent > mostSent:
		fields["max_sent"] = "A number of messages, please."
	case r.MinSent > *r.MaxSent:
		fields["max_sent"] = "No account sends both more and fewer than that."
	}
	return r
}

// checkName judges a segment's or mailing's name.
func checkName(name string, fields map[string]string) string {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		fields["name"] = "Give it a name, so that you find it again."
	case utf8.RuneCountInString(name) > mostName:
		fields["name"] = "At most 80 characters, please."
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		fields["name"] = "Use letters, digits, spaces and punctuation only."
	}
	return name
}

func invalid(fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Safe: "Please look at the form again.", Fields: fields}
}

// where is the rules as SQL on accounts a and their profile p.
func (r Rules) where(now time.Time) (sql string, args []any) {
	var b strings.Builder
	add := func(condition string, values ...any) {
		b.WriteString(" AND " + condition)
		args = append(args, values...)
	}
	if r.Kind != "" {
		add("a.kind = ?", r.Kind)
	}
	if r.State != "" {
		add("a.state = ?", r.State)
	}
	if len(r.Countries) > 0 {
		add("p.country IN ?", r.Countries)
	}
	if r.MinAge > 0 {
		add("a.created_at <= ?", now.AddDate(0, 0, -r.MinAge))
	}
	if r.MaxAge > 0 {
		add("a.created_at >= ?", now.AddDate(0, 0, -r.MaxAge))
	}
	const used = "COALESCE((SELECT sum(y.accepted) FROM account_days y WHERE y.account_id = a.account_id AND y.day > ?), 0)"
	since := now.UTC().AddDate(0, 0, -UsageDays).Format(time.DateOnly)
	if r.MinSent > 0 {
		add(used+" >= ?", since, r.MinSent)
	}
	if r.MaxSent != nil {
		add(used+" <= ?", since, *r.MaxSent)
	}
	return b.String(), args
}
