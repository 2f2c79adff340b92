package delivery

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

func exec(t *testing.T, s *store.Store, sql string, args ...any) {
	t.Helper()
	err := s.SystemWrite(t.Context(), "prepare a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
	if err != nil {
		t.Fatal(err)
	}
}

// claimedBy counts a claim by account.
func claimedBy(t *testing.T, e *Engine, destination string, n int) map[id.ID]int {
	t.Helper()
	rows, err := claim(t, e, destination, n)
	if err != nil {
		t.Fatal(err)
	}
	count := map[id.ID]int{}
	for _, d := range rows {
		count[d.AccountID]++
	}
	return count
}

// At a destination so slow that a claim is two deliveries, nobody waits behind those
// who come first in the list.
func TestSmallClaimsGoRound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const accounts = 20 // more than take turns in one claim
		for range accounts {
			seed.Messages(t, s, seed.NewAccount(t, s, "Alpha"), message.Broadcast, "slow.example", 8)
		}
		e, _ := newEngine(t, s, &scripted{}, t.TempDir())
		served := map[id.ID]int{}
		for round := 1; round <= 3; round++ {
			for range accounts / 2 {
				for account, n := range claimedBy(t, e, "slow.example", 2) {
					served[account] += n
				}
			}
			for account, n := range served {
				if n > round+1 || len(served) != accounts {
					t.Fatalf("round %d: %s was served %d times, %d accounts in all", round, account, n, len(served))
				}
			}
		}
	})
}

// The weight of an account is its share, in large claims and in small ones.
func TestWeightIsTheShare(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		light, heavy := seed.NewAccount(t, s, "Light"), seed.NewAccount(t, s, "Heavy")
		exec(t, s, "UPDATE accounts SET weight = 4 WHERE account_id = ?", heavy.ID)
		for _, a := range []seed.Account{light, heavy} {
			seed.Messages(t, s, a, message.Broadcast, "one.example", 200)
		}
		e, _ := newEngine(t, s, &scripted{}, t.TempDir())
		if got := claimedBy(t, e, "one.example", 50); got[heavy.ID] != 40 || got[light.ID] != 10 {
			t.Errorf("of 50: heavy %d, light %d", got[heavy.ID], got[light.ID])
		}
		all := map[id.ID]int{}
		for range 25 {
			for account, n := range claimedBy(t, e, "one.example", 2) {
				all[account] += n
			}
		}
		if all[heavy.ID] != 40 || all[light.ID] != 10 {
			t.Errorf("of 25 times 2: heavy %d, light %d", all[heavy.ID], all[light.ID])
		}
	})
}

// watched is a transport that does something as the n-th recipient is tried.
func watched(n int, do func()) *scripted {
	tr := &scripted{}
	tried := 0
	tr.answer = func(p *Parcel) Report {
		if tried++; tried == n {
			do()
		}
		return accepts(p)
	}
	return tr
}

// F-47: what comes while a broadcast goes out waits for no more than what is already
// claimed, which is two seconds of work (TestBatchFollowsSpeed): a password reset, of the
// same account and of another, and the newsletter of a quiet account.
func TestF47NobodyWaitsBehindABroadcast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		loud, quiet := seed.NewAccount(t, s, "Loud"), seed.NewAccount(t, s, "Quiet")
		seed.Messages(t, s, loud, message.Broadcast, "one.example", 3000)
		tr := watched(700, func() {
			err := message.Insert(t.Context(), s, []*message.New{
				seed.NewMessage(s, loud, message.Transactional, "reset-own@one.example"),
				seed.NewMessage(s, quiet, message.Transactional, "reset-other@one.example"),
				seed.NewMessage(s, quiet, message.Broadcast, "news@one.example"),
			})
			if err != nil {
				t.Error(err)
			}
		})
		e, _ := newEngine(t, s, tr, t.TempDir())
		for more, rounds := true, 0; more; rounds++ { // a run ends after half a minute, which the race detector fills
			var err error
			if more, err = e.Run(t.Context(), "one.example"); err != nil || rounds > 20 {
				t.Fatal(rounds, err)
			}
		}
		for _, who := range []string{"reset-own@one.example", "reset-other@one.example", "news@one.example"} {
			if at := slices.Index(tr.received, who); at < 700 || at > 700+2*claimBatch {
				t.Errorf("%s was tried as number %d, accepted during number 700", who, at)
			}
		}
		if reset, news := slices.Index(tr.received, "reset-other@one.example"), slices.Index(tr.received, "news@one.example"); reset > news {
			t.Errorf("the reset is number %d, the newsletter %d", reset, news)
		}
	})
}

