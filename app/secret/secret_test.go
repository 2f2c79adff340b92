package secret

import (
	"bytes"
	"strings"
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

// A replaced key opens and is recognised, but makes nothing any more.
func TestKeysBefore(t *testing.T) {
	t.Parallel()
	old, err := NewBox([]byte(strings.Repeat("o", 32)))
	if err != nil {
		t.Fatal(err)
	}
	both, err := NewBox([]byte(strings.Repeat("y", 32)), []byte(strings.Repeat("o", 32)))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := old.Seal("p", []byte("plain"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := both.Open("p", sealed); err != nil || string(plain) != "plain" {
		t.Errorf("what the key before sealed: %q, %v", plain, err)
	}
	anew, err := both.Reseal("p", sealed)
	if err != nil || anew == nil {
		t.Fatalf("resealed: %v", err)
	}
	if _, err := old.Open("p", anew); err == nil {
		t.Error("the key before opens what was sealed anew")
	}
	if again, err := both.Reseal("p", anew); err != nil || again != nil {
		t.Errorf("sealed anew twice: %v", err)
	}
	mac, err := old.MAC("m", []byte("data"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{mac: true, mac[:20]: true, "": false, mac + "0": false, strings.Repeat("0", 20): false} {
		if ok, err := both.Authentic("m", []byte("data"), text); err != nil || ok != want {
			t.Errorf("%q: %v, %v", text, ok, err)
		}
	}
	if _, err := NewBox([]byte(strings.Repeat("y", 32)), []byte("short")); err == nil {
		t.Error("a short key before was taken")
	}
}
