package automation

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// personRow is somebody who came in.
type personRow struct {
	AccountID    id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	AutomationID id.ID  `gorm:"primaryKey"`
	Round        string `gorm:"primaryKey"`
	Address      string `gorm:"primaryKey"`
	ContactID    id.ID
	Position     int
	State        string
	Why          string
	EnteredAt    time.Time
	NextAt       time.Time
	EndedAt      *time.Time
}

// TableName implements gorm's Tabler.
func (personRow) TableName() string { return "automation_people" }

// States of a person.
const (
	waiting  = "waiting"
	finished = "finished"
	stopped  = "stopped"
)

// round tells the years of a yearly automation apart.
func (a Automation) round(now time.Time) string {
	if a.Recipe == Date && a.Yearly {
		return strconv.Itoa(now.Year())
	}
	return ""
}

// Bounds of one look.
const (
	lookAgain   = 10 * time.Second // for who joined
	lookHourly  = time.Hour        // for dates and for who is silent
	looked      = 5000             // contacts of one slice
	lateCommit  = time.Minute      // a transaction that began before may commit after a look
	mostMissed  = 3                // days that a look after a standstill makes up for
	enteredOnce = `INSERT INTO automation_people (account_id, automation_id, round, address, contact_id, position, state, why, entered_at, next_at)
		SELECT c.account_id, ?, ?, c.address, c.contact_id, 0, 'waiting', '', ?, ? FROM contacts c `
)

// enter lets in who fits now. Who is in, or was, stays as they are.
func (s *Service) enter(tx *gorm.DB, a Automation, zone *time.Location) error {
	switch a.Recipe {
	case Welcome:
		return s.enterWelcome(tx, a)
	case Date:
		return s.enterDates(tx, a, zone)
	}
	return s.enterSilent(tx, a)
}

// begin is when somebody who comes in now gets the first step.
func (a Automation) begin(now time.Time) time.Time {
	first, _ := a.after(0)
	return now.Add(days(first.WaitDays))
}

func (s *Service) enterWelcome(tx *gorm.DB, a Automation) error {
	now := s.Store.Now()
	err := tx.Exec(enteredOnce+`JOIN list_members m ON m.account_id = c.account_id AND m.contact_id = c.contact_id
		WHERE m.account_id = ? AND m.list_id = ? AND m.import_id = '' AND m.joined_at > ? AND m.joined_at >= ? ON CONFLICT DO NOTHING`,
		a.ID, "", now, a.begin(now), a.AccountID, a.ListID, a.OnSince, a.SeenUntil).Error
	if err != nil {
		return err
	}
	return s.sawUntil(tx, a, now.Add(-lateCommit), now.Add(lookAgain))
}

func (s *Service) sawUntil(tx *gorm.DB, a Automation, until, next time.Time) error {
	return tx.Exec("UPDATE automations SET seen_until = ?, look_at = ? WHERE account_id = ? AND automation_id = ? AND state = 'on'", until, next, a.AccountID, a.ID).Error
}

// enterDates looks for the days that came since the last look.
func (s *Service) enterDates(tx *gorm.DB, a Automation, zone *time.Location) error {
	now := s.Store.Now()
	here := now.In(zone)
	today := time.Date(here.Year(), here.Month(), here.Day(), 0, 0, 0, 0, time.UTC)
	if here.Hour() < a.Hour {
		today = today.AddDate(0, 0, -1) // its hour has not come
	}
	seen := a.SeenUntil.In(zone)
	last := time.Date(seen.Year(), seen.Month(), seen.Day(), 0, 0, 0, 0, time.UTC)
	if seen.Hour() < a.Hour || a.SeenUntil.Equal(*a.OnSince) { // the day that it was turned on counts
		last = last.AddDate(0, 0, -1)
	}
	for day := today.AddDate(0, 0, -mostMissed+1); !day.After(today); day = day.AddDate(0, 0, 1) {
		if !day.After(last) {
			continue
		}
		if err := s.enterDay(tx, a, day.AddDate(0, 0, -a.Shift), now); err != nil {
			return err
		}
	}
	next := here.Truncate(time.Hour).Add(lookHourly)
	return s.sawUntil(tx, a, now, next)
}

