package campaign_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// An audience is doubted when it came by imports of poor quality, or by a new one that is
// not good, and never got anything; whoever got something before speaks for themselves.
func TestDoubtfulAudiences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for name, c := range map[string]struct {
			grade  string
			ago    time.Duration
			mailed bool
			want   string
		}{
			"poor":            {"E", 90 * 24 * time.Hour, false, "poor quality"},
			"poor, but known": {"E", time.Hour, true, ""},
			"new and fair":    {"C", time.Hour, false, "last 30 days"},
			"old and fair":    {"C", 90 * 24 * time.Hour, false, ""},
			"new and good":    {"A", time.Hour, false, ""},
		} {
			w := newWorld(t, s, 0)
			one, before, importID := id.New(), id.New(), id.New()
			w.campaignRows(one, before)
			w.write(func(tx *gorm.DB) error {
				quality, err := json.Marshal(map[string]string{"Grade": c.grade})
				if err != nil {
					return err
				}
				err = tx.Exec(`INSERT INTO imports (account_id, import_id, file_name, state, reason, size, settings, header_key, consent, checked, counts, quality, rows_done, octets_done, stop, lease_owner, fence, created_by, created_at, finished_at)
					VALUES (?, ?, 'f.csv', 'done', '', 1, '{}', '', 'c', '{}', '{}', ?, 0, 0, ?, '', 0, '', ?, ?)`, w.account.ID, importID, string(quality), false, w.now, w.now.Add(-c.ago)).Error
				if err != nil {
					return err
				}
				for i := range 60 {
					contactID, address := id.New(), fmt.Sprintf("p%d@people.example", i)
					err := tx.Exec(`INSERT INTO contacts (account_id, contact_id, address, given, name, name_key, kind, company, company_key, language, time_zone, attributes, revision, import_id, created_at, updated_at)
						VALUES (?, ?, ?, ?, '', '', 'individual', '', '', '', '', '{}', 1, ?, ?, ?)`, w.account.ID, contactID, address, address, importID, w.now, w.now).Error
					if err != nil {
						return err
					}
					for campaignID, messageID := range map[id.ID]id.ID{one: "", before: id.New()} {
						if campaignID == before && !c.mailed {
							continue
						}
						err := tx.Exec(`INSERT INTO campaign_recipients (account_id, campaign_id, number, contact_id, address, zone, excluded, why, variant, message_id) VALUES (?, ?, ?, ?, ?, '', '', '', 0, ?)`,
							w.account.ID, campaignID, i+1, contactID, address, messageID).Error
						if err != nil {
							return err
						}
					}
				}
				return nil
			})
			why, err := w.Doubt(t.Context(), broadcast.Campaign{AccountID: w.account.ID, ID: one, Kind: broadcast.ToContacts}, 60)
			if err != nil || c.want == "" && why != "" || !strings.Contains(why, c.want) {
				t.Errorf("%s: %q %v", name, why, err)
			}
		}
	})
}

// campaignRows are campaigns as rows only.
func (w *world) campaignRows(ids ...id.ID) {
	w.t.Helper()
	w.write(func(tx *gorm.DB) error {
		for _, one := range ids {
			c := broadcast.Campaign{
				AccountID: w.account.ID, ID: one, Kind: broadcast.ToContacts, Audience: json.RawMessage("{}"), SeriesID: one, Content: []broadcast.Variant{}, Winner: broadcast.NoWinner,
				State: broadcast.Sending, Settled: true, CreatedAt: w.now, ChangedAt: w.now,
			}
			if err := tx.Create(&c).Error; err != nil {
				return err
			}
		}
		return nil
	})
}
