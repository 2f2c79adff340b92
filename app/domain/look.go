package domain

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// lookTimeout bounds one look at a domain's DNS.
const lookTimeout = 15 * time.Second

// finding is what one look says about one record.
type finding struct {
	verdict     Verdict
	explanation string
	seen        string
}

// sight is one look at all records of a domain.
type sight struct {
	findings map[Purpose]finding
	dnsHost  string // "" when unknown
}

// look asks DNS for every record, at the same time.
func (s *Service) look(ctx context.Context, d Domain, records []Record) sight {
	if s.trustReserved && reserved(d.Name) {
		return trusted(records)
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	out := sight{findings: map[Purpose]finding{}}
	for _, r := range records {
		if r.Purpose == DKIMRetired {
			continue
		}
		wg.Go(func() {
			f := s.lookAt(ctx, d, r)
			f.seen = printable(f.seen)
			mu.Lock()
			defer mu.Unlock()
			out.findings[r.Purpose] = f
		})
	}
	wg.Go(func() {
		host := lookUpDNSHost(ctx, s.resolver, d.Name)
		mu.Lock()
		defer mu.Unlock()
		out.dnsHost = host
	})
	wg.Wait()
	return out
}

func (s *Service) lookAt(ctx context.Context, d Domain, r Record) finding {
	switch r.Purpose {
	case DKIMActive, DKIMStandby:
		return lookUpKey(ctx, s.resolver, r)
	case ReturnPath, Tracking:
		return lookUpCNAME(ctx, s.resolver, r)
	case SPF:
		return lookUpSPF(ctx, s.resolver, d.Name)
	}
	best, several, err := lookUpDMARC(ctx, s.resolver, d.Name)
	return judgeDMARC(d.Name, best, several, err)
}

// trusted accepts a reserved test name without asking: nobody could answer.
func trusted(records []Record) sight {
	out := sight{findings: map[Purpose]finding{}}
	for _, r := range records {
		if r.Purpose != DKIMRetired {
			out.findings[r.Purpose] = finding{verdict: Good, explanation: "Reserved test name; accepted because nothing leaves this machine (DELIVERY=capture)."}
		}
	}
	return out
}

func lookUpCNAME(ctx context.Context, r Resolver, want Record) finding {
	target, err := r.CNAME(ctx, want.Name)
	target = strings.ToLower(strings.TrimSuffix(target, "."))
	switch {
	case err == nil && target == want.Value:
		return finding{verdict: Good, explanation: "Found.", seen: target}
	case err == nil:
		return finding{verdict: Wrong, seen: target, explanation: "The name leads somewhere else. If you have just changed it, we see the older value at your DNS host; it can take up to 1 h."}
	case !absent(err):
		return unreachable()
	}
	// A CNAME that is hidden behind its addresses is the most frequent trap.
	if addresses, err := r.Addr(ctx, want.Name); err == nil && len(addresses) > 0 {
		return finding{verdict: Wrong, seen: fmt.Sprint(addresses[0]), explanation: "The name has an address instead of a CNAME. If your DNS host offers a proxy for it (an orange cloud, for example), switch that off: \"DNS only\"."}
	}
	return finding{verdict: Missing, explanation: notThere(want)}
}

// notThere explains a missing record, and the most frequent reason for it.
func notThere(r Record) string {
	return fmt.Sprintf("There is no %s record at this name yet. New records can take up to 1 h to be seen. Some DNS hosts add the domain themselves: then enter only %q as the name.", r.Type, r.Host)
}

func unreachable() finding {
	return finding{verdict: Unreachable, explanation: "Your name servers did not answer. Nothing changes until they do; we keep asking."}
}

const maxSeen = 1000

// printable makes what strangers publish fit for a page and for the database,
// which refuses NUL and broken UTF-8.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) <= maxSeen {
		return text
	}
	return strings.ToValidUTF8(text[:maxSeen], "") + "…"
}

func join(texts []string) string { return strings.Join(texts, " | ") }

// judge sums the required records up: what it means, and a sentence that says so.
func judge(records []Record, findings map[Purpose]finding) (outcome, string) {
	var bad, silent []string
	for _, r := range records {
		if !r.Required {
			continue
		}
		switch findings[r.Purpose].verdict {
		case Good:
		case Missing:
			bad = append(bad, "the "+r.Title+" record is missing")
		case Wrong:
			bad = append(bad, "the "+r.Title+" record is wrong")
		default:
			silent = append(silent, r.Title)
		}
	}
	switch {
	case len(bad) > 0:
		return broken, sentence(strings.Join(bad, " and "))
	case len(silent) > 0:
		return unknown, "The name servers did not answer when we asked for: " + strings.Join(silent, ", ") + "."
	}
	return proven, "All required records are in place."
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
