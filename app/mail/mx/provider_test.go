package mx_test

import (
	"testing"

	"smtpserver/app/mail/mx"
)

func TestProvider(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hosts []string
		want  string
	}{
		{[]string{"aspmx.l.google.com", "alt1.aspmx.l.google.com"}, "google"},
		{[]string{"aspmx.l.google.com", "aspmx2.googlemail.com"}, "google"},
		{[]string{"contoso-com.mail.protection.outlook.com"}, "microsoft"},
		{[]string{"mx1.hoster.example", "mx2.hoster.example"}, "hoster.example"},
		{[]string{"mx1.hoster.co.uk"}, "hoster.co.uk"},
		{[]string{"mx1.hoster.example", "mx.other.example"}, ""},
		{[]string{"notgoogle.com"}, "notgoogle.com"}, // no suffix of a label
		{[]string{"192.0.2.1"}, ""},
		{nil, ""},
	} {
		var hosts []mx.Host
		for _, name := range c.hosts {
			hosts = append(hosts, mx.Host{Name: name})
		}
		if got := mx.Provider(hosts); got != c.want {
			t.Errorf("%v: %q, want %q", c.hosts, got, c.want)
		}
	}
}
