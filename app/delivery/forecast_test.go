package delivery

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// What goes to one provider is taken together, as fast as it takes our mail now: the
// slowest comes first, and who limits us or rests says so.
func TestForecast(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := s.Now()
		err := s.SystemWrite(t.Context(), "test: routes", func(_ context.Context, tx *gorm.DB) error {
			for _, r := range [][2]string{{"gmail.com", via + "google"}, {"firm.example", via + "google"}, {"outlook.com", via + "microsoft"}} {
				if err := tx.Exec("INSERT INTO routes (domain, destination, updated_at) VALUES (?, ?, ?)", r[0], r[1], now).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		queue := &queue{store: s}
		for _, standing := range []Standing{
			{Destination: via + "microsoft", State: Limited, Connections: 5, Most: 20, Since: now, Cause: "451 4.7.500", Until: now.Add(time.Hour)},
			{Destination: "resting.example", State: Resting, Connections: 0, Most: 8, Since: now, Until: now.Add(30 * time.Minute)},
		} {
			if err := queue.saveStanding(t.Context(), standing); err != nil {
				t.Fatal(err)
			}
		}
		counts := map[string]int64{"gmail.com": 9000, "firm.example": 3000, "outlook.com": 6000, "resting.example": 1, "small.example": 480}
		got, err := NewBoard(s).Forecast(t.Context(), counts, "")
		if err != nil || len(got) != 4 {
			t.Fatalf("%+v, %v", got, err)
		}
		want := []struct {
			name    string
			n       int64
			takes   time.Duration
			trouble string
		}{{"resting.example", 1, 30 * time.Minute, "No server"}, {"Microsoft", 6000, 4 * time.Minute, "5 of 20"}, {"Google", 12000, 2 * time.Minute, ""}, {"small.example", 480, time.Minute, ""}}
		for i, w := range want {
			f := got[i]
			if f.Name != w.name || f.Deliveries != w.n || f.Takes.Round(time.Minute) != w.takes || (f.Trouble == "") != (w.trouble == "") || !strings.Contains(f.Trouble, w.trouble) {
				t.Errorf("%+v, expected %+v", f, w)
			}
		}
		if all, err := NewBoard(s).Forecast(t.Context(), counts, CaptureBox); err != nil || len(all) != 1 || all[0].Deliveries != 18481 {
			t.Errorf("one way: %+v, %v", all, err)
		}
	})
}
