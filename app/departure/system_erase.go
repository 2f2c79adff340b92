package departure

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// eraseAtOnce bounds one transaction, so that mail goes on meanwhile.
const eraseAtOnce = 2000

// EraseDue erases the accounts whose grace is over. A run that is interrupted is taken
// up by the next one: every step can be done again.
func (s *Service) EraseDue(ctx context.Context) error {
	var due []id.ID
	err := s.Store.SystemRead(ctx, "find closed accounts whose grace is over", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&closureRow{}).Where("erase_at <= ?", s.Store.Now()).Order("erase_at").Limit(10).Pluck("account_id", &due).Error
	})
	if err != nil {
		return asIs("find accounts to erase", err)
	}
	var errs []error
	for _, accountID := range due {
		if err := s.Erase(ctx, accountID); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Erase removes everything of a closed account but what tables.go keeps.
func (s *Service) Erase(ctx context.Context, accountID id.ID) error {
	people, err := s.beginErasure(ctx, accountID)
	if err != nil {
		return asIs("begin an erasure", err)
	}
	if err := s.hashSuppressions(ctx, accountID); err != nil {
		return asIs("hash suppressions", err)
	}
	for _, t := range answers {
		if t.answer != erase || t.table == "account_closures" {
			continue
		}
		if err := s.eraseTable(ctx, accountID, t.table); err != nil {
			return fmt.Errorf("departure: erase %s: %w", t.table, err)
		}
	}
	return asIs("end an erasure", s.endErasure(ctx, accountID, people))
}

// beginErasure opens the door of the append-only tables for this account, and returns
// its members.
func (s *Service) beginErasure(ctx context.Context, accountID id.ID) (people []id.ID, err error) {
	err = s.Store.SystemWrite(ctx, "begin to erase an account", func(_ context.Context, tx *gorm.DB) error {
		var c closureRow
		if err := tx.Where("account_id = ? AND erase_at <= ?", accountID, s.Store.Now()).Take(&c).Error; err != nil {
			return err
		}
		if err := tx.Exec("INSERT INTO erasures (account_id, began_at) VALUES (?, ?) ON CONFLICT DO NOTHING", accountID, s.Store.Now()).Error; err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM domain_claims WHERE holder = ?", accountID).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT user_id FROM members WHERE account_id = ?", accountID).Scan(&people).Error
	})
	return people, err
}

