package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// StaffTerms is every document at a glance.
type StaffTerms struct {
	layout.Page
	Documents []StaffDocument
}

// StaffDocument is a document with its versions.
type StaffDocument struct {
	Document, Name string
	Versions       []StaffVersionRow // newest first
	Draft          string            // what state the draft is in, in words; "" when there is none
	Open           bool              // a version is announced: the next one waits
}

// StaffVersionRow is a line of a document's history.
type StaffVersionRow struct {
	Number      int
	State       string
	EffectiveOn string
	Note        string // what matters now: "212 of 4,310 notices are under way"
	URL         string
}

// StaffDraft is the editor. It saves by POST to itself; preview, approve, announce and
// discard are actions below it.
type StaffDraft struct {
	layout.Page
	Document, Name                                      string
	Heading, Markdown, Kind, Summary, Reason, Effective string // as typed
	EffectiveOn                                         string // Effective as people write it
	Revision                                            int
	Errors                                              Errors
	Lawful, Suggested                                   string // dates in words
	LawfulDate, SuggestedDate                           string // as typed into the field
	Replaces                                            int    // version in force; 0: none
	Preview                                             StaffDraftPreview
	SavedBy, ApprovedBy                                 string // "" when not
	SavedAt                                             time.Time
	ApproveDenied, AnnounceDenied                       string
	Audience                                            int64
	Customer                                            string // whose notice is previewed, as typed
}

// StaffDraftPreview is what is drawn anew while somebody types.
type StaffDraftPreview struct {
	HTML     string // of the text
	Changes  components.Redline
	Same     bool
	Added    int
	Removed  int
	Problems []string // why it could not be announced as it is
}

// StaffNotice shows a notice as one customer will get it.
type StaffNotice struct {
	layout.Page
	Document, Name, Customer, To string
	Subject, Text, MailURL       string
	Banner                       string
	Problem                      string
}

// StaffVersion is one version with where the accounts stand.
type StaffVersion struct {
	layout.Page
	Document, Name, Heading    string
	Number                     int
	State, Kind, EffectiveOn   string
	MovedFrom, Summary, Reason string
	DraftedBy, ApprovedBy      string
	AnnouncedBy                string
	AnnouncedAt                time.Time
	NotifiedAt                 time.Time // zero: not every required notice is given
	Digest                     string
	Figures                    []StaffFigure
	Decisions                  []StaffFigure
	Unreachable                []StaffUnreachable
	TextURL, ChangesURL        string
	WithdrawDenied             string
	CanWithdraw                bool
}

// StaffFigure is a number with what it counts.
type StaffFigure struct {
	Label string
	Count int64
	Of    int64
	Tone  components.Tone
}

// StaffUnreachable is an owner whom no mail reached.
type StaffUnreachable struct {
	Account, Address, Why, Others string
	At                            time.Time
}
