package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// MaxPasskeys is how many a user may have.
const MaxPasskeys = 20

// BeginPasskey returns the options for the browser, as JSON, and the token of the step.
func (s *Service) BeginPasskey(ctx context.Context, userID id.ID) (options []byte, token string, err error) {
	if s.passkeys == nil {
		return nil, "", errNoPasskeys()
	}
	h, err := s.holder(ctx, userID)
	if err != nil {
		return nil, "", err
	}
	if len(h.keys) >= MaxPasskeys {
		return nil, "", fault.New(fault.Conflict, "You have 20 passkeys. Remove one that you no longer use.")
	}
	creation, session, err := s.passkeys.BeginRegistration(h,
		webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		}))
	if err != nil {
		return nil, "", fmt.Errorf("identity: begin a passkey: %w", err)
	}
	return s.holdCeremony(ctx, passkeyCreation, userID, creation, session)
}

// holdCeremony keeps the challenge on the server and encodes the options.
func (s *Service) holdCeremony(ctx context.Context, kind flowKind, userID id.ID, options any, session *webauthn.SessionData) ([]byte, string, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, "", fmt.Errorf("identity: passkey options: %w", err)
	}
	token, err := s.begin(ctx, kind, userID, session)
	return text, token, err
}

// AddPasskey checks what the authenticator made. It is a new second factor: the
// session is renewed, the others end, and the first one comes with recovery codes.
func (s *Service) AddPasskey(ctx context.Context, session Session, token, name string, response []byte, c Client) (in SignedIn, codes []string, err error) {
	if s.passkeys == nil {
		return SignedIn{}, nil, errNoPasskeys()
	}
	if name, err = passkeyName(name, c); err != nil {
		return SignedIn{}, nil, err
	}
	var challenge webauthn.SessionData
	userID, err := s.finish(ctx, passkeyCreation, token, &challenge)
	if err != nil {
		return SignedIn{}, nil, err
	}
	if userID != session.UserID {
		return SignedIn{}, nil, errStepOver()
	}
	h, err := s.holder(ctx, userID)
	if err != nil {
		return SignedIn{}, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return SignedIn{}, nil, errBadPasskey(err)
	}
	key, err := s.passkeys.CreateCredential(h, challenge, parsed)
	if err != nil {
		return SignedIn{}, nil, errBadPasskey(err)
	}
	r := passkeyRow{PasskeyID: id.New(), UserID: userID, CredentialID: credentialName(key.ID), Name: name, CreatedAt: s.now()}
	if r.Credential, err = s.sealPasskey(r.PasskeyID, key); err != nil {
		return SignedIn{}, nil, err
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		if err := s.insertPasskey(ctx, r); err != nil {
			return err
		}
		in, codes, err = s.strengthen(ctx, session, c, PasskeyAdded)
		return err
	})
	if errors.Is(err, store.ErrDuplicate) {
		return SignedIn{}, nil, fault.New(fault.Conflict, "This passkey is registered already.")
	}
	return in, codes, asIs("add a passkey", err)
}

// RemovePasskey ends one, unless it is the last way in.
func (s *Service) RemovePasskey(ctx context.Context, userID, passkeyID id.ID, c Client) error {
	err := s.inTx(ctx, func(ctx context.Context) error {
		u, ways, err := s.waysOf(ctx, userID)
		if err != nil {
			return err
		}
		if err := s.deletePasskey(ctx, userID, passkeyID); errors.Is(err, store.ErrNotFound) {
			return fault.New(fault.NotFound, "There is no such passkey.")
		} else if err != nil {
			return err
		}
		if ways <= 1 {
			return errLastWay()
		}
		if err := s.weaken(ctx, userID); err != nil {
			return err
		}
		return s.tell(ctx, u, c, Notice{Kind: PasskeyRemoved})
	})
	return asIs("remove a passkey", err)
}

func errBadPasskey(cause error) error {
	return fault.Wrap(fault.Invalid, "The passkey could not be checked. Please try again.", cause)
}