func (s *Service) hashSuppressions(ctx context.Context, accountID id.ID) error {
	type suppression struct{ Stream, Address string }
	for after := ""; ; {
		var rows []suppression
		err := s.Store.SystemWrite(ctx, "keep suppressions of an erased account as hashes", func(_ context.Context, tx *gorm.DB) error {
			rows = nil
			if err := tx.Raw("SELECT stream, address FROM suppressions WHERE account_id = ? AND address || ' ' || stream > ? ORDER BY address || ' ' || stream LIMIT ?",
				accountID, after, eraseAtOnce).Scan(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				hash, err := s.Box.MAC("suppression", []byte(r.Address))
				if err != nil {
					return err
				}
				err = tx.Clauses(clause.OnConflict{DoNothing: true}).Exec("INSERT INTO erased_suppressions (former_account, stream, address_hash, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
					accountID, r.Stream, hash, s.Store.Now()).Error
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(rows) < eraseAtOnce {
			return err
		}
		last := rows[len(rows)-1]
		after = last.Address + " " + last.Stream
	}
}

// rowName is what tells rows apart for a bounded DELETE, on each engine.
var rowName = map[store.Engine]string{store.SQLite: "rowid", store.Postgres: "ctid"}

// byContact are tables that SQLite keeps without rowids, and in the order of contacts.
var byContact = map[string]bool{"list_members": true, "contact_values": true}

func (s *Service) eraseTable(ctx context.Context, accountID id.ID, table string) error {
	name := rowName[s.Store.Engine()]
	statement, args := fmt.Sprintf("DELETE FROM %s WHERE %s IN (SELECT %s FROM %s WHERE account_id = ? LIMIT ?)", table, name, name, table), []any{accountID, eraseAtOnce}
	if byContact[table] {
		statement, args = fmt.Sprintf("DELETE FROM %s WHERE account_id = ? AND contact_id IN (SELECT contact_id FROM %s WHERE account_id = ? LIMIT ?)", table, table), []any{accountID, accountID, eraseAtOnce}
	}
	if table == "account_owners" {
		return s.eraseOwners(ctx, accountID)
	}
	for {
		var gone int64
		err := s.Store.SystemWrite(ctx, "erase an account's rows", func(_ context.Context, tx *gorm.DB) error {
			done := tx.Exec(statement, args...)
			gone = done.RowsAffected
			return done.Error
		})
		if err != nil || gone < eraseAtOnce {
			return err
		}
	}
}

// eraseOwners takes the owner and the members in one step: an owner without a member
// is none, and a member who is the owner cannot go alone.
func (s *Service) eraseOwners(ctx context.Context, accountID id.ID) error {
	return s.Store.SystemWrite(ctx, "erase an account's owner and members", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM account_owners WHERE account_id = ?", accountID).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM members WHERE account_id = ?", accountID).Error
	})
}

// endErasure forgets the people who belong to no other account, and the account's name.
func (s *Service) endErasure(ctx context.Context, accountID id.ID, people []id.ID) error {
	return s.Store.SystemWrite(ctx, "end the erasure of an account", func(_ context.Context, tx *gorm.DB) error {
		for _, userID := range people {
			if err := s.forgetPerson(tx, userID); err != nil {
				return err
			}
		}
		gone := "erased-" + strings.ToLower(string(accountID))
		if err := tx.Exec("UPDATE accounts SET slug = ?, name = 'Erased account', state = 'closed', updated_at = ? WHERE account_id = ?", gone, s.Store.Now(), accountID).Error; err != nil {
			return err
		}
		if err := tx.Exec("UPDATE erasures SET ended_at = ? WHERE account_id = ?", s.Store.Now(), accountID).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM account_closures WHERE account_id = ?", accountID).Error
	})
}

// forgetPerson takes a user's name, address and ways in, unless the user belongs to
// another account or to the operator. The row stays: acceptances refer to it. System
// mails to the address lose their content and their recipient, not their count.
func (s *Service) forgetPerson(tx *gorm.DB, userID id.ID) error {
	var stays bool
	if err := tx.Raw("SELECT staff OR EXISTS (SELECT 1 FROM members WHERE user_id = u.user_id) FROM users u WHERE user_id = ?", userID).Scan(&stays).Error; err != nil || stays {
		return err
	}
	var email string
	if err := tx.Raw("SELECT email_key FROM users WHERE user_id = ?", userID).Scan(&email).Error; err != nil {
		return err
	}
	none := "erased-" + string(userID) + "@invalid"
	mails := "(SELECT message_id FROM deliveries WHERE recipient_key = @email AND account_id IN (SELECT account_id FROM accounts WHERE kind = 'operator'))"
	steps := []string{
		"DELETE FROM sessions WHERE user_id = @user",
		"DELETE FROM one_time_tokens WHERE user_id = @user",
		"DELETE FROM sign_in_flows WHERE user_id = @user",
		"DELETE FROM email_changes WHERE user_id = @user",
		"DELETE FROM person_inquiries WHERE address = @email",
		"DELETE FROM linked_identities WHERE user_id = @user",
		"DELETE FROM authenticators WHERE user_id = @user",
		"DELETE FROM recovery_codes WHERE user_id = @user",
		"DELETE FROM passkeys WHERE user_id = @user",
		"DELETE FROM known_devices WHERE user_id = @user",
		"DELETE FROM captures WHERE recipients LIKE @like",
		"UPDATE message_bodies SET content = @empty, encoding = '' WHERE message_id IN " + mails,
		"UPDATE messages SET subject = '' WHERE message_id IN " + mails,
		"UPDATE attempts SET transcript = '[]' WHERE message_id IN " + mails,
		"UPDATE events SET reply = '', reason = '' WHERE message_id IN " + mails,
		"UPDATE deliveries SET recipient = @none, recipient_key = @none, destination = 'invalid', last_reply = '', reason = '', orcpt = '' WHERE message_id IN " + mails,
		"UPDATE users SET email = @none, email_key = @none, name = 'Erased', password_hash = '!' WHERE user_id = @user",
	}
	values := map[string]any{"user": userID, "email": email, "like": "%" + email + "%", "none": none, "empty": []byte("\r\n")}
	for _, step := range steps {
		if err := tx.Exec(step, values).Error; err != nil {
			return err
		}
	}
	return nil
}
