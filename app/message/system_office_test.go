package message

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

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
