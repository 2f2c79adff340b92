package reseal

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// atOnce is how many values are sealed in one transaction.
const atOnce = 200

// All seals anew what a key before sealed, and returns how many values that were. A value
// that no key opens stops it, with its row named: it was not sealed here.
func All(ctx context.Context, s *store.Store, box *secret.Box, places []secret.Place) (resealed int, err error) {
	for _, p := range places {
		for after := ""; ; {
			var done int
			var last string
			err := s.SystemWrite(ctx, "seal values of all accounts anew", func(_ context.Context, tx *gorm.DB) (err error) {
				done, last, err = some(tx, box, p, after)
				return err
			})
			if err != nil {
				return resealed, fmt.Errorf("reseal: %s: %w", p.Table, err)
			}
			if resealed += done; last == "" {
				break
			}
			after = last
		}
	}
	return resealed, nil
}

// some reseals the values after a row, and names the last one that it looked at; "" at the end.
func some(tx *gorm.DB, box *secret.Box, p secret.Place, after string) (done int, last string, err error) {
	name := strings.Join(p.Row, " || ' ' || ")
	var values []struct {
		Place  string
		Sealed []byte
	}
	err = tx.Raw("SELECT "+name+" AS place, "+p.Column+" AS sealed FROM "+p.Table+" WHERE "+p.Column+" IS NOT NULL AND "+name+" > ? ORDER BY place LIMIT ?", after, atOnce).Scan(&values).Error
	if err != nil {
		return 0, "", err
	}
	for _, v := range values {
		last = v.Place
		anew, err := box.Reseal(p.Purpose(strings.Split(v.Place, " ")), v.Sealed)
		if err != nil {
			return done, "", fmt.Errorf("row %s: %w", v.Place, err)
		}
		if anew == nil {
			continue
		}
		// Unless somebody replaced it meanwhile, with the present key.
		change := tx.Exec("UPDATE "+p.Table+" SET "+p.Column+" = ? WHERE "+name+" = ? AND "+p.Column+" = ?", anew, v.Place, v.Sealed)
		if change.Error != nil {
			return done, "", change.Error
		}
		done += int(change.RowsAffected)
	}
	return done, last, nil
}
