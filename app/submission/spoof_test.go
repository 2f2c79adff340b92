package submission

import (
	"net/mail"
	"strings"
	"testing"

	"smtpserver/app/store/storetest"
)

// S-44: the tricks by which a message shows one sender to who checks it and another to
// who reads it. Each is refused, or leaves with the one From that was proven.
func TestS44Spoofing(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	own, admin := "shop@"+w.Domain, "admin@bank.example"
	for name, head := range map[string]string{
		"two From":                    "From: <" + own + ">\r\nFrom: <" + admin + ">\r\n",
		"two From, other first":       "From: <" + admin + ">\r\nFrom: <" + own + ">\r\n",
		"two From, in other letters":  "From: <" + own + ">\r\nfROM: <" + admin + ">\r\n",
		"space before the colon":      "From: <" + own + ">\r\nFrom : <" + admin + ">\r\n",
		"tab before the colon":        "From\t: <" + admin + ">\r\nFrom: <" + own + ">\r\n",
		"folded first line":           " From: <" + admin + ">\r\nFrom: <" + own + ">\r\n",
		"folded name":                 "From: <" + own + ">\r\nFrom\r\n : <" + admin + ">\r\n",
		"control before From":         "\x01From: <" + admin + ">\r\nFrom: <" + own + ">\r\n",
		"no-break space":              "From\u00a0: <" + admin + ">\r\nFrom: <" + own + ">\r\n",
		"bare CR":                     "From: <" + own + ">\rFrom: <" + admin + ">\r\n",
		"bare LF":                     "From: <" + own + ">\nFrom: <" + admin + ">\r\n",
		"blank folded line":           "From:\r\n \r\n <" + admin + ">, <" + own + ">\r\n",
		"two mailboxes":               "From: <" + own + ">, <" + admin + ">\r\n",
		"two mailboxes, other first":  "From: <" + admin + ">, <" + own + ">\r\n",
		"two without a comma":         "From: <" + own + "><" + admin + ">\r\n",
		"two without brackets":        "From: " + own + " " + admin + "\r\n",
		"group":                       "From: bank: <" + own + ">, <" + admin + ">;\r\n",
		"group of none":               "From: bank:;, <" + own + ">\r\n",
		"comment":                     "From: <" + admin + ">(<" + own + ">)\r\n",
		"comment within":              "From: <admin(" + own + ")@bank.example>\r\n",
		"comment at the domain":       "From: <admin@bank.example(@" + w.Domain + ")>\r\n",
		"route":                       "From: <@" + w.Domain + ",@any.example:" + admin + ">\r\n",
		"route without brackets":      "From: @" + w.Domain + ":" + admin + "\r\n",
		"NUL":                         "From: <" + admin + ">\x00@" + w.Domain + "\r\n",
		"quoted NUL":                  "From: <admin@bank.example\\\x00@" + w.Domain + ">\r\n",
		"quoted pair":                 "From: <" + admin + ">\\, <" + own + ">\r\n",
		"two at signs":                "From: <" + admin + "@" + w.Domain + ">\r\n",
		"quoted address":              "From: \"<" + admin + ">\" <" + admin + ">\r\n",
		"brackets nested":             "From: <<" + admin + ">>, <" + own + ">\r\n",
		"encoded address":             "From: =?utf-8?q?admin=40bank.example?=\r\n",
		"encoded, then another":       "From: =?utf-8?b?PGFkbWluQGJhbmsuZXhhbXBsZT4=?=<" + admin + ">\r\n",
		"encoded NUL":                 "From: <" + admin + "=?utf-8?q?=00?=@" + w.Domain + ">\r\n",
		"parent":                      "From: <shop@" + strings.SplitN(w.Domain, ".", 2)[1] + ">\r\n",
		"longer":                      "From: <shop@" + w.Domain + ".evil.example>\r\n",
		"look-alike":                  "From: <shop@" + strings.Replace(w.Domain, "a", "\u0430", 1) + ">\r\n",
		"literal":                     "From: <shop@[127.0.0.1]>\r\n",
		"no From":                     "To: <" + own + ">\r\n",
		"Sender of another":           "From: <" + own + ">\r\nSender: <" + admin + ">\r\n",
		"Resent-From of another":      "From: <" + own + ">\r\nResent-From: <" + admin + ">\r\n",
		"Resent-Sender of another":    "From: <" + own + ">\r\nResent-Sender: <" + admin + ">\r\n",
		"two Resent-From":             "From: <" + own + ">\r\nResent-From: <" + own + ">\r\nResent-From: <" + admin + ">\r\n",
		"address in the name":         "From: \"" + admin + "\" <" + own + ">\r\n",
		"address in the encoded name": "From: =?utf-8?q?admin=40bank.example?= <" + own + ">\r\n",
		"honest":                      "From: Shop <" + own + ">\r\n",
	} {
		m := w.mail(t, "", "kim@customer.example")
		m.Content = []byte(head + "Subject: x\r\n\r\nx\r\n")
		messageID, err := v.Accept(t.Context(), w.Scope, m)
		if err != nil {
			if name == "honest" {
				t.Error(err)
			}
			continue
		}
		t.Logf("%s is taken", name)
		_, content, _ := stored(t, s, messageID)
		for _, field := range []string{"From", "Sender", "Resent-From", "Resent-Sender"} {
			judgeField(t, name, content, field, w.Domain)
		}
	}
}

// judgeField reads a field with another parser than ours.
func judgeField(t *testing.T, name, content, field, domain string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		t.Errorf("%s left unreadable: %v", name, err)
		return
	}
	values := m.Header[field]
	if field == "From" && len(values) != 1 {
		t.Errorf("%s left with %d From", name, len(values))
	}
	for _, value := range values {
		list, err := mail.ParseAddressList(value)
		if err != nil || len(list) != 1 || !strings.HasSuffix(strings.ToLower(list[0].Address), "@"+domain) {
			t.Errorf("%s left with %s %q", name, field, value)
		}
	}
}
