package delivery

import (
	"cmp"
	"log/slog"
	"regexp"
	"strings"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// kindOf says what kind of destination it is and, of a well-known one, who runs it:
// few values, because metrics keep each for ever.
func kindOf(destination string) (kind, provider string) {
	name, isGroup := strings.CutPrefix(destination, via)
	switch {
	case destination == Relay:
		return "relay", ""
	case destination == CaptureBox:
		return "capture", ""
	case !isGroup:
		return "domain", ""
	case providerNames[name] != "":
		return "provider", name
	}
	return "group", ""
}

// tell writes one line per attempt to the log, once its outcome is stored. It names no
// mailbox and repeats no server's words: those may hold addresses and subjects.
func (e *Engine) tell(done []result) {
	if len(done) == 0 {
		return
	}
	var order []id.ID
	attempts := map[id.ID][]result{}
	for _, res := range done {
		if res.attempt == nil {
			continue
		}
		if attempts[res.attempt.ID] == nil {
			order = append(order, res.attempt.ID)
		}
		attempts[res.attempt.ID] = append(attempts[res.attempt.ID], res)
	}
	for _, attempt := range order {
		e.log.Info("attempt", line(attempts[attempt])...)
	}
}

// line is what the log says of one attempt. Of several outcomes it explains the first
// that is not a delivery.
func line(results []result) []any {
	counts, shown := map[message.State]int{}, results[0]
	for _, res := range results {
		counts[res.next.state]++
		if shown.next.state == message.Delivered {
			shown = res
		}
	}
	first := results[0]
	kind, provider := kindOf(first.delivery.Destination)
	args := []any{
		"attempt", first.attempt.ID, "message", first.delivery.MessageID, "account", first.delivery.AccountID, "stream", first.delivery.Stream,
		"destination", DestinationName(first.delivery.Destination), "kind", kind, "provider", cmp.Or(provider, shown.outcome.Provider),
		"host", first.attempt.Host, "from", first.attempt.LocalAddr, "tls", first.attempt.TLS, "took_ms", first.attempt.DurationUS / 1000, "recipients", len(results),
	}
	for _, s := range []message.State{message.Delivered, message.Deferred, message.Bounced, message.Expired} {
		if counts[s] > 0 {
			args = append(args, slog.Int(string(s), counts[s]))
		}
	}
	if shown.next.state != message.Delivered {
		args = append(args, "class", shown.outcome.Class, "verdict", shown.outcome.Verdict, "tries", shown.next.attempts)
	}
	if code := replyCode.FindString(shown.outcome.Reply); code != "" {
		args = append(args, "code", code)
	}
	return args
}

// replyCode is the part of a reply that has no words.
var replyCode = regexp.MustCompile(`^[2-5][0-9][0-9]( [245]\.[0-9]{1,3}\.[0-9]{1,3})?`)
