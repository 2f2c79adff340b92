package pages

import (
	"smtpserver/views/layout"
)

// ErrorShow is what one sees when something did not work.
type ErrorShow struct {
	layout.Page
	Status    int
	Text      string // instead of the usual sentence for the status
	Reference string // to quote to support; "" for none
}

// heading says what happened.
func (v ErrorShow) heading() string {
	switch v.Status {
	case 400:
		return "We could not read that"
	case 401:
		return "Please sign in"
	case 403:
		return "You may not do this"
	case 404:
		return "There is nothing here"
	case 405:
		return "This page cannot do that"
	case 409:
		return "Things have changed meanwhile"
	case 413:
		return "That is too large"
	case 419:
		return "This page was open too long"
	case 429:
		return "That was a little too fast"
	case 503:
		return "Not available right now"
	}
	if v.Status >= 500 {
		return "Something went wrong on our side"
	}
	return "That did not work"
}

// sentence says what was kept and what to do.
func (v ErrorShow) sentence() string {
	if v.Text != "" {
		return v.Text
	}
	switch v.Status {
	case 400:
		return "The address or the form arrived incomplete. Go back, reload the page and try again; nothing was changed."
	case 401:
		return "Your session has ended, or you have not signed in yet. Afterwards you are back on the page you asked for."
	case 403:
		return "Your role in this account does not allow it. An owner or admin of the account can change your role or do it for you."
	case 404:
		return "The page was moved or removed, or the link was cut off on its way. It may also belong to another account than the one you are signed in to."
	case 405:
		return "The address exists, but not for this kind of request. Go back and use the button on the page."
	case 409:
		return "Somebody was faster, or the page was old. Reload it to see how things stand; nothing was changed."
	case 413:
		return "It is larger than we accept. Nothing was changed; try again with less."
	case 419:
		return "To protect you, forms stop working after a while or when you sign in elsewhere. Go back, reload the page and send it again; nothing was changed."
	case 429:
		return "We limit how often this can be tried, to keep guessing out. Wait a minute and try again; nothing was changed."
	case 503:
		return "A part that we depend on does not answer. Mail that was accepted is safe and goes on as soon as it does. Try again in a minute."
	}
	if v.Status >= 500 {
		return "It has been written down, and mail that was accepted is safe. Try again; if it happens again, tell us the reference below."
	}
	return "Go back and try again; nothing was changed."
}
