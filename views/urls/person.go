package urls

// Paths of a person who asks what is held about them.
const (
	PersonAsk = "/privacy/request"

	EmailChangeOwn      = "/security/email"
	EmailChangeWithdraw = "/security/email/withdraw"
)

// PersonRequest is what a person asked for, behind the link of their mail; POST uses it.
func PersonRequest(token string) string { return join(PersonAsk, token) }

// PersonAnswer is what somebody answered.
func PersonAnswer(token string) string { return join("/privacy/answer", token) }

// PersonData downloads what was sent.
func PersonData(token string) string { return join("/privacy/answer", token, "data.json") }

// EmailChange is one side of a change of address; POST confirms or cancels it.
func EmailChange(token string) string { return join("/email", token) }

// Persons is the people who ask the account about their data.
func (a Account) Persons() string { return a.page("settings", "persons") }

// Person is one request.
func (a Account) Person(id string) string { return a.page("settings", "persons", id) }

// PersonAct answers it (POST): send, erase, decline.
func (a Account) PersonAct(id, act string) string { return a.page("settings", "persons", id, act) }
