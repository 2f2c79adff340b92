package audit

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"smtpserver/app/sheet"
	"smtpserver/app/store"
)

// readAtOnce is how many events are read at a time for a file.
const readAtOnce = 2000

// WriteCSV writes the events that the filter names, the newest first, at most most.
func (l *Log) WriteCSV(ctx context.Context, scope store.Scope, f Filter, most int, w io.Writer) error {
	s := sheet.New(w, "at", "actor_kind", "actor_id", "actor", "behalf_of", "grant", "action", "object_id", "object", "before", "after", "ip", "user_agent")
	f.Limit = readAtOnce
	for written := 0; written < most; {
		events, err := l.List(ctx, scope, f)
		if err != nil {
			return err
		}
		for _, e := range events {
			s.Row(sheet.Time(e.At), e.ActorKind, e.ActorID.String(), e.ActorName, e.BehalfOf, e.GrantID.String(), string(e.Action),
				e.Object.ID.String(), e.Object.Name, e.Before.String(), e.After.String(), e.IP, e.UserAgent)
		}
		if written += len(events); len(events) < readAtOnce {
			break
		}
		f.Before = events[len(events)-1].ID
	}
	if err := s.Close(); err != nil {
		return fmt.Errorf("audit: write CSV: %w", err)
	}
	return nil
}

// String writes the values as name=value, by name.
func (v Values) String() string {
	parts := make([]string, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		parts = append(parts, name+"="+v[name])
	}
	return strings.Join(parts, "; ")
}
