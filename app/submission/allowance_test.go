package submission

import (
	"context"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/app/store/storetest"
)

// allowed lets so many recipients of broadcast mail through.
type allowed struct{ left int }

func (a *allowed) Allow(_ context.Context, _ account.Scope, stream message.Stream, n int) error {
	if stream != message.Broadcast {
		return nil
	}
	if a.left -= n; a.left < 0 {
		return fault.New(fault.Limited, "used up")
	}
	return nil
}

// What an account may not send now is refused for now, and nothing of it is stored; the
// other stream is not touched.
func TestWhatAnAccountMayNotSendIsNotStored(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	v.Heed(&allowed{2})
	const broadcast = "X-SMTPServer-Stream: broadcast\r\n"
	for _, c := range []struct {
		fields string
		to     []string
		fits   bool
	}{{broadcast, []string{"a@customer.example", "b@customer.example"}, true}, {broadcast, []string{"c@customer.example"}, false}, {"", []string{"d@customer.example"}, true}} {
		_, err := v.Accept(t.Context(), w.Scope, w.mail(t, c.fields, c.to...))
		if c.fits != (err == nil) || !c.fits && !fault.Is(err, fault.Limited) {
			t.Errorf("%q: %v", c.to, err)
		}
	}
	if n := count(t, s); n != 2 {
		t.Errorf("%d messages are stored, want 2", n)
	}
}
