package message

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// What staff look for is found by an index on both engines, whatever they look for: no
// plan walks the table of deliveries or of messages.
func TestTheOfficeSearchesByIndex(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		for _, f := range []OfficeFilter{
			{}, {Before: id.New()}, {State: Held}, {State: Delivered, From: month, To: month.AddDate(0, 1, 0)}, {Domain: "example.org"}, {Domain: "example.org", State: Bounced},
			{Account: id.New()}, {Account: id.New(), State: Deferred}, {Account: id.New(), Domain: "example.org"}, {From: month},
		} {
			err := s.SystemWrite(t.Context(), "test: explain", func(_ context.Context, tx *gorm.DB) error {
				explain := "EXPLAIN QUERY PLAN "
				if s.Engine() == store.Postgres {
					explain = "EXPLAIN "
					// The tables are empty here: what could be walked would be.
					for _, off := range []string{"seqscan", "sort", "bitmapscan"} {
						if err := tx.Exec("SET LOCAL enable_" + off + " = off").Error; err != nil {
							return err
						}
					}
				}
				where, args, err := f.conditions(tx, s.Engine())
				if err != nil {
					return err
				}
				if f.walks() {
					args = append(args, MostWalked, f.State)
				}
				var plan []map[string]any
				if err := tx.Raw(explain+f.query(where), append(args, 51)...).Scan(&plan).Error; err != nil {
					return err
				}
				text := fmt.Sprint(plan)
				if strings.Contains(text, "Seq Scan") || strings.Contains(text, "SCAN deliveries") || strings.Contains(text, "SCAN m ") || !strings.Contains(text, "deliveries_") {
					t.Errorf("%+v walks:\n%s", f, text)
				}
				// Below row-level security PostgreSQL asks no index whose expression calls a function
				// that might leak: the domain has to be a condition of its index, not a filter.
				if s.Engine() == store.Postgres && f.Domain != "" && f.Account == "" && !regexp.MustCompile(`Index Cond: [^\]]*recipient_domain = `).MatchString(text) {
					t.Errorf("%+v is not found by its domain:\n%s", f, text)
				}
				// Within one account the walk is bounded by its own index.
				if f.Account == "" && strings.Contains(text, "USE TEMP B-TREE FOR ORDER BY") && strings.Count(text, "TEMP B-TREE") > 1 {
					t.Errorf("%+v sorts before it cuts:\n%s", f, text)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range []OfficeFilter{{MessageID: id.New()}, {HeaderID: "x@example.org"}} {
			if page, err := NewArchive(s).SearchAll(t.Context(), f); err != nil || len(page.Rows) > 0 {
				t.Errorf("%+v, %v", page, err)
			}
		}
	})
}

// An index of everybody's rows by their id alone tempts PostgreSQL to sort one account's
// pages by it, so that a page of an account that was quiet lately reads all that others sent
// since. Where staff need such an index, it has a condition that no customer's query has.
func TestNoIndexTemptsToWalkEverybodysRows(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t, clock.System)
	var tempting []string
	err := s.SystemRead(t.Context(), "read the indexes in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
			AND tablename IN ('deliveries', 'messages', 'events', 'attempts', 'contacts', 'campaign_recipients')
			AND indexdef ~ 'btree \((delivery_id|message_id|event_id|attempt_id|contact_id)\)$'`).Scan(&tempting).Error
	})
	if err != nil || len(tempting) > 0 {
		t.Errorf("%q, %v", tempting, err)
	}
}
