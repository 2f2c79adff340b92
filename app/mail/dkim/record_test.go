package dkim

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"
)

func generate(t testing.TB) (public []byte) {
	t.Helper()
	_, public, err := GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	return public
}

func TestCheckRecord(t *testing.T) {
	t.Parallel()
	public, old, other := generate(t), generate(t), generate(t)
	_, ed, err := GenerateEd25519()
	if err != nil {
		t.Fatal(err)
	}
	good := Record(public)
	p := base64.StdEncoding.EncodeToString(public)
	cases := map[string]struct {
		values []string
		want   Verdict
	}{
		"none":            {nil, Missing},
		"as we show it":   {[]string{good}, Good},
		"spaces":          {[]string{strings.ReplaceAll(good, ";", " ;  ")}, Good},
		"space in p":      {[]string{good[:60] + " " + good[60:]}, Good},
		"only p":          {[]string{"p=" + p}, Good},
		"all tags":        {[]string{"v=DKIM1; h=sha1:sha256; k=rsa; n=note; s=email; t=s; p=" + p}, Good},
		"unknown tag":     {[]string{"v=DKIM1; zz=1; p=" + p}, Good},
		"test mode":       {[]string{"v=DKIM1; t=y:s; p=" + p}, Testing},
		"older":           {[]string{Record(old)}, OlderKey},
		"other":           {[]string{Record(other)}, OtherKey},
		"other kind":      {[]string{Record(ed)}, OtherKey},
		"withdrawn":       {[]string{"v=DKIM1; k=rsa; p="}, Revoked},
		"two keys":        {[]string{Record(other), good}, Broken},
		"cut at 255":      {[]string{good[:255]}, Broken},
		"SPF":             {[]string{"v=spf1 -all"}, Broken},
		"no p":            {[]string{"v=DKIM1; k=rsa"}, Broken},
		"no base64":       {[]string{"v=DKIM1; p=!!"}, Broken},
		"other version":   {[]string{"v=DKIM2; p=" + p}, Broken},
		"wrong k":         {[]string{"v=DKIM1; k=ed25519; p=" + p}, Broken},
		"odd k":           {[]string{"v=DKIM1; k=dsa; p=" + p}, Broken},
		"no SHA-256":      {[]string{"v=DKIM1; h=sha1; p=" + p}, Broken},
		"not for e-mail":  {[]string{"v=DKIM1; s=other; p=" + p}, Broken},
		"zone backslash":  {[]string{strings.ReplaceAll(good, ";", `\;`)}, Broken},
		"quotation marks": {[]string{`"` + good + `"`}, Broken},
		"p twice":         {[]string{good + "; p=" + p}, Broken},
		"empty":           {[]string{""}, Broken},
	}
	for name, c := range cases {
		if got := CheckRecord(c.values, public, old); got.Verdict != c.want || got.Reason == "" {
			t.Errorf("%s: %s (%s), want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
	if got := CheckRecord([]string{Record(ed)}, ed); got.Verdict != Good {
		t.Errorf("Ed25519: %+v", got)
	}
	if got := CheckRecord([]string{strings.Replace(Record(ed), "k=ed25519; ", "", 1)}, ed); got.Verdict != Broken {
		t.Errorf("Ed25519 without k=: %+v", got)
	}
}

func TestRecordAndStrings(t *testing.T) {
	t.Parallel()
	value := Record(generate(t))
	list := Strings(value)
	if len(list) != 2 || len(list[0]) != 255 || strings.Join(list, "") != value {
		t.Errorf("%q", list)
	}
	if got, want := ZoneValue(value), `"`+value[:255]+`" "`+value[255:]+`"`; got != want {
		t.Errorf("got %s", got)
	}
	if got := ZoneValue(`a"b\`); got != `"a\"b\\"` {
		t.Errorf("got %s", got)
	}
	if got := RecordName("s1", "shop.example"); got != "s1._domainkey.shop.example" {
		t.Errorf("got %s", got)
	}
}

// RFC 6376 Appendix C gives PKIX as the form of p=.
func TestKeysAreInTheFormsThatOthersRead(t *testing.T) {
	t.Parallel()
	private, public, err := GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(private)
	if err != nil {
		t.Fatal(err)
	}
	want, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil || string(want) != string(public) {
		t.Errorf("public key differs: %v", err)
	}
	if _, err := ParseKey([]byte("x")); err == nil {
		t.Error("rubbish was taken for a key")
	}
}

func FuzzCheckRecord(f *testing.F) {
	public := generate(f)
	f.Add(Record(public))
	f.Fuzz(func(t *testing.T, value string) {
		if got := CheckRecord([]string{value}, public); got.Verdict == Good && !strings.Contains(strings.Join(strings.Fields(value), ""), base64.StdEncoding.EncodeToString(public)) {
			t.Fatalf("%q is %s", value, got.Verdict)
		}
	})
}
