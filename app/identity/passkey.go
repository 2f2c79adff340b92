package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Passkey is a key pair whose private half a person's device or manager holds.
type Passkey struct {
	ID        id.ID
	Name      string
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
}

// relyingParty binds passkeys to the host of the public URL. Browsers know none for
// plain http other than localhost, nor for bare addresses (WebAuthn §5.1.3).
func relyingParty(public *url.URL, brand string) *webauthn.WebAuthn {
	if public == nil || public.Scheme != "https" && public.Hostname() != "localhost" {
		return nil
	}
	if _, err := netip.ParseAddr(public.Hostname()); err == nil {
		return nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: public.Hostname(), RPDisplayName: brand, RPOrigins: []string{public.Scheme + "://" + public.Host},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil // no host that a passkey could be bound to
	}
	return w
}

// PasskeysPossible reports whether the public URL allows passkeys.
func (s *Service) PasskeysPossible() bool { return s.passkeys != nil }

func errNoPasskeys() error {
	return fault.New(fault.Conflict, "Passkeys need https (or localhost) and a host name in the public URL.")
}

// Passkeys returns the user's, the earliest first.
func (s *Service) Passkeys(ctx context.Context, userID id.ID) ([]Passkey, error) {
	rows, err := s.listPasskeys(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("identity: list passkeys: %w", err)
	}
	out := make([]Passkey, len(rows))
	for i, r := range rows {
		out[i] = Passkey{ID: r.PasskeyID, Name: r.Name, CreatedAt: r.CreatedAt}
		if r.UsedAt != nil {
			out[i].UsedAt = *r.UsedAt
		}
	}
	return out, nil
}

// holder is a user as the library wants to see them.
type holder struct {
	user userRow
	keys []webauthn.Credential
}

// WebAuthnID is the handle that a passkey carries: the user's id tells nothing about the person.
func (h holder) WebAuthnID() []byte { return []byte(h.user.UserID) }

// WebAuthnName is shown when a person chooses among passkeys.
func (h holder) WebAuthnName() string { return h.user.Email }

// WebAuthnDisplayName is shown beside it.
func (h holder) WebAuthnDisplayName() string { return h.user.Name }

// WebAuthnCredentials are the keys that may sign.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (s *Service) holder(ctx context.Context, userID id.ID) (holder, error) {
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return holder{}, err
	}
	rows, err := s.listPasskeys(ctx, userID)
	if err != nil {
		return holder{}, fmt.Errorf("identity: list passkeys: %w", err)
	}
	h := holder{user: u}
	for _, r := range rows {
		key, err := s.openPasskey(r)
		if err != nil {
			return holder{}, err
		}
		h.keys = append(h.keys, key)
	}
	return h, nil
}

func passkeyPurpose(passkeyID id.ID) string { return "passkey:" + passkeyID.String() }

func (s *Service) openPasskey(r passkeyRow) (key webauthn.Credential, err error) {
	plain, err := s.Box.Open(passkeyPurpose(r.PasskeyID), r.Credential)
	if err == nil {
		err = json.Unmarshal(plain, &key)
	}
	if err != nil {
		return key, fmt.Errorf("identity: open a passkey: %w", err)
	}
	return key, nil
}

func (s *Service) sealPasskey(passkeyID id.ID, key *webauthn.Credential) ([]byte, error) {
	plain, err := json.Marshal(key)
	if err != nil {
		return nil, fmt.Errorf("identity: seal a passkey: %w", err)
	}
	sealed, err := s.Box.Seal(passkeyPurpose(passkeyID), plain)
	if err != nil {
		return nil, fmt.Errorf("identity: seal a passkey: %w", err)
	}
	return sealed, nil
}

func credentialName(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

const maxPasskeyName = 60

func passkeyName(name string, c Client) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		name = c.Words()
	}
	if len([]rune(name)) > maxPasskeyName || nameProblem(name) != "" {
		return "", fault.Field("name", "At most 60 letters, digits, spaces and punctuation, please.")
	}
	return name, nil
}
