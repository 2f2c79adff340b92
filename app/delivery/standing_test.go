package delivery

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

func TestStandingInWords(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]Standing{
		"Microsoft limits us since 12:00 UTC (451 4.7.500): 4 of 20 connections, full speed again about 12:38 UTC.": {
			Destination: "via:microsoft", State: Limited, Connections: 4, Most: 20, Since: noon, Until: at(38 * time.Minute),
			Cause: "451 4.7.500 Server busy for somebody@private.example",
		},
		"No server of dead.example answers since 12:00 UTC. The next try there is at 12:15 UTC.": {
			Destination: "dead.example", State: Resting, Since: noon, Until: at(15 * time.Minute), Cause: "no connection",
		},
		"hoster.example turns us away since 12:00 UTC (421). The next try there is at 12:01 UTC.": {
			Destination: "via:hoster.example", State: Resting, Since: noon, Until: at(time.Minute), Cause: "421 too many",
		},
		"": {Destination: "via:google", State: Open, Connections: 5, Most: 20},
	} {
		if got := s.Words(); got != want || strings.Contains(got, "@") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestBoard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := NewBoard(s)
		if _, found, err := b.Standing(t.Context(), "via:google"); found || err != nil {
			t.Error(found, err)
		}
		limited := Standing{Destination: "via:google", State: Limited, Connections: 2, Most: 20, Since: noon, Cause: "421 4.7.0 x", Until: at(time.Hour), Step: 2}
		for _, one := range []Standing{{Destination: "via:yahoo", State: Open, Connections: 3, Most: 10}, limited} {
			if err := b.queue.saveStanding(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		got, found, err := b.Standing(t.Context(), "via:google")
		if err != nil || !found || !got.Since.Equal(noon) || got.Words() != limited.Words() {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		if all, err := b.All(t.Context()); err != nil || len(all) != 1 || all[0].Destination != "via:google" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
