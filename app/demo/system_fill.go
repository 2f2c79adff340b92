package demo

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

func (f *filler) write(ctx context.Context, fn func(*gorm.DB) error) error {
	return f.Store.SystemWrite(ctx, "fill a demo account", func(_ context.Context, tx *gorm.DB) error { return fn(tx) })
}

// refuseRealAccounts keeps the demo out of a database that is in use.
func (f *filler) refuseRealAccounts(ctx context.Context) error {
	var accounts int64
	err := f.write(ctx, func(tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM accounts WHERE kind <> 'operator'").Scan(&accounts).Error
	})
	if err == nil && accounts > 0 {
		return fault.New(fault.Conflict, "This database has accounts already. The demo fills an empty one only: point DATA_DIR or DATABASE_URL at another.")
	}
	return err
}

func (f *filler) user(ctx context.Context, email, name, hash string) (id.ID, error) {
	userID := id.New()
	err := f.write(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
			VALUES (?, ?, ?, ?, ?, ?, 'system', ?, ?, ?)`, userID, email, strings.ToLower(email), name, hash, false, f.now, f.now, f.now.AddDate(0, 0, -days)).Error
	})
	return userID, err
}

// people makes the owner, who can sign in.
func (f *filler) people(ctx context.Context, email, password string) (id.ID, error) {
	hash, err := f.Hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	return f.user(ctx, email, "Maria Brandt", hash)
}

// members makes colleagues, who cannot sign in until they choose a password.
func (f *filler) members(ctx context.Context) error {
	for _, m := range [][3]string{
		{"jonas@hofladen.example", "Jonas Weber", "developer"}, {"clara@hofladen.example", "Clara Voss", "marketer"},
		{"steuer@kanzlei.example", "Ruth Adler", "billing"}, {"ida@hofladen.example", "Ida Kern", "viewer"},
	} {
		userID, err := f.user(ctx, m[0], m[1], "!")
		if err != nil {
			return err
		}
		err = f.write(ctx, func(tx *gorm.DB) error {
			return tx.Exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, ?, ?)", f.scope.AccountID(), userID, m[2], f.now).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// domains are in every state there is.
func (f *filler) domains(ctx context.Context) error {
	for _, d := range [][3]string{
		{"hofladen.example", "verified", "All required records are in order."}, {"news.hofladen.example", "verified", "All required records are in order."},
		{"gemuesekiste.example", "warning", "The return path points elsewhere since this morning."}, {"obstwiese.example", "pending", "The DKIM record was not found yet."},
		{"alter-name.example", "lost", "Its records have been gone for more than 24 hours."},
	} {
		added, err := f.Domains.Add(ctx, f.scope, d[0])
		if err != nil {
			return err
		}
		err = f.write(ctx, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE domains SET state = ?, reason = ?, verified_at = ?, checked_at = ?, next_check_at = ? WHERE account_id = ? AND domain_id = ?",
				d[1], d[2], f.now, f.now, f.now.AddDate(1, 0, 0), f.scope.AccountID(), added.ID).Error
		})
		if err != nil {
			return err
		}
		if d[1] == "verified" {
			f.send = append(f.send, added)
			if err := f.write(ctx, func(tx *gorm.DB) error {
				return tx.Exec("INSERT INTO domain_claims (name, holder, domain_id, claimed_at) VALUES (?, ?, ?, ?)", added.Name, f.scope.AccountID(), added.ID, f.now).Error
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// journeys gives each delivery the attempt and the event of its outcome.
func (f *filler) journeys(ctx context.Context, batch []*message.New, outcomes map[id.ID]outcome) error {
	var attempts []message.Attempt
	var events []message.Event
	for _, n := range batch {
		d, o := n.Deliveries[0], outcomes[n.Message.ID]
		if d.State == message.Suppressed {
			continue // Insert found it on the list, and tells so
		}
		at := d.CreatedAt
		if d.FinalAt != nil {
			at = *d.FinalAt
		}
		e := message.Event{AccountID: d.AccountID, MessageID: d.MessageID, ID: f.idAt(at), DeliveryID: &d.ID, Kind: o.event, Reason: o.reason, Reply: o.reply, At: at}
		if o.reply != "" {
			a := message.Attempt{
				AccountID: d.AccountID, MessageID: d.MessageID, ID: f.idAt(d.CreatedAt), Host: "mx." + d.Destination, RemoteAddr: "192.0.2.25:25", TLS: "TLS 1.3, certificate of the host",
				StartedAt: d.CreatedAt, DurationUS: at.Sub(d.CreatedAt).Microseconds(), Transcript: conversation(d, n.Message.MailFrom),
			}
			attempts, e.AttemptID = append(attempts, a), &a.ID
		}
		events = append(events, e)
	}
	return f.write(ctx, func(tx *gorm.DB) error {
		if err := tx.CreateInBatches(&attempts, 200).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(&events, 200).Error
	})
}
