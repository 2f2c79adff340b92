package submission

import (
	"context"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// refuser holds all it is shown.
type refuser struct {
	seen   []string
	unseen map[id.ID]error
}

func (r *refuser) Inspect(_ context.Context, _ account.Scope, content []byte) string {
	r.seen = append(r.seen, string(content))
	return "No."
}

func (r *refuser) Unseen(messageID id.ID, why error) { r.unseen[messageID] = why }

// What cannot be shown to the inspector goes, for programs' mail waits for no filter; but
// not in silence.
func TestWhatCannotBeShownIsTold(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	for name, c := range map[string]struct {
		damage func(*message.Body)
		told   bool
	}{
		"sound":                     {func(*message.Body) {}, false},
		"damaged":                   {func(b *message.Body) { b.Content = b.Content[:len(b.Content)/2] }, true},
		"empty":                     {func(b *message.Body) { b.Content, b.Encoding = nil, "" }, true},
		"packed by a later program": {func(b *message.Body) { b.Encoding = "later" }, true},
	} {
		r := &refuser{unseen: map[id.ID]error{}}
		v.Show(r, 1)
		n := seed.NewMessage(s, w.Account, message.Transactional, "kim@customer.example")
		for range 200 {
			n.Body.Content = append(n.Body.Content, "many words that pack well\r\n"...)
		}
		n.Body.Pack()
		if n.Body.Encoding == "" {
			t.Fatal("it is not packed")
		}
		c.damage(&n.Body)
		v.inspect(t.Context(), w.Scope, n)
		if why := r.unseen[n.Message.ID]; (why != nil) != c.told || len(r.unseen) > 1 {
			t.Errorf("%s: told %v", name, r.unseen)
		}
		if held := n.Deliveries[0].State == message.Held; held == c.told || len(r.seen) == 1 == c.told {
			t.Errorf("%s: %s, shown %d times", name, n.Deliveries[0].State, len(r.seen))
		}
	}
}
