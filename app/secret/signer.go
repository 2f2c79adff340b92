package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
)

// SignatureLength is the octets of a Signer's signature: four that name the key, then
// 128 bits of HMAC-SHA-256.
const SignatureLength = 4 + 16

// Signer makes and checks short signatures, for what stands in URLs. Its keys are derived
// once. Safe for concurrent use.
type Signer struct{ keys []signerKey } // the present one, then those before

type signerKey struct{ name, key []byte }

// Signer returns a signer for one purpose: it takes nothing that was signed for another.
func (b *Box) Signer(purpose string) (*Signer, error) {
	s := &Signer{}
	for _, master := range b.masters {
		key, err := derive(master, purpose)
		if err != nil {
			return nil, err
		}
		name, err := derive(master, purpose+" key name")
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, signerKey{name[:4], key})
	}
	return s, nil
}

// Sign returns the signature by the present key.
func (s *Signer) Sign(data []byte) []byte { return s.keys[0].sign(data) }

// Verify reports whether the present key, or the one before that the signature names, made it.
func (s *Signer) Verify(data, signature []byte) bool {
	for _, k := range s.keys {
		if subtle.ConstantTimeCompare(k.sign(data), signature) == 1 {
			return true
		}
	}
	return false
}

func (k signerKey) sign(data []byte) []byte {
	mac := hmac.New(sha256.New, k.key)
	mac.Write(data)
	return append(append(make([]byte, 0, SignatureLength), k.name...), mac.Sum(nil)[:16]...)
}
