package submission

import (
	"strings"
	"testing"

	"smtpserver/app/mail/address"
	"smtpserver/app/mail/header"
	"smtpserver/app/message"
)

// composed is a multipart mail as a program makes it anew for each try.
func composed(date, id, outer, inner, text string) string {
	return strings.ReplaceAll("From: shop@a.example\nSubject: Order\nDate: "+date+"\nMessage-ID: <"+id+"@a.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary=\""+outer+"\"\n\n"+
		"--"+outer+"\nContent-Type: multipart/alternative; boundary="+inner+"\n\n--"+inner+"\n\n"+text+"\n--"+inner+"--\n--"+outer+"--\n", "\n", "\r\n")
}

func TestDigest(t *testing.T) {
	t.Parallel()
	of := func(content, from string, to ...string) string {
		section, body, err := header.Parse([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		m := Mail{}
		for i, text := range append([]string{from}, to...) {
			mailbox, err := address.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				m.From = mailbox
				continue
			}
			m.Recipients = append(m.Recipients, Recipient{Mailbox: mailbox})
		}
		return digest(m, message.Transactional, section, body)
	}
	first := composed("Mon, 23 Nov 2026 10:00:00 +0000", "1", "----_NmP-1", "b2", "Your code is 123")
	want := of(first, "shop@a.example", "kim@b.example", "lee@b.example")
	for name, same := range map[string]string{
		"a second try":        of(composed("Mon, 23 Nov 2026 10:01:00 +0000", "2", "----_NmP-7", "b9", "Your code is 123"), "shop@a.example", "kim@b.example", "lee@b.example"),
		"the recipients' row": of(first, "shop@a.example", "lee@B.example", "Kim@b.example"),
	} {
		if same != want {
			t.Errorf("%s is told to be another message", name)
		}
	}
	for name, other := range map[string]string{
		"text":           of(strings.Replace(first, "123", "124", 1), "shop@a.example", "kim@b.example", "lee@b.example"),
		"subject":        of(strings.Replace(first, "Order", "Offer", 1), "shop@a.example", "kim@b.example", "lee@b.example"),
		"a part less":    of(strings.Replace(first, "\r\n--b2--", "", 1), "shop@a.example", "kim@b.example", "lee@b.example"),
		"sender":         of(first, "other@a.example", "kim@b.example", "lee@b.example"),
		"one recipient":  of(first, "shop@a.example", "kim@b.example"),
		"a line of text": of(strings.Replace(first, "Your code", "--b3\r\nYour code", 1), "shop@a.example", "kim@b.example", "lee@b.example"),
	} {
		if other == want {
			t.Errorf("another %s is told to be the same", name)
		}
	}
}
