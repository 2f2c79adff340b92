// Package secret makes, hashes and seals what must not be guessed or read.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
)

// Token returns 160 random bits as 32 characters of lower-case base 32, fit for
// URLs, cookies and passwords that a program pastes (ASVS 11.5.1 asks for 128).
func Token() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24: it ends the program instead
	return encoding.EncodeToString(b[:])
}

var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Hash returns SHA-256 of a token in hexadecimal, the form in which tokens are
// stored. A plain hash is right for 160 random bits; passwords need argon2id.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Equal compares two strings in constant time.
func Equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Box seals data with keys derived from the instance's SECRET_KEY.
type Box struct{ masters [][]byte } // the present one, then those before

// MinimumKeyLength is the fewest octets SECRET_KEY may have.
const MinimumKeyLength = 32

// NewBox takes the instance's secret key, and the keys before it, which open and are
// recognised but seal nothing.
func NewBox(master []byte, before ...[]byte) (*Box, error) {
	b := &Box{masters: append([][]byte{master}, before...)}
	for _, key := range b.masters {
		if len(key) < MinimumKeyLength {
			return nil, fmt.Errorf("secret: the key has %d octets and needs at least %d", len(key), MinimumKeyLength)
		}
	}
	return b, nil
}

// Seal encrypts and authenticates plain (AES-256-GCM). The purpose, e.g.
// "dkim:<domain id>", binds the box to its row: opened elsewhere, it fails.
func (b *Box) Seal(purpose string, plain []byte) ([]byte, error) {
	aead, err := aeadOf(b.masters[0], purpose)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, plain, []byte(purpose)), nil //nolint:gosec // the AEAD makes its own random nonce and takes none
}

// Open reverses Seal.
func (b *Box) Open(purpose string, sealed []byte) ([]byte, error) {
	plain, _, err := b.open(purpose, sealed)
	return plain, err
}

// Reseal seals anew what a key before sealed; nil when the present one did.
func (b *Box) Reseal(purpose string, sealed []byte) ([]byte, error) {
	plain, key, err := b.open(purpose, sealed)
	if err != nil || key == 0 {
		return nil, err
	}
	return b.Seal(purpose, plain)
}

// open tells which key sealed.
func (b *Box) open(purpose string, sealed []byte) (plain []byte, key int, err error) {
	for key, master := range b.masters {
		aead, err := aeadOf(master, purpose)
		if err != nil {
			return nil, 0, err
		}
		if plain, err := aead.Open(nil, nil, sealed, []byte(purpose)); err == nil {
			return plain, key, nil
		}
	}
	return nil, 0, errors.New("secret: cannot open: SECRET_KEY differs from the one that sealed, or the data was changed")
}

// MAC returns a keyed hash of the data in hexadecimal, e.g. of an address that is
// counted but must not be stored.
func (b *Box) MAC(purpose string, data []byte) (string, error) {
	return macOf(b.masters[0], purpose, data)
}

// Authentic reports whether a MAC, or its beginning, was made of the data, by the present
// key or one before. It takes the same time whichever digit differs.
func (b *Box) Authentic(purpose string, data []byte, mac string) (bool, error) {
	for _, master := range b.masters {
		want, err := macOf(master, purpose, data)
		if err != nil {
			return false, err
		}
		if mac != "" && len(mac) <= len(want) && Equal(mac, want[:len(mac)]) {
			return true, nil
		}
	}
	return false, nil
}

func macOf(master []byte, purpose string, data []byte) (string, error) {
	key, err := derive(master, purpose)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil)), nil
}

func derive(master []byte, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, master, nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("secret: derive a key: %w", err)
	}
	return key, nil
}

func aeadOf(master []byte, purpose string) (cipher.AEAD, error) {
	key, err := derive(master, purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return aead, nil
}
