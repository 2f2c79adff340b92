package account

import (
	"errors"

	"smtpserver/app/id"
)

// Scope is the right to touch one account's data. Every function on
// account-owned data takes one second, after the context. Its fields are
// unexported and its zero value is refused, so it cannot be forged by accident;
// it is minted only where somebody authenticates: the web session, SMTP AUTH,
// the API key and the job decoder (held by a lint rule on NewScope).
type Scope struct {
	accountID id.ID
	actor     Actor
}

// Actor says on whose behalf a scope acts.
type Actor struct {
	Kind ActorKind
	ID   id.ID // of the user or credential; zero for the system
	Role Role  // of a user
}

// ActorKind is the kind of an Actor.
type ActorKind string

// The kinds of actors.
const (
	ActorUser       ActorKind = "user"
	ActorStaff      ActorKind = "staff" // under a support grant, and never to change anything
	ActorCredential ActorKind = "credential"
	ActorSystem     ActorKind = "system"
)

// errNoScope is returned for the zero scope.
var errNoScope = errors.New("account: the zero scope opens nothing")

// NewScope mints a scope. Call it only where the caller has just proven who it is.
func NewScope(accountID id.ID, actor Actor) Scope {
	return Scope{accountID: accountID, actor: actor}
}

// Account implements store.Scope.
func (s Scope) Account() (id.ID, error) {
	if s.accountID.IsZero() {
		return "", errNoScope
	}
	return s.accountID, nil
}

// AccountID returns the account's id; zero for the zero scope.
func (s Scope) AccountID() id.ID { return s.accountID }

// Who implements audit.Scope.
func (s Scope) Who() (kind string, actorID id.ID) {
	if s.actor.Kind == "" {
		return string(ActorSystem), s.actor.ID
	}
	return string(s.actor.Kind), s.actor.ID
}

// Actor returns on whose behalf the scope acts.
func (s Scope) Actor() Actor { return s.actor }
