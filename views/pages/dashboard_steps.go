package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/urls"
)

// steps are the three of a new account; the first that is not done is open.
func (n NextSteps) steps(to urls.Account) []components.Step {
	steps := []components.Step{n.prove(to), {
		Title: credentialTitle(n.Credential), Text: "A user name and a secret for your program, with settings ready to paste.",
		Done: n.Credential, Action: "Create a credential", URL: to.CredentialNew(),
	}, n.send(to)}
	for i := range steps {
		if !steps[i].Done {
			steps[i].Open = true
			break
		}
	}
	return steps
}

func credentialTitle(done bool) string {
	if done {
		return "Credential created"
	}
	return "Create a credential"
}

func (n NextSteps) prove(to urls.Account) components.Step {
	switch {
	case n.proven():
		return components.Step{Title: "Domain " + n.DomainName + " proven", Done: true}
	case n.DomainID != "":
		return components.Step{
			Title: "Prove " + n.DomainName, Text: "Publish its records at your DNS host. We look by ourselves, and at once when you ask.",
			Action: "Show the records", URL: to.Domain(n.DomainID),
		}
	}
	return components.Step{
		Title: "Prove a domain", Text: "Show that the name in your sender address is yours: a few DNS records, each explained and checked.",
		Action: "Add a domain", URL: to.Domains(),
	}
}

func (n NextSteps) send(to urls.Account) components.Step {
	step := components.Step{
		Title: "Send your first message", Text: "From your own program, or with one press of a button.", Done: n.Delivered,
		Action: "Send a test", URL: to.Credentials(),
	}
	switch {
	case n.Delivered:
		step.Title = "First message delivered"
	case n.Sent:
		step.Title, step.Text, step.Action, step.URL = "Your first message is on its way", "It is stored and signed. Watch its journey.", "Watch it", to.Messages()
	case n.CredentialID != "":
		step.URL = to.Credential(n.CredentialID) + "#test"
	}
	return step
}

// progress is "2 of 3".
func (n NextSteps) progress() string {
	done := 0
	for _, s := range n.steps("") {
		if s.Done {
			done++
		}
	}
	return components.Count(int64(done)) + " of 3"
}
