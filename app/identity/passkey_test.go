package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"smtpserver/app/fault"
)

// key is an authenticator in software: one passkey of one user.
type key struct {
	private *ecdsa.PrivateKey
	id      []byte
	user    string
	count   uint32
	origin  string
	flags   byte // of the authenticator data; 0: present and verified
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// challengeOf reads the challenge of the options.
func challengeOf(t *testing.T, options []byte) string {
	t.Helper()
	var o struct {
		PublicKey struct{ Challenge string } `json:"publicKey"`
	}
	if err := json.Unmarshal(options, &o); err != nil || o.PublicKey.Challenge == "" {
		t.Fatalf("options %s: %v", options, err)
	}
	return o.PublicKey.Challenge
}

func newKey(t *testing.T, user string) *key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := &key{private: private, id: make([]byte, 16), user: user, origin: "https://mail.example.com"}
	_, _ = rand.Read(k.id)
	return k
}

func (k *key) clientData(kind, challenge string) []byte {
	data, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	return data
}

// authData is WebAuthn §6.1.
func (k *key) authData(attested []byte) []byte {
	hash := sha256.Sum256([]byte("mail.example.com"))
	flags := k.flags
	if flags == 0 {
		flags = 0x05 // present and verified
	}
	if attested != nil {
		flags |= 0x40
	}
	k.count++
	out := append(hash[:], flags)
	return append(binary.BigEndian.AppendUint32(out, k.count), attested...)
}

