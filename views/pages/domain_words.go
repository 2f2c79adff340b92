package pages

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"smtpserver/views/components"
)

// sentence says at once how many of the domains can be sent from.
func (v DomainList) sentence() string {
	may, warned := 0, 0
	for _, d := range v.Rows {
		switch d.State {
		case "verified":
			may++
		case "warning":
			may, warned = may+1, warned+1
		}
	}
	n := len(v.Rows)
	switch {
	case n == 0:
		return "Mail goes out from domains that you have proven to be yours."
	case warned > 0:
		return components.Plural(int64(warned), "domain needs", "domains need") + " a repair within 24 hours, to go on sending."
	case may == 0:
		return "None is proven yet, so nothing can be sent. Open one to see which records it waits for."
	case may == n && n == 1:
		return "It is proven, and mail can be sent from it."
	case may == n:
		return "All are proven, and mail can be sent from them."
	}
	return fmt.Sprintf("Mail can be sent from %d of %d.", may, n)
}

// reason is why the domain is in its state; before the first look nobody knows.
func (d DomainRow) reason() string {
	if d.CheckedAt.IsZero() {
		return "Its records have not been looked up yet."
	}
	return d.Reason
}

func (v DomainList) field() components.Field {
	f := components.Field{
		Name: "domain", Label: "Domain", Value: v.Domain, Placeholder: "your-domain.example", Mono: true, Required: true, InputMode: "url", Autocomplete: "off",
		Hint: "What stands behind the @ of your sender address. A name of its own for newsletters, such as news.your-domain.example, keeps their reputation apart.",
	}
	if v.DevInbox {
		f.Hint = "What stands behind the @ of your sender address. This installation captures all mail, so any name that ends in .test is accepted without DNS."
	}
	f = f.With(v.Errors, "domain")
	f.Error = cmp.Or(f.Error, v.Errors[""])
	return f
}

// tone is that of the notice which says what the state means.
func (v DomainShow) tone() components.Tone { return components.StateTone(v.State) }

func (v DomainShow) icon() string {
	switch v.State {
	case "verified":
		return "circle-check"
	case "warning", "lost":
		return "triangle-alert"
	}
	return "clock"
}

// meaning says what the state means for mail.
func (v DomainShow) meaning() string {
	switch v.State {
	case "verified":
		return "Mail from this domain is signed and sent."
	case "warning":
		return "Mail still goes out, for now."
	case "lost":
		return "Nothing is sent from this domain."
	}
	return "Nothing is sent from this domain yet."
}

// advice says what to do next.
func (v DomainShow) advice() string {
	host := cmp.Or(v.DNSHost, "your DNS host")
	switch v.State {
	case "verified":
		return ""
	case "warning":
		return "Repair it at " + host + ", then check."
	}
	return "Add them at " + host + ", then check."
}

// verdict is the word for what was seen; a retired key is no longer looked for.
func (r DNSRecord) verdict() string {
	switch {
	case r.Purpose == "dkim_retired":
		return "retired"
	case r.Value == "" && r.Verdict == "missing":
		return "none"
	}
	return r.Verdict
}

// title is the record's name for people.
func (r DNSRecord) title() string { return cmp.Or(r.Title, r.Purpose) }

// need says how much it matters.
func (r DNSRecord) need() string {
	switch {
	case r.Purpose == "dkim_retired":
		return "leave for now"
	case r.Required:
		return "required"
	case r.Value == "":
		return "nothing to add"
	}
	return "recommended"
}

// otherSeen reports whether what DNS answered is worth showing: it differs.
func (r DNSRecord) otherSeen() bool { return r.Seen != "" && r.Seen != r.Value && r.Verdict != "good" }

// follow lets the verdicts change by themselves while the domain is not in order:
// only those, so that a value being copied stays where it is.
func (v DomainShow) follow() templ.Attributes {
	if v.State == "verified" {
		return nil
	}
	parts := []string{"#standing"}
	for i := range v.Records {
		parts = append(parts, "#"+cellID("state", i), "#"+cellID("note", i))
	}
	return templ.Attributes{
		"hx-get": v.URLs().Domain(v.ID), "hx-trigger": "every 10s", "hx-select": "#verdict", "hx-target": "this", "hx-swap": "outerHTML",
		"hx-select-oob": strings.Join(parts, ","),
	}
}

func cellID(what string, i int) string { return what + "-" + strconv.Itoa(i) }
