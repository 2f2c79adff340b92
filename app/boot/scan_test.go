package boot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/boot"
	"smtpserver/app/broadcast"
	"smtpserver/app/config"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/message"
	"smtpserver/app/reputation"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/tenant"
)

// filter is a spam filter that refuses what has a word in it, and can be away.
type filter struct {
	asked, away atomic.Int64
}

func (f *filter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.asked.Add(1)
	if f.away.Load() > 0 {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	body, _ := io.ReadAll(r.Body)
	answer := map[string]any{"score": 1.2, "required_score": 15, "action": "no action", "symbols": map[string]any{}}
	if bytes.Contains(body, []byte("lottery")) {
		answer = map[string]any{"score": 16.5, "required_score": 15, "action": "reject", "symbols": map[string]any{"LOTTERY": map[string]any{"score": 12, "description": "speaks of prizes"}}}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// journal keeps what is logged.
type journal struct {
	mu sync.Mutex
	b  strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// scanned is a program's services with a filter and a customer.
type scanned struct {
	*testing.T
	*boot.Services
	filter *filter
	log    *journal
	scope  account.Scope
	domain id.ID
	from   string
}

func newScanned(t *testing.T) *scanned {
	t.Helper()
	f := &filter{}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	env := []string{"SMTPSERVER_DATA_DIR=" + t.TempDir(), "SMTPSERVER_DELIVERY=capture", "SMTPSERVER_RSPAMD_URL=" + server.URL}
	shop, err := tenant.Create(t.Context(), env, "shop.example")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(env)
	if err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	v, err := boot.OpenBeside(t.Context(), c, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s := &scanned{T: t, Services: v, filter: f, log: log, scope: account.NewScope(shop.Account.ID, account.Actor{Kind: account.ActorSystem}), from: shop.From}
	domains, err := v.Domains.List(t.Context(), s.scope)
	if err != nil || len(domains) != 1 {
		t.Fatal(len(domains), err)
	}
	s.domain = domains[0].ID
	return s
}

func (s *scanned) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *scanned) count(sql string, args ...any) (n int64) {
	s.Helper()
	s.must(s.Store.SystemRead(s.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(sql, args...).Scan(&n).Error }))
	return n
}

// failed is what the metrics tell about mail that the filter did not judge.
func (s *scanned) failed(want int) {
	s.Helper()
	answer := httptest.NewRecorder()
	s.Metrics.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if line := fmt.Sprintf("\nsmtpserver_scans_failed_total %d\n", want); !strings.Contains(answer.Body.String(), line) {
		s.Errorf("the metrics do not say %q", line)
	}
}

// campaign starts one that says something, to one contact.
func (s *scanned) campaign(words string) broadcast.Campaign {
	s.Helper()
	c, err := s.Campaigns.Create(s.Context(), s.scope, broadcast.Brief{
		Kind: broadcast.ToContacts, Name: "News", DomainID: s.domain, FromName: "Shop", FromLocal: "news", Plan: broadcast.Plan{When: broadcast.Now},
		Audience: json.RawMessage(`{"include":[{"kind":"everyone"}]}`),
		Content:  []broadcast.Variant{{Source: content.Source{Kind: content.Markdown, Subject: "News", Body: words + " {{ unsubscribe_url }}"}}},
	})
	s.must(err)
	s.must(s.Campaigns.Start(s.Context(), s.scope, c.ID))
	return s.sweep(c)
}

func (s *scanned) sweep(c broadcast.Campaign) broadcast.Campaign {
	s.Helper()
	s.must(s.Campaigns.Sweep(s.Context()))
	c, err := s.Campaigns.Get(s.Context(), s.scope, c.ID)
	s.must(err)
	return c
}

// A campaign's content is looked at once before anybody gets it: what the filter refuses is
// held with its words and opens a case, staff can let it go, and while the filter gives no
// answer campaigns wait.
func TestTheFilterLooksAtCampaigns(t *testing.T) {
	t.Parallel()
	s := newScanned(t)
	_, err := s.Contacts.Add(s.Context(), s.scope, contact.Draft{Email: "kim@people.example"}, "They asked for it in writing.", nil)
	s.must(err)
	handed := func() int64 { return s.count("SELECT COUNT(*) FROM messages WHERE campaign_id <> ''") }
	fine := s.campaign("Apples are ripe.")
	if handed() != 1 || s.filter.asked.Load() != 1 {
		t.Fatalf("%s %q: %d handed over, the filter was asked %d times", fine.State, fine.Reason, handed(), s.filter.asked.Load())
	}
	bad := s.campaign("You won the lottery!")
	if bad.State != broadcast.Paused || !strings.Contains(bad.Reason, "16.5 points") || !strings.Contains(bad.Reason, "LOTTERY") || handed() != 1 {
		t.Fatalf("%s: %q", bad.State, bad.Reason)
	}
	p, err := s.Reputation.Picture(s.Context(), s.scope.AccountID())
	s.must(err)
	if p.CaseID.IsZero() || len(p.Steps) != 1 || p.Steps[0].Kind != reputation.StepContent || len(p.Campaigns) != 1 || p.Level != reputation.Good {
		t.Errorf("the case: %+v", p)
	}
	s.must(s.Reputation.LetGo(s.Context(), reputation.Staff{ID: id.New(), Reason: "a real lottery"}, s.scope.AccountID(), bad.ID))
	if bad = s.sweep(bad); handed() != 2 {
		t.Errorf("it was let go: %s %q", bad.State, bad.Reason)
	}
	s.failed(0)
	s.filter.away.Store(1)
	waiting := s.campaign("Pears are ripe.")
	if waiting.State != broadcast.Sending || !strings.Contains(waiting.Reason, "goes on by itself") || handed() != 2 {
		t.Errorf("without an answer: %s %q, %d handed over", waiting.State, waiting.Reason, handed())
	}
	s.failed(1)
	s.filter.away.Store(0)
	s.must(s.Store.SystemWrite(s.Context(), "test: a minute later", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE campaigns SET next_at = ? WHERE campaign_id = ?", time.Now(), waiting.ID).Error
	}))
	if waiting = s.sweep(waiting); handed() != 3 {
		t.Errorf("it did not go on: %s %q", waiting.State, waiting.Reason)
	}
}

// Of what programs send the filter sees a part: what it refuses is held with its words, and
// without an answer mail goes.
func TestTheFilterLooksAtPrograms(t *testing.T) {
	t.Parallel()
	s := newScanned(t)
	s.ShowAll()
	send := func(words string) id.ID {
		t.Helper()
		from, err := address.Parse(s.from)
		s.must(err)
		to, err := address.Parse("kim@people.example")
		s.must(err)
		m, err := s.Submission.Accept(s.Context(), s.scope, submission.Mail{
			From: from, Recipients: []submission.Recipient{{Mailbox: to}}, Received: s.Clock.Now(), ClientName: "test",
			Content: []byte("From: " + s.from + "\r\nTo: kim@people.example\r\nSubject: Hi\r\n\r\n" + words + "\r\n"),
		})
		s.must(err)
		return m
	}
	state := func(m id.ID) (state string) {
		t.Helper()
		s.must(s.Store.SystemRead(s.Context(), "test: state", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT state || ': ' || reason FROM deliveries WHERE message_id = ?", m).Scan(&state).Error
		}))
		return state
	}
	if got := state(send("Your parcel is on its way.")); !strings.HasPrefix(got, "queued") {
		t.Error(got)
	}
	held := send("You won the lottery!")
	if got := state(held); !strings.HasPrefix(got, "held: Our spam filter gives it 16.5 points") {
		t.Error(got)
	}
	send("You won the lottery again!")
	if n := s.count("SELECT COUNT(*) FROM standing_steps WHERE kind = 'content_held'"); n != 1 {
		t.Errorf("%d words about it in an hour", n)
	}
	if n := s.count("SELECT COUNT(*) FROM events WHERE message_id = ? AND kind = 'held'", held); n != 1 {
		t.Error("the message's journey does not tell")
	}
	s.failed(0)
	s.filter.away.Store(1)
	if got := state(send("You won the lottery!")); !strings.HasPrefix(got, "queued") {
		t.Errorf("without an answer: %s", got)
	}
	s.failed(1)
	s.Unseen(held, errors.New("it does not unpack"))
	s.failed(2)
	for _, says := range []string{"the spam filter gave no answer; a message went without", `could not be shown to the spam filter; it went without" message=` + string(held) + ` error="it does not unpack"`} {
		if said := s.log.String(); !strings.Contains(said, says) {
			t.Errorf("the log does not say %q: %s", says, said)
		}
	}
	l, err := message.Verify(s.Context(), s.Store)
	if s.must(err); !l.OK() {
		t.Errorf("%+v", l)
	}
}
