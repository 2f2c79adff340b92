package domain

import (
	"context"
	"fmt"
	"strings"
)

// RFC 7208 §4.6.4: more than ten terms that cause DNS queries give a permanent
// error; from eight on the next change is likely to break it.
const (
	spfLookups     = 10
	spfLookupsNear = 8
)

// lookUpSPF judges the SPF record of the domain itself. Our mail does not need it:
// the envelope sender is on the return path, whose CNAME leads to a name that
// carries SPF for us. But a broken record harms the customer's other mail.
func lookUpSPF(ctx context.Context, r Resolver, name string) finding {
	texts, err := r.TXT(ctx, name)
	if err != nil && !absent(err) {
		return unreachable()
	}
	records := spfRecords(texts)
	switch {
	case len(records) == 0:
		return finding{verdict: Good, explanation: "Nothing to do. Receivers look for SPF at the return path, and that name carries ours."}
	case len(records) > 1:
		return finding{verdict: Wrong, seen: join(records), explanation: "There are several SPF records, which counts as an error. What we send is not affected; other mail from this domain is. Merge them into one."}
	}
	f := finding{verdict: Good, seen: records[0], explanation: "Nothing to change. Receivers look for SPF at the return path, and that name carries ours."}
	walk := spfWalk{resolver: r}
	walk.count(ctx, records[0])
	switch {
	case walk.lookups > spfLookups:
		f.verdict, f.explanation = Wrong, fmt.Sprintf("This record needs more than %d DNS look-ups, and receivers give up after %d. What we send is not affected; other mail from this domain is. Remove an include that is no longer used.", spfLookups, spfLookups)
	case walk.lookups >= spfLookupsNear:
		f.explanation += fmt.Sprintf(" It needs %d of the %d DNS look-ups that receivers make; think before adding another include.", walk.lookups, spfLookups)
	}
	return f
}

func spfRecords(texts []string) (records []string) {
	for _, text := range texts {
		if first, _, _ := strings.Cut(text, " "); strings.EqualFold(first, "v=spf1") {
			records = append(records, text)
		}
	}
	return records
}

// spfWalk counts the terms that cause queries, following include and redirect.
type spfWalk struct {
	resolver Resolver
	lookups  int
}

func (w *spfWalk) count(ctx context.Context, record string) {
	for _, term := range strings.Fields(record)[1:] {
		if w.lookups > spfLookups {
			return // this also ends loops of includes
		}
		term = strings.ToLower(strings.TrimLeft(term, "+-~?"))
		mechanism, target := term, ""
		if i := strings.IndexAny(term, ":=/"); i >= 0 {
			mechanism, target = term[:i], term[i+1:]
		}
		switch mechanism {
		case "a", "mx", "ptr", "exists":
			w.lookups++
		case "include", "redirect":
			w.lookups++
			w.follow(ctx, target)
		}
	}
}

// follow counts inside another record. Macros cannot be followed without a message,
// and what cannot be read now counts for nothing: advice errs on the quiet side.
func (w *spfWalk) follow(ctx context.Context, name string) {
	if name == "" || strings.Contains(name, "%") {
		return
	}
	texts, err := w.resolver.TXT(ctx, name)
	if err != nil {
		return
	}
	if records := spfRecords(texts); len(records) == 1 {
		w.count(ctx, records[0])
	}
}