// enterDay lets in whose field is the day, or its anniversary. Who was born on 29 February
// has it on the 28th of other years.
func (s *Service) enterDay(tx *gorm.DB, a Automation, day, now time.Time) error {
	match, values := "v.value = ?", []any{day.Format(time.DateOnly)}
	if a.Yearly {
		match, values = "substr(v.value, 6) = ?", []any{day.Format("01-02")}
		if day.Month() == time.February && day.Day() == 28 && day.AddDate(0, 0, 1).Day() == 1 {
			match = "substr(v.value, 6) IN (?, '02-29')"
		}
	}
	round := ""
	if a.Yearly {
		round = strconv.Itoa(day.Year())
	}
	args := append([]any{a.ID, round, now, a.begin(now), a.AccountID, a.FieldID}, values...)
	return tx.Exec(enteredOnce+"JOIN contact_values v ON v.account_id = c.account_id AND v.contact_id = c.contact_id WHERE v.account_id = ? AND v.field_id = ? AND "+match+" ON CONFLICT DO NOTHING", args...).Error
}

// silent is who got mail and gave no sign of life since. Its arguments are the time of
// which they were known, and that since which they are silent.
const silent = `c.contact_id < ? AND EXISTS (SELECT 1 FROM deliveries d WHERE d.account_id = c.account_id AND d.recipient_key = c.address AND d.delivery_id < ? AND d.state = 'delivered')
	AND NOT EXISTS (SELECT 1 FROM deliveries d JOIN visits x ON x.account_id = d.account_id AND x.message_id = d.message_id
		WHERE d.account_id = c.account_id AND d.recipient_key = c.address AND x.human > 0 AND x.last_at >= ?)`

// enterSilent goes through the contacts slice by slice, round and round. Ids sort by the
// time of their making.
func (s *Service) enterSilent(tx *gorm.DB, a Automation) error {
	now := s.Store.Now()
	since := now.Add(-days(a.IdleDays))
	var slice []id.ID
	err := tx.Raw("SELECT contact_id FROM contacts WHERE account_id = ? AND contact_id > ? ORDER BY contact_id LIMIT ?", a.AccountID, a.Place, looked).Scan(&slice).Error
	if err != nil {
		return err
	}
	place, next := id.ID(""), now.Add(lookHourly)
	if len(slice) == looked {
		place, next = slice[looked-1], now
	}
	if len(slice) > 0 {
		err := tx.Exec(enteredOnce+"WHERE c.account_id = ? AND c.contact_id > ? AND c.contact_id <= ? AND "+silent+" ON CONFLICT DO NOTHING",
			a.ID, "", now, a.begin(now), a.AccountID, a.Place, slice[len(slice)-1], id.At(since), id.At(since), since).Error
		if err != nil {
			return err
		}
	}
	return tx.Exec("UPDATE automations SET place = ?, look_at = ? WHERE account_id = ? AND automation_id = ? AND state = 'on'", place, next, a.AccountID, a.ID).Error
}

// look lets people in, in one transaction with the note of how far it looked: a second
// worker that looks as well changes nothing.
func (s *Service) look(ctx context.Context, a Automation) error {
	zone := time.UTC
	if a.Recipe == Date {
		details, err := s.Accounts.Details(ctx, s.ScopeOf(a.AccountID))
		if err != nil {
			return err
		}
		if found, err := time.LoadLocation(details.TimeZone); err == nil {
			zone = found
		}
	}
	return s.Store.SystemWrite(ctx, "let people into an automation", func(_ context.Context, tx *gorm.DB) error {
		fresh, err := s.hold(tx, a)
		if err != nil || fresh == nil {
			return err
		}
		return s.enter(tx, *fresh, zone)
	})
}

// hold locks an automation that is on, and returns it as it is now; nil when it is off.
func (s *Service) hold(tx *gorm.DB, a Automation) (*Automation, error) {
	held := tx.Exec("UPDATE automations SET revision = revision WHERE account_id = ? AND automation_id = ? AND state = 'on'", a.AccountID, a.ID)
	if held.Error != nil || held.RowsAffected == 0 {
		return nil, held.Error
	}
	var fresh Automation
	if err := tx.Raw("SELECT * FROM automations WHERE account_id = ? AND automation_id = ?", a.AccountID, a.ID).Scan(&fresh).Error; err != nil {
		return nil, err
	}
	err := tx.Raw("SELECT * FROM automation_steps WHERE account_id = ? AND automation_id = ? ORDER BY position", a.AccountID, a.ID).Scan(&fresh.Steps).Error
	return &fresh, err
}
