// Package layout is the frame around every page: the public site and the account
// shell with its sidebar. Pages hand it a Page; it knows nothing of the program.
package layout

import (
	"cmp"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/urls"
)

// Page is what every page needs, whatever it shows. The web layer fills it once
// per request; a page's own struct embeds it.
type Page struct {
	Lang        string // of the page's words; "" is English
	Title       string // of the document; the brand is added
	Brand       string // BRAND_NAME
	CSRF        string // value of the hidden field _csrf of every form
	Theme       Theme  // from the cookie or the user's row
	Path        string // path and query of this request; the theme form returns to it
	Now         time.Time
	User        *User     // nil: signed out
	Account     *Account  // nil: no account chosen
	Accounts    []Account // the user's, for the switcher; with Account among them
	Active      Nav
	Breadcrumbs []Crumb // below the account; the last is this page
	Banners     []Banner
	Flash       *Flash
	Search      string            // what was searched for, to be shown in the field
	Denied      map[Nav]string    // why the person may not open an entry of the sidebar
	Refused     map[string]string // in the back office: why the person lacks a permission
	DevInbox    bool              // DELIVERY=capture: show the way to captured mail
	NoSignup    bool              // SIGNUP is not open: leave the sign-up buttons out
}

// Theme is the remembered choice of colours.
type Theme string

// The themes. System follows the reader's system.
const (
	System Theme = "system"
	Light  Theme = "light"
	Dark   Theme = "dark"
)

// ParseTheme reads a cookie or form value; anything unknown is System.
func ParseTheme(s string) Theme {
	if t := Theme(s); t == Light || t == Dark {
		return t
	}
	return System
}

// User is who is signed in.
type User struct {
	Name, Email string
}

// Account is an account in the switcher.
type Account struct {
	Slug, Name string
	Plan       string // "" when there are no plans
	Sending    string // "sending", "paused" or "closed"
}

// URLs gives the account's paths.
func (a Account) URLs() urls.Account { return urls.Account(a.Slug) }

// Crumb is one step of the breadcrumb; no URL for the page itself.
type Crumb struct {
	Label, URL string
}

// Tone is the colour of something that has a state.
type Tone = components.Tone

// The tones. Accent is for what is neither good nor bad.
const (
	Accent  = components.ToneAccent
	Good    = components.ToneGood
	Waiting = components.ToneWaiting
	Warn    = components.ToneWarn
	Bad     = components.ToneBad
)

// Banner asks for an action: why in one line, and the button.
type Banner struct {
	Tone   Tone
	Title  string // ends with a full stop
	Text   string
	Action string // label; "" for none
	URL    string
	Post   bool // the action changes something: a form instead of a link
}

// Flash tells what the action before this page did, once.
type Flash struct {
	Tone Tone // Good, Warn or Bad
	Text string
}

// Nav names an entry of the sidebar.
type Nav string

// The entries that exist.
const (
	NavOverview     Nav = "overview"
	NavMessages     Nav = "messages"
	NavDomains      Nav = "domains"
	NavCredentials  Nav = "credentials"
	NavSuppressions Nav = "suppressions"
	NavContacts     Nav = "contacts"
	NavLists        Nav = "lists"
	NavSegments     Nav = "segments"
	NavImports      Nav = "imports"
	NavTemplates    Nav = "templates"
	NavCampaigns    Nav = "campaigns"
	NavAutomations  Nav = "automations"
	NavSettings     Nav = "settings"
	NavBilling      Nav = "billing"
	NavStanding     Nav = "standing"
	NavAudit        Nav = "audit"
	NavInbox        Nav = "inbox"

	NavStaffAccounts Nav = "staff_accounts"
	NavStaffAudit    Nav = "staff_audit"
	NavStaff         Nav = "staff"
	NavStaffTerms    Nav = "staff_terms"
	NavStaffLinks    Nav = "staff_links"

	NavStaffMailings    Nav = "staff_mailings"
	NavStaffSubscribers Nav = "staff_subscribers"
	NavStaffPlans       Nav = "staff_plans"
	NavStaffInvoices    Nav = "staff_invoices"
	NavStaffReputation  Nav = "staff_reputation"

	NavStaffDestinations Nav = "staff_destinations"
	NavStaffAddresses    Nav = "staff_addresses"
	NavStaffSystem       Nav = "staff_system"

	NavStaffPeople    Nav = "staff_people"
	NavStaffApprovals Nav = "staff_approvals"
	NavStaffMessages  Nav = "staff_messages"
)

// Refuses says why the signed-in person of the operator lacks a permission; "" when they
// have it.
func (p Page) Refuses(permission string) string { return p.Refused[permission] }

// OfficeNeeds names the permission that each entry of the back office's sidebar takes.
// Who lacks it does not see the entry.
var OfficeNeeds = map[Nav]string{
	NavStaff:             "enter",
	NavStaffApprovals:    "enter",
	NavStaffAccounts:     "see_accounts",
	NavStaffMessages:     "see_messages",
	NavStaffPlans:        "see_money",
	NavStaffInvoices:     "see_money",
	NavStaffReputation:   "see_accounts",
	NavStaffTerms:        "see_terms",
	NavStaffMailings:     "manage_mailings",
	NavStaffSubscribers:  "manage_mailings",
	NavStaffDestinations: "see_delivery",
	NavStaffAddresses:    "see_delivery",
	NavStaffSystem:       "see_system",
	NavStaffLinks:        "see_delivery",
	NavStaffPeople:       "manage_staff",
	NavStaffAudit:        "read_audit",
}

// opens reports whether the person may open an entry of the back office.
func (p Page) opens(nav Nav) bool { return p.Refused[OfficeNeeds[nav]] == "" }

// URLs gives the paths of the chosen account.
func (p Page) URLs() urls.Account {
	if p.Account == nil {
		return ""
	}
	return p.Account.URLs()
}

// Under returns the page with its place below the account.
func (p Page) Under(crumbs ...Crumb) Page {
	p.Breadcrumbs = crumbs
	return p
}

// BrandName is the brand, never empty.
func (p Page) BrandName() string { return cmp.Or(p.Brand, "SMTPServer") }

// Language is what the page is written in, never empty.
func (p Page) Language() string { return cmp.Or(p.Lang, "en") }

// DocumentTitle is what the browser's tab says.
func (p Page) DocumentTitle() string {
	if p.Title == "" {
		return p.BrandName()
	}
	return p.Title + " · " + p.BrandName()
}
