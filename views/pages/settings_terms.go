package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// SettingsTerms is where an account stands with the operator's documents. Accepting
// posts to …/settings/terms/accept, objecting to …/settings/terms/object.
type SettingsTerms struct {
	layout.Page
	InForce   []TermsInForce
	Announced []TermsAnnounced
	Barred    []TermsBarred
	Withdrawn []TermsWithdrawn
	Records   []TermsRecord // the newest first
	Denied    string        // why this member may not decide
	ExportURL string        // where the account's data is exported; "" when there is no such page
	Problem   string        // why the last decision was not taken
}

// TermsInForce is a version in force, and how it was accepted.
type TermsInForce struct {
	Name, URL   string
	Number      int
	EffectiveOn string
	How         string // "Accepted at sign-up on 3 May 2026."
}

// TermsAnnounced is a version that waits for its date.
type TermsAnnounced struct {
	Document, Name, Digest string
	Number, Replaces       int // Replaces is 0 for a new document
	EffectiveOn            string
	LastDay                string // to object, or to go on without accepting
	NoticeOn               string
	DaysAhead              int
	MailedTo               string // "" while no mail was sent
	MailWord               string // what became of it, in words
	MovedFrom              string // date first announced, when it moved
	Summary                []string
	Changes                components.Redline
	Correction             string // why a correction needs no notice
	AgreedOn               string // accepted explicitly
	ObjectedOn             string
	WholeURL               string
}

// TermsBarred is a version in force that the account objected to.
type TermsBarred struct {
	Document, Name, Digest string
	Number                 int
	EffectiveOn            string
	ObjectedOn             string
	WholeURL               string
}

// TermsWithdrawn is an announcement that was taken back.
type TermsWithdrawn struct {
	Name          string
	Number        int
	Announced, On string
	Objected      bool
}

// TermsRecord is a line of what is on record.
type TermsRecord struct {
	At      time.Time
	What    string // "Accepted terms of service, version 4"
	By      string // "by use of the pages", "at sign-up" …
	Who     string
	Address string
	Hash    string
}

// title is the page's h1.
func (v SettingsTerms) title() string {
	if len(v.Announced) == 1 && len(v.Barred) == 0 {
		return v.Announced[0].Name + ", version " + components.Count(int64(v.Announced[0].Number))
	}
	return "Terms"
}

func (a TermsAnnounced) objectedText() string {
	return "You objected on " + a.ObjectedOn + ". Sending goes on until the end of " + a.LastDay + " (UTC). From " + a.EffectiveOn +
		" on the account opens only to export your data, to change your mind, or to close."
}

func (a TermsAnnounced) mayObjectText() string {
	return "You can object until the end of " + a.LastDay + " (UTC). Sending goes on until then; afterwards your account opens only to export your data, to change your mind, or to close."
}
