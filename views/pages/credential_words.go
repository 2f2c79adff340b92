package pages

import (
	"cmp"
	"strings"

	"smtpserver/views/components"
)

// sentence says at once how many of the credentials work.
func (v CredentialList) sentence() string {
	live := 0
	for _, c := range v.Rows {
		if c.RevokedAt.IsZero() && c.PausedAt.IsZero() {
			live++
		}
	}
	if len(v.Rows) == 0 {
		return "What your programs sign in with: a user name and a secret."
	}
	if live == 0 {
		return "None works at the moment: all are paused or revoked."
	}
	return components.Plural(int64(live), "credential works", "credentials work") + ". A program each is best: then one can be revoked without the others."
}

// state is the credential's, in one word.
func (c CredentialRow) state() string {
	switch {
	case !c.RevokedAt.IsZero():
		return "revoked"
	case !c.PausedAt.IsZero():
		return "paused"
	}
	return "active"
}

// limits are what the credential is restricted to, in words.
func limits(domain, stream, networks string) []string {
	list := []string{"from " + cmp.Or(domain, "every proven domain")}
	if stream != "" {
		list = append(list, stream+" mail only")
	}
	if networks != "" {
		list = append(list, "used from "+strings.ReplaceAll(networks, ",", ", ")+" only")
	}
	return list
}

// revocation asks before a credential ends.
func (c CredentialRow) revocation(url, csrf string) components.Confirmation {
	return components.Confirmation{
		ID: "revoke-" + c.ID, Label: "Revoke", About: c.Name, Question: "Revoke " + c.Name + "?",
		Consequence: "Programs that sign in with it are refused from the next moment on. Mail that was accepted is still delivered. This cannot be undone.",
		Yes:         "Revoke it", URL: url, CSRF: csrf, Denied: c.RevokeDenied,
	}
}

// credentialOrder is the order of the form's fields.
var credentialOrder = []string{"name", "domain_id", "stream", "networks"}

func (v CredentialNew) field(f components.Field) components.Field {
	return f.With(v.Errors, credentialOrder...)
}

var streams = []components.Option{
	{Value: "", Label: "The message decides", Hint: "By its X-SMTPServer-Stream header; transactional without one."},
	{Value: "transactional", Label: "Transactional only", Hint: "Answers to what somebody did: orders, invoices, passwords."},
	{Value: "broadcast", Label: "Broadcast only", Hint: "The same to many, such as newsletters."},
}
