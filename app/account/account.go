package account

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// Account is one customer.
type Account struct {
	ID        id.ID
	Slug      string // its name in URLs; never changes, so that links stay good
	Name      string
	Kind      Kind
	State     State
	CreatedAt time.Time

	RequireTwoFactors bool // of every member who works in it
}

// Kind tells people from firms.
type Kind string

// The kinds. Operator is the service's own account, for its system mails.
const (
	Individual Kind = "individual"
	Business   Kind = "business"
	Operator   Kind = "operator"
)

// State says whether an account may send.
type State string

// The states.
const (
	Active State = "active"
	Paused State = "paused"
	Closed State = "closed"
)

// Profile is what a member may change about the account.
type Profile struct {
	Name string
	Kind Kind
}

const maxName = 100

// Check returns the profile with its name trimmed, or an Invalid error that names
// the form fields.
func (p Profile) Check() (Profile, error) {
	fields := map[string]string{}
	p.Name = strings.TrimSpace(p.Name)
	if problem := nameProblem(p.Name); problem != "" {
		fields["account_name"] = problem
	}
	if p.Kind != Individual && p.Kind != Business {
		fields["account_kind"] = "Choose whether the account is for an individual or a business."
	}
	if len(fields) > 0 {
		return p, &fault.Error{Kind: fault.Invalid, Safe: "Please check the account's details.", Fields: fields}
	}
	return p, nil
}

func nameProblem(name string) string {
	switch {
	case name == "":
		return "Give the account a name, for example your firm's."
	case utf8.RuneCountInString(name) > maxName:
		return "At most 100 characters, please."
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		return "Use letters, digits, spaces and punctuation only."
	}
	return ""
}

const maxSlugStem = 40

// newSlug makes the account's name in URLs. The random end keeps it from telling
// which names other accounts have (M-08).
func newSlug(name string) string {
	return slugStem(name) + "-" + secret.Token()[:4]
}

// slugStem keeps a name's ASCII letters and digits; accents fall off by
// decomposition ("Café Zoë" → "cafe-zoe").
func slugStem(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
		if b.Len() >= maxSlugStem {
			break
		}
	}
	if b.Len() == 0 {
		return "account"
	}
	return b.String()
}