// create answers a registration without attestation.
func (k *key) create(t *testing.T, options []byte) []byte {
	t.Helper()
	point, err := k.private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	attested := append(make([]byte, 16), byte(len(k.id)>>8), byte(len(k.id)))
	attested = append(append(attested, k.id...), public...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": k.authData(attested)})
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := json.Marshal(map[string]any{
		"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(k.clientData("webauthn.create", challengeOf(t, options))), "attestationObject": b64(object)},
	})
	return answer
}

// sign answers a challenge.
func (k *key) sign(t *testing.T, options []byte) []byte {
	t.Helper()
	data, client := k.authData(nil), k.clientData("webauthn.get", challengeOf(t, options))
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte(nil), data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := json.Marshal(map[string]any{
		"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64([]byte(k.user))},
	})
	return answer
}

// withKey registers a passkey for the user and returns it with the renewed session.
func (b *bundle) withKey(t *testing.T, in SignedIn) (*key, SignedIn) {
	t.Helper()
	k := newKey(t, in.User.ID.String())
	options, token, err := b.BeginPasskey(t.Context(), in.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	renewed, _, err := b.AddPasskey(t.Context(), sessionOf(t, b, in), token, "", k.create(t, options), here)
	if err != nil {
		t.Fatal(err)
	}
	return k, renewed
}

func TestPasskeySignIn(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		b.signUp(t, "bob@example.com")
		adas, ada := b.withKey(t, b.signIn(t, "ada@example.com", goodPassword))
		bobs, _ := b.withKey(t, b.signIn(t, "bob@example.com", goodPassword))
		// try signs a fresh challenge with the key and presents the answer, twice when it is good.
		try := func(k *key, second string) (SignedIn, error) {
			options, token, err := b.BeginPasskeySignIn(ctx, second, here)
			if err != nil {
				t.Fatal(err)
			}
			answer := PasskeyAnswer{Token: token, Second: second, Response: k.sign(t, options), Client: here}
			in, err := b.FinishPasskeySignIn(ctx, answer)
			if _, again := b.FinishPasskeySignIn(ctx, answer); again == nil {
				t.Error("one answer opened twice")
			}
			return in, err
		}
		if in, err := try(adas, ""); err != nil || in.User.Email != "ada@example.com" || !sessionOf(t, b, in).TwoFactors {
			t.Fatalf("alone: %+v, %v", in.User, err)
		}
		if in, err := try(adas, b.half(t, "ada@example.com")); err != nil || in.User.Email != "ada@example.com" {
			t.Errorf("as the second step: %v", err)
		}
		if _, err := try(bobs, b.half(t, "ada@example.com")); err == nil {
			t.Error("TAKEOVER: bob's key is the second step of ada")
		}
		refusals := map[string]func(k *key){
			"phished at another origin": func(k *key) { k.origin = "https://mail.example.com.evil.example" },
			"not unlocked":              func(k *key) { k.flags = 0x01 },
			"nobody present":            func(k *key) { k.flags = 0x04 },
			"another person's handle":   func(k *key) { k.user = bobs.user },
			"a copy that lags behind":   func(k *key) { k.count = 1 },
			"an unknown key":            func(k *key) { k.id = make([]byte, 16) },
			"another private key":       func(k *key) { k.private = bobs.private },
		}
		for name, change := range refusals {
			bad := *adas
			change(&bad)
			if in, err := try(&bad, ""); err == nil || in.Token != "" {
				t.Errorf("%s: signed in", name)
			}
		}
		if in, err := try(adas, ""); err != nil || in.Token == "" {
			t.Errorf("after the refusals: %v", err)
		}
		for _, junk := range []string{"", "{}", "null", `{"id":"x"}`, "\x00"} {
			_, token, err := b.BeginPasskeySignIn(ctx, "", here)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.FinishPasskeySignIn(ctx, PasskeyAnswer{Token: token, Response: []byte(junk), Client: here}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", junk, err)
			}
		}
		b.clock.Advance(ProofLife)
		options, token, err := b.BeginPasskeyProof(ctx, ada.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.FinishPasskeyProof(ctx, sessionOf(t, b, ada), token, adas.sign(t, options)); err != nil || !sessionOf(t, b, ada).Proven(b.clock.Now()) {
			t.Errorf("a proof: %v", err)
		}
	})
}

// A challenge of one user is nothing for another, and a key is registered once.
func TestPasskeyRegistrationIsBound(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		b.signUp(t, "bob@example.com")
		ada, bob := b.signIn(t, "ada@example.com", goodPassword), b.signIn(t, "bob@example.com", goodPassword)
		options, token, err := b.BeginPasskey(ctx, ada.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		k := newKey(t, ada.User.ID.String())
		if _, _, err := b.AddPasskey(ctx, sessionOf(t, b, bob), token, "", k.create(t, options), here); !fault.Is(err, fault.NotFound) {
			t.Errorf("bob finished ada's registration: %v", err)
		}
		if _, _, err := b.AddPasskey(ctx, sessionOf(t, b, ada), token, "", k.create(t, options), here); !fault.Is(err, fault.NotFound) {
			t.Errorf("a challenge was used twice: %v", err)
		}
		k, ada = b.withKey(t, ada)
		options, token, err = b.BeginPasskey(ctx, bob.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.AddPasskey(ctx, sessionOf(t, b, bob), token, "", k.create(t, options), here); !fault.Is(err, fault.Conflict) {
			t.Errorf("one key of two users: %v", err)
		}
		keys, err := b.Passkeys(ctx, ada.User.ID)
		if err != nil || len(keys) != 1 || keys[0].Name != "An unknown program" {
			t.Fatalf("%+v, %v", keys, err)
		}
		if err := b.RemovePasskey(ctx, bob.User.ID, keys[0].ID, here); !fault.Is(err, fault.NotFound) {
			t.Errorf("bob removed ada's key: %v", err)
		}
		b.clock.Advance(time.Minute)
		if err := b.RemovePasskey(ctx, ada.User.ID, keys[0].ID, here); err != nil {
			t.Fatal(err)
		}
		if b.mails.count("passkey_removed", "ada@example.com") != 1 || sessionOf(t, b, ada).TwoFactors {
			t.Error("no notice, or the session still counts as one with two factors")
		}
	})
}

// Staff's keys open the back office's door and customers' keys the other: at the wrong one
// a key is told as one that nobody knows, and nothing opens.
func TestPasskeysOpenTheirOwnDoor(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		customers, _ := b.withKey(t, b.signIn(t, "ada@example.com", goodPassword))
		_, token, err := b.CreateStaff(ctx, "sam@operator.example")
		if err != nil {
			t.Fatal(err)
		}
		entered, err := b.EnterStaff(ctx, token, here, "")
		if err != nil {
			t.Fatal(err)
		}
		staffs, _ := b.withKey(t, entered)
		try := func(k *key, office bool) (SignedIn, error) {
			t.Helper()
			options, token, err := b.BeginPasskeySignIn(ctx, "", here)
			if err != nil {
				t.Fatal(err)
			}
			return b.FinishPasskeySignIn(ctx, PasskeyAnswer{Token: token, Response: k.sign(t, options), Client: here, Office: office})
		}
		stranger := newKey(t, entered.User.ID.String())
		for _, office := range []bool{false, true} {
			_, unknown := try(stranger, office)
			wrong, right := staffs, customers
			if office {
				wrong, right = customers, staffs
			}
			if in, err := try(wrong, office); in.Token != "" || err == nil || err.Error() != unknown.Error() {
				t.Errorf("office %v: the wrong key: %v, an unknown one: %v", office, err, unknown)
			}
			if in, err := try(right, office); err != nil || in.Token == "" || in.User.Staff != office {
				t.Errorf("office %v: the right key: %+v, %v", office, in.User, err)
			}
		}
	})
}
