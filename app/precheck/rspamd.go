package precheck

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Rspamd asks the operator's spam filter (https://docs.rspamd.com/developers/protocol/).
type Rspamd struct {
	HTTP *http.Client
	URL  *url.URL // of the normal worker: http://host:11333
}

// Score is what the filter says of a message.
type Score struct {
	Score    float64           `json:"score"`
	Required float64           `json:"required_score"` // from which on it refuses
	Action   string            `json:"action"`
	Symbols  map[string]Symbol `json:"symbols"`
}

// Symbol is one rule that matched.
type Symbol struct {
	Score       float64 `json:"score"`
	Description string  `json:"description"`
}

const mostAnswer = 1 << 20

// Ask has the message judged.
func (r *Rspamd) Ask(ctx context.Context, message []byte) (s Score, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL.JoinPath("checkv2").String(), bytes.NewReader(message))
	if err != nil {
		return s, fmt.Errorf("precheck: rspamd: %w", err)
	}
	res, err := r.HTTP.Do(req)
	if err != nil {
		return s, fmt.Errorf("precheck: rspamd: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return s, fmt.Errorf("precheck: rspamd answers %d", res.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, mostAnswer)).Decode(&s); err != nil {
		return s, fmt.Errorf("precheck: rspamd: %w", err)
	}
	return s, nil
}

// Rejects reports whether the filter would refuse the message.
func (s Score) Rejects() bool { return s.Action == "reject" }

// RefusalWords say why the filter refuses a message.
func RefusalWords(s Score) string {
	words := fmt.Sprintf("Our spam filter gives it %.1f points and refuses from %.0f on.", s.Score, s.Required)
	if rules := judgeScore(s).Details; len(rules) > 0 {
		words += " Most points come from: " + strings.Join(rules[:min(len(rules), 3)], "; ") + "."
	}
	return words
}

// ScanTime bounds one question to the filter.
const ScanTime = 10 * time.Second

// Scans reports whether a spam filter is connected.
func (c *Checker) Scans() bool { return c.rspamd != nil }

// Scan has a whole message judged.
func (c *Checker) Scan(ctx context.Context, message []byte) (Score, error) {
	ctx, cancel := context.WithTimeout(ctx, ScanTime)
	defer cancel()
	return c.rspamd.Ask(ctx, message)
}

// acceptable is the score that clean bulk mail stays under.
const acceptable = 2

// spam asks the filter, when there is one.
func (c *Checker) spam(ctx context.Context, m Mail) Check {
	check := Check{Name: Spam}
	if c.rspamd == nil {
		check.Verdict, check.Words = Unknown, "No spam filter is connected to this installation, so none was asked."
		return check
	}
	if len(m.Transport) == 0 {
		check.Verdict, check.Words = Unknown, "There is nothing yet that a spam filter could judge."
		return check
	}
	score, err := c.rspamd.Ask(ctx, m.Transport)
	if err != nil {
		check.Verdict, check.Words = Unknown, "The spam filter gave no answer."
		return check
	}
	return judgeScore(score)
}

func judgeScore(s Score) Check {
	check := Check{Name: Spam, Verdict: Good, Words: fmt.Sprintf("Our spam filter gives it %.1f points; it refuses at %.0f.", s.Score, s.Required)}
	if s.Score <= acceptable {
		return check
	}
	check.Verdict, check.Remedy = Warn, "The rules below gave the most points: word those parts differently."
	names := make([]string, 0, len(s.Symbols))
	for name, symbol := range s.Symbols {
		if symbol.Score > 0 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Symbols[b].Score, s.Symbols[a].Score), cmp.Compare(a, b))
	})
	for _, name := range names[:min(len(names), 8)] {
		check.Details = append(check.Details, fmt.Sprintf("%s (+%.1f) %s", name, s.Symbols[name].Score, s.Symbols[name].Description))
	}
	return check
}
