package credential

import (
	"context"
	"errors"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Request says what to issue. Texts are as typed.
type Request struct {
	Name     string
	DomainID id.ID  // zero: every proven domain
	Stream   string // "": the message chooses
	Networks string // addresses and CIDRs; "": from anywhere

	// Tell writes the notices about it, in the transaction that stores it; nil: nobody is told.
	Tell func(ctx context.Context) error
}

// Issued is a new credential with its secret, the only time it is seen.
type Issued struct {
	Credential
	Secret string
}

// MaxLive is how many live credentials an account may have.
const MaxLive = 200

// Issue makes a credential. A name in use is a Conflict, a domain that is not the
// account's an Invalid field: nothing tells it from one that does not exist.
func (s *Service) Issue(ctx context.Context, scope account.Scope, req Request) (Issued, error) {
	networks, err := req.check()
	if err != nil {
		return Issued{}, err
	}
	plain := Prefix + secret.Token()
	r := row{
		CredentialID: id.New(), Name: req.Name, Kind: "smtp", SecretHash: secret.Hash(plain), Hint: plain[len(plain)-hintLength:],
		Stream: req.Stream, Networks: networks.String(), CreatedBy: scope.Actor().ID, CreatedAt: s.store.Now(),
	}
	if !req.DomainID.IsZero() {
		r.DomainID = &req.DomainID
	}
	switch err = s.insert(ctx, scope, &r, req.Tell); {
	case errors.Is(err, store.ErrDuplicate):
		return Issued{}, nameTaken(req.Name)
	case errors.Is(err, store.ErrReference):
		// The composite foreign key is the judge: another account's domain is no domain here (M-02).
		return Issued{}, fault.Field("domain_id", "Choose one of your domains, or all of them.")
	case err != nil:
		return Issued{}, fmt.Errorf("credential: issue: %w", err)
	}
	c, err := r.credential()
	return Issued{Credential: c, Secret: plain}, err
}

func (r Request) check() (Networks, error) {
	if err := checkName(r.Name); err != nil {
		return nil, err
	}
	if err := checkStream(r.Stream); err != nil {
		return nil, err
	}
	return ParseNetworks(r.Networks)
}

func nameTaken(name string) error {
	text := fmt.Sprintf("There is a credential named %q already. Choose another name, or revoke that one first.", name)
	return &fault.Error{Kind: fault.Conflict, Safe: text, Fields: map[string]string{"name": text}}
}
