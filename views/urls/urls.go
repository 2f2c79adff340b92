// Package urls is the one place that spells the paths of the web pages. Every
// parameter is escaped here; templates and handlers never join paths themselves.
package urls

import (
	"net/url"
	"strconv"
	"strings"
)

// Fixed paths of the public site and of identity.
const (
	Home     = "/"
	Terms    = "/terms"
	Privacy  = "/privacy"
	Signup   = "/signup"
	Login    = "/login"
	Logout   = "/logout"
	Password = "/password" // asking for a reset link
	Confirm  = "/confirm"  // asking for another confirmation link
	Theme    = "/theme"
	DevInbox = "/dev/inbox"
	Health   = "/healthz"
	Ready    = "/readyz"
	Accounts = "/a" // leads to the first account
	Staff    = "/staff"

	StaffAudit = "/staff/audit"
	StaffLinks = "/staff/links" // stopped links; POST stops one

	StaffLinksAllow = "/staff/links/allow" // (POST)

	StaffAccounts = "/staff/accounts"
	StaffLeave    = "/staff/leave" // an account that is seen as support (POST)
)

// TermsVersion is one version of the terms.
func TermsVersion(number int) string { return Terms + "/" + strconv.Itoa(number) }

// TermsFeed tells programs of new versions.
const TermsFeed = Terms + "/feed.atom"

// Document is one version of an operator's document; number 0 is the one in force.
func Document(document string, number int) string {
	path := "/" + strings.ReplaceAll(document, "_", "-")
	if number == 0 {
		return path
	}
	return path + "/" + strconv.Itoa(number)
}

// DocumentChanges compares a version with the one before it, or with another.
func DocumentChanges(document string, number int) string {
	return Document(document, number) + "/changes"
}

// StaffTerms is where staff see all documents.
const StaffTerms = Staff + "/terms"

// StaffDraft is the editor of a document's draft; an action below it is a POST.
func StaffDraft(document, action string) string {
	return WithQuery(join(StaffTerms, "draft", action), "document", document)
}

// StaffVersion is one version as staff see it; part is "", an action (POST) or a file.
func StaffVersion(document string, number int, part string) string {
	return WithQuery(join(StaffTerms, strconv.Itoa(number), part), "document", document)
}

// PasswordReset is where a reset link leads.
func PasswordReset(token string) string { return Password + "/" + url.PathEscape(token) }

// ConfirmToken is where a confirmation link leads.
func ConfirmToken(token string) string { return Confirm + "/" + url.PathEscape(token) }

// LoginFor is the sign-in page that returns to a path afterwards. The back office has
// its own.
func LoginFor(next string) string {
	door := Login
	if next == Staff || strings.HasPrefix(next, Staff+"/") {
		door = StaffLogin
	}
	return WithQuery(door, "next", next)
}

// StaffEnter is where a one-time link of staff leads.
func StaffEnter(token string) string { return join(Staff, "enter", token) }

// Invite is where an invitation's link leads.
func Invite(token string) string { return "/invite/" + url.PathEscape(token) }

// AccountNew is the form for one more account; POST opens it.
const AccountNew = "/accounts/new"

// StaffAccount is one account as staff see it; part is what is done there, or "".
func StaffAccount(id string, part ...string) string {
	return join(StaffAccounts+"/"+url.PathEscape(id), part...)
}

// DevMessage is one captured mail; part is a tab or "".
func DevMessage(id, part string) string { return join(DevInbox, id, part) }

// WithQuery adds parameters, given as name, value, name, value; empty values are left out.
func WithQuery(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// join appends segments, escaped; empty ones are left out.
func join(path string, segments ...string) string {
	for _, s := range segments {
		if s != "" {
			path += "/" + url.PathEscape(s)
		}
	}
	return path
}
