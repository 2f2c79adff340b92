package secret

import (
	"bytes"
	"testing"
)

func TestBoxOpensOnlyForItsPurposeAndKey(t *testing.T) {
	box, err := NewBox(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := box.Seal("dkim:a", []byte("private"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("private")) {
		t.Fatal("the plain text is visible")
	}
	if plain, err := box.Open("dkim:a", sealed); err != nil || string(plain) != "private" {
		t.Fatalf("Open = %q, %v", plain, err)
	}
	if _, err := box.Open("dkim:b", sealed); err == nil {
		t.Error("opened for another row")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := box.Open("dkim:a", sealed); err == nil {
		t.Error("opened after a change")
	}
	other, err := NewBox(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := other.Open("dkim:a", sealed); err == nil {
		t.Error("opened with another key")
	}
}

func TestNewBoxRefusesShortKeys(t *testing.T) {
	if _, err := NewBox(make([]byte, 31)); err == nil {
		t.Error("31 octets accepted")
	}
}

func TestTokensDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := Token()
		if len(token) != 32 || seen[token] {
			t.Fatalf("token %q", token)
		}
		seen[token] = true
	}
}
