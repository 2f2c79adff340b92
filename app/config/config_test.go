package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDefaultsNeedNothing(t *testing.T) {
	c, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.WebAddr != "127.0.0.1:8080" || c.MailHostname != "localhost" || !c.Embedded() || c.DatabaseURL != "sqlite:data/smtpserver.db" {
		t.Errorf("%+v", c)
	}
}

// Settings errors at start name the setting and the remedy.
func TestErrorsNameTheSettingAndTheRemedy(t *testing.T) {
	cases := []struct {
		name string
		env  []string
		want []string
	}{
		{"unknown name", []string{"SMTPSERVER_WEB_ADR=x"}, []string{"SMTPSERVER_WEB_ADR", "--help"}},
		{"delivery", []string{"SMTPSERVER_DELIVERY=pigeon"}, []string{"SMTPSERVER_DELIVERY", "capture, mx, smarthost"}},
		{"smarthost missing", []string{"SMTPSERVER_DELIVERY=smarthost"}, []string{"SMTPSERVER_SMARTHOST_URL", "smtp(s)://"}},
		{"public url", []string{"SMTPSERVER_PUBLIC_URL=mail.example.com"}, []string{"SMTPSERVER_PUBLIC_URL", "https://mail.example.com"}},
		{"secret key", []string{"SMTPSERVER_PUBLIC_URL=https://mail.example.com"}, []string{"SMTPSERVER_SECRET_KEY", "openssl rand"}},
		{"short key", []string{"SMTPSERVER_SECRET_KEY=short"}, []string{"SMTPSERVER_SECRET_KEY", "32"}},
		{"half a certificate", []string{"SMTPSERVER_TLS_CERT=x"}, []string{"SMTPSERVER_TLS_KEY"}},
		{"address", []string{"SMTPSERVER_SMTP_ADDR=127.0.0.1:25,oops"}, []string{"SMTPSERVER_SMTP_ADDR", "oops", "host:port"}},
		{"number", []string{"SMTPSERVER_MX_PORT=many"}, []string{"MXPort"}},
		{"file and value", []string{"SMTPSERVER_SECRET_KEY=x", "SMTPSERVER_SECRET_KEY_FILE=/x"}, []string{"SMTPSERVER_SECRET_KEY_FILE", "keep one"}},
		{"half a registration", []string{"SMTPSERVER_OAUTH_GITHUB_ID=x"}, []string{"SMTPSERVER_OAUTH_GITHUB_SECRET"}},
		{"issuer without a client", []string{"SMTPSERVER_OIDC_ISSUER=https://id.example.com"}, []string{"SMTPSERVER_OIDC_ID"}},
		{"issuer in the clear", []string{"SMTPSERVER_OIDC_ISSUER=http://id.example.com", "SMTPSERVER_OIDC_ID=x", "SMTPSERVER_OIDC_SECRET=y"}, []string{"SMTPSERVER_OIDC_ISSUER", "https"}},
		{"a key of no mode", []string{"SMTPSERVER_STRIPE_SECRET_KEY=pk_test_x", "SMTPSERVER_STRIPE_WEBHOOK_SECRET=whsec_x"}, []string{"SMTPSERVER_STRIPE_SECRET_KEY", "sk_live_"}},
		{"a key without its webhook", []string{"SMTPSERVER_STRIPE_SECRET_KEY=sk_test_x"}, []string{"SMTPSERVER_STRIPE_WEBHOOK_SECRET", "/hooks/stripe"}},
		{"a webhook without its key", []string{"SMTPSERVER_STRIPE_WEBHOOK_SECRET=whsec_x"}, []string{"SMTPSERVER_STRIPE_SECRET_KEY"}},
		{"two at once", []string{"SMTPSERVER_SIGNUP=x", "SMTPSERVER_LOG_FORMAT=y"}, []string{"SMTPSERVER_SIGNUP", "SMTPSERVER_LOG_FORMAT"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(c.env)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not mention %q", err, want)
				}
			}
		})
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	key := strings.Repeat("k", 40)
	if err := os.WriteFile(path, []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load([]string{"SMTPSERVER_SECRET_KEY_FILE=" + path})
	if err != nil {
		t.Fatal(err)
	}
	if c.SecretKey != key {
		t.Errorf("SecretKey = %q", c.SecretKey)
	}
}

func TestErrorsNeverShowSecrets(t *testing.T) {
	_, err := Load([]string{"SMTPSERVER_SMARTHOST_URL=http://user:hunter2@host:25"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	for _, s := range Settings() {
		if s.Doc == "" {
			t.Errorf("%s has no doc", s.Name)
		}
	}
}