// clone puts more deliveries beside those that wait, without their messages' help: the
// first row n times.
func clone(t *testing.T, s *store.Store, n int) {
	t.Helper()
	err := s.SystemWrite(t.Context(), "fill the queue of a test", func(_ context.Context, tx *gorm.DB) error {
		if s.Engine() == store.Postgres { // filling takes longer than a statement may otherwise
			if err := tx.Exec("SET LOCAL statement_timeout = 0").Error; err != nil {
				return err
			}
		}
		return tx.Exec(`INSERT INTO deliveries (account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class,
				last_reply, attempts, ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at)
			WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ?)
			SELECT account_id, substr(delivery_id, 1, 18) || substr(CAST(10000000 + n AS TEXT), 1, 8), message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class,
				last_reply, attempts, ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at
			FROM (SELECT * FROM deliveries ORDER BY delivery_id LIMIT 1) AS one CROSS JOIN series`, n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Engine() == store.Postgres {
		exec(t, s, "ANALYZE deliveries")
	}
}

var errRollback = errors.New("what was explained is undone")

// explain returns the plan of a statement, lines joined. PostgreSQL runs it.
func explain(t *testing.T, s *store.Store, sql string, args map[string]any) string {
	t.Helper()
	word := "EXPLAIN QUERY PLAN "
	if s.Engine() == store.Postgres {
		word = "EXPLAIN (ANALYZE, BUFFERS) "
	}
	var plan strings.Builder
	err := s.SystemWrite(t.Context(), "explain in a test", func(_ context.Context, tx *gorm.DB) error {
		var rows []map[string]any
		if err := tx.Raw(word+sql, args).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			for _, key := range []string{"detail", "QUERY PLAN"} {
				if line, ok := r[key].(string); ok {
					plan.WriteString(line + "\n")
				}
			}
		}
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		t.Fatal(err)
	}
	return plan.String()
}

// pages is how many pages PostgreSQL looked at.
func pages(plan string) (n int) {
	for _, m := range regexp.MustCompile(`Buffers: shared((?: \w+=\d+)+)`).FindAllStringSubmatch(plan, 1) {
		for _, f := range regexp.MustCompile(`(?:hit|read)=(\d+)`).FindAllStringSubmatch(m[1], -1) {
			i, _ := strconv.Atoi(f[1])
			n += i
		}
	}
	return n
}

// What waits costs the claim nothing: SQLite searches indexes by all they begin with, and
// PostgreSQL looks at no more pages with 60,000 waiting, due or not, than with a few.
func TestTheClaimCostsNoMoreWithManyWaiting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		loud, quiet := seed.NewAccount(t, s, "Loud"), seed.NewAccount(t, s, "Quiet")
		seed.Messages(t, s, loud, message.Broadcast, "one.example", 30)
		seed.Messages(t, s, quiet, message.Broadcast, "one.example", 30)
		args := map[string]any{
			"destination": "one.example", "stream": message.Broadcast, "cursor": "", "now": s.Now(), "limit": 20, "account": quiet.ID,
			"lane0": "", "limit0": 20, "owner": "me", "until": s.Now(),
		}
		statements := map[string]string{"lanes": fmt.Sprintf(dueLanes, ""), "claim": fmt.Sprintf(claimDue, fmt.Sprintf(dueOfLane, 0, 0, "")), "due": dueDestinations(func(string, string) string { return "" })}
		if s.Engine() == store.SQLite {
			for name, sql := range statements {
				plan := explain(t, s, sql, args)
				for line := range strings.Lines(plan) {
					if strings.Contains(line, "SCAN d") && !strings.Contains(line, "USING INDEX deliveries_due") || strings.Contains(line, "SEARCH d") && !strings.Contains(line, "(destination") && !strings.Contains(line, "(account_id=? AND delivery_id=?)") {
						t.Errorf("%s: %s in\n%s", name, line, plan)
					}
				}
			}
			return
		}
		few := map[string]int{}
		for name, sql := range statements {
			few[name] = pages(explain(t, s, sql, args))
		}
		for _, due := range []string{"", "UPDATE deliveries SET due_at = due_at + interval '1 day' WHERE account_id = '" + string(loud.ID) + "'"} {
			if due == "" {
				clone(t, s, 60_000)
			} else {
				exec(t, s, due)
				exec(t, s, "ANALYZE deliveries")
			}
			for name, sql := range statements {
				explain(t, s, sql, args) // the first to come by clears away what the update left in the index
				plan := explain(t, s, sql, args)
				if n := pages(plan); n > 3*few[name]+100 {
					t.Errorf("%s looks at %d pages, %d before:\n%s", name, n, few[name], plan)
				}
			}
		}
	})
}
