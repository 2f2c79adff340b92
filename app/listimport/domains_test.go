package listimport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"smtpserver/app/contact"
	"smtpserver/app/store/storetest"
)

// fakeDomains answers for DNS and counts how often it is asked.
type fakeDomains struct {
	mu    sync.Mutex
	asked map[string]int
}

func (f *fakeDomains) Dead(_ context.Context, domain string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[domain]++
	if strings.HasPrefix(domain, "trouble") {
		return true, errors.New("no answer in time")
	}
	return strings.HasPrefix(domain, "dead"), nil
}

// I-10: domains that take no mail are refused; each is asked once, by the dry run alone, and
// trouble with DNS condemns nobody.
func TestI10DomainsThatTakeNoMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t, nil))
	dns := &fakeDomains{asked: map[string]int{}}
	h.runner = NewRunner(h.imports, RunnerOptions{Batch: 7, Domains: dns})
	var file strings.Builder
	file.WriteString("email\n")
	for i := range 60 {
		fmt.Fprintf(&file, "p%d@alive.example.org\nq%d@dead%d.example.org\nr%d@trouble.example.org\n", i, i, i%3, i)
	}
	row := h.load(file.String(), FillEmpty)
	if c := row.Counts; c.Added != 120 || c.Reasons[DeadDomain] != 60 {
		t.Errorf("%+v", c)
	}
	h.addsUp(row, 180)
	for domain, n := range dns.asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times", domain, n)
		}
	}
	if len(dns.asked) != 5 {
		t.Errorf("%d domains were asked for", len(dns.asked))
	}
	if row.Quality.Grade == "A" {
		t.Errorf("a list of which a third is dead has grade %s", row.Quality.Grade)
	}
}

func TestAListCannotMakeUsAskDNSWithoutBounds(t *testing.T) {
	t.Parallel()
	dns := &fakeDomains{asked: map[string]int{}}
	check := newDomainCheck(dns)
	for batch := range 4 {
		var addresses []string
		for i := range mostAsked / 2 {
			addresses = append(addresses, fmt.Sprintf("a@dead%d-%d.example.org", batch, i))
		}
		check.ask(t.Context(), addresses)
	}
	if len(dns.asked) > mostAsked || len(check.list()) > mostDead {
		t.Errorf("%d domains were asked for, %d are kept", len(dns.asked), len(check.list()))
	}
}

// A judge that knows the dead domains of the dry run asks nobody.
func TestJudgeOfDeadDomains(t *testing.T) {
	t.Parallel()
	j := judge{columns: []string{contact.PartEmail}, dead: map[string]bool{"gone.example.org": true}}
	if _, code := j.row(record{cells: []string{"a@GONE.example.org"}}); code != DeadDomain {
		t.Errorf("code %d", code)
	}
}
