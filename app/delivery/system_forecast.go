package delivery

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// routesAtOnce bounds one look-up of routes.
const routesAtOnce = 5000

// routesOf returns where the mail of domains goes, as far as it is known.
func (q *queue) routesOf(ctx context.Context, domains map[string]int64) (routes map[string]string, err error) {
	routes = map[string]string{}
	err = q.store.SystemRead(ctx, "where the mail of a campaign would go", func(_ context.Context, tx *gorm.DB) error {
		for chunk := range slices.Chunk(slices.Collect(maps.Keys(domains)), routesAtOnce) {
			among, list := store.In(tx, chunk)
			var rows []struct{ Domain, Destination string }
			if err := tx.Raw("SELECT domain, destination FROM routes WHERE domain "+among, list).Scan(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				routes[r.Domain] = r.Destination
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: routes of domains: %w", err)
	}
	return routes, nil
}
