package contact

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// formScope is the right that a form's id, or the secret of a confirmation, gives to a
// stranger: what the functions below do for one account, and nothing else.
type formScope id.ID

// Account implements store.Scope.
func (f formScope) Account() (id.ID, error) {
	if f == "" {
		return "", errors.New("contact: a form of no account")
	}
	return id.ID(f), nil
}

// Forms answers the public: forms, confirmations and preferences.
type Forms struct {
	*Service
	mailer FormMailer
	limits Limits
	box    *secret.Box
}

// NewForms returns the public side of the contacts.
func NewForms(s *Service, mailer FormMailer, limits Limits, box *secret.Box) *Forms {
	return &Forms{Service: s, mailer: mailer, limits: limits, box: box}
}

const noForm = "There is no such form any more."

// Open finds a form by its id, across accounts: the id is all that a stranger has.
func (f *Forms) Open(ctx context.Context, formID id.ID) (o OpenForm, err error) {
	err = f.store.SystemRead(ctx, "show a subscription form to the public", func(_ context.Context, tx *gorm.DB) error {
		var rows []struct {
			Form
			List, Sender string
		}
		err := tx.Raw(`SELECT f.*, l.name AS list, a.name AS sender FROM forms f JOIN lists l ON l.account_id = f.account_id AND l.list_id = f.list_id
			JOIN accounts a ON a.account_id = f.account_id WHERE f.form_id = ? AND f.live AND a.state <> 'closed'`, formID).Scan(&rows).Error
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return store.ErrNotFound
		}
		o = OpenForm{Form: rows[0].Form, List: rows[0].List, Sender: rows[0].Sender, account: formScope(rows[0].AccountID)}
		return nil
	})
	return o, translate("open form", noForm, err)
}

// Ask takes a form that was sent in, and sends the confirmation mail. What is too much is
// dropped in silence: whoever asks learns nothing about who is on the list.
func (f *Forms) Ask(ctx context.Context, formID id.ID, email, name, language, ip, network string) error {
	o, err := f.Open(ctx, formID)
	if err != nil {
		return err
	}
	mailbox, err := address.Parse(tidy(email))
	if err != nil {
		return fault.Wrap(fault.Invalid, "email", err)
	}
	if name, err = shortText(name); err != nil {
		return fault.Wrap(fault.Invalid, "name", err)
	}
	for bucket, limit := range map[string]int{"form_network:" + network: formsOfNetwork, "form:" + string(formID): formsOfOneHour} {
		if ok, err := f.limits.Allow(ctx, bucket, limit, time.Hour); err != nil || !ok {
			return errors.Join(err, tooMuch(ok))
		}
	}
	if ok, err := f.limits.Allow(ctx, "form_address:"+mailbox.Key(), mailsToAddress, 24*time.Hour); err != nil || !ok {
		return err
	}
	token, now := secret.Token(), f.store.Now()
	row := Signup{ID: id.New(), FormID: formID, Address: mailbox.Key(), Given: mailbox.String(), Name: name, Language: language, Wording: o.Wording, TokenHash: secret.Hash(token), IP: ip, AskedAt: now}
	err = f.store.Write(ctx, o.account, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if err := f.record(tx, Consent{Address: row.Address, Kind: Asked, Source: ByForm, Wording: o.Wording, Subject: o.List, IP: ip}); err != nil {
			return err
		}
		return f.mailer.ConfirmSubscription(ctx, row.Given, language, o.Sender, o.List, token)
	})
	return translate("ask", noForm, err)
}

func tooMuch(ok bool) error {
	if ok {
		return nil
	}
	return fault.New(fault.Limited, "Too many forms were sent in from here. Please try again in an hour.")
}

// Inspect says which list a confirmation is about; it changes nothing.
func (f *Forms) Inspect(ctx context.Context, token string) (Signup, OpenForm, error) {
	var row Signup
	err := f.store.SystemRead(ctx, "find a confirmation by its secret", func(_ context.Context, tx *gorm.DB) error {
		found := tx.Raw("SELECT * FROM form_signups WHERE token_hash = ? AND asked_at > ?", secret.Hash(token), f.store.Now().Add(-SignupLife)).Scan(&row)
		if found.Error == nil && found.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return found.Error
	})
	if err != nil {
		return row, OpenForm{}, translate("inspect", noForm, err)
	}
	o, err := f.Open(ctx, row.FormID)
	return row, o, err
}

// Confirm makes the person a contact on the form's list, with the proof in the ledger.
// Doing it again changes nothing.
func (f *Forms) Confirm(ctx context.Context, token, ip string) (OpenForm, error) {
	row, o, err := f.Inspect(ctx, token)
	if err != nil {
		return o, err
	}
	err = f.store.Write(ctx, o.account, func(_ context.Context, tx *gorm.DB) error {
		if err := f.count(tx, 0); err != nil {
			return err
		}
		now := f.store.Now()
		done := tx.Model(&Signup{}).Where("signup_id = ? AND confirmed_at IS NULL", row.ID).Update("confirmed_at", now)
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		if err := f.welcomeBack(tx, row.AccountID, row.Address); err != nil {
			return err
		}
		c, err := f.subscriber(tx, row, now)
		if err != nil {
			return err
		}
		proof := "mail asked for " + row.AskedAt.UTC().Format(time.RFC3339) + " from " + row.IP + ", link " + row.TokenHash[:16] + " followed from " + ip
		entry := Consent{Address: c.Address, Kind: Confirmed, Source: ByForm, Wording: row.Wording, Subject: o.List, Proof: proof, IP: ip}
		if err := f.record(tx, entry); err != nil {
			return err
		}
		if err := f.liftOptOut(tx, entry); err != nil {
			return err
		}
		if err := f.optIn(tx, o.ListID, entry); err != nil {
			return err
		}
		return f.join(tx, c, []id.ID{o.ListID}, "")
	})
	return o, translate("confirm", noForm, err)
}

// subscriber returns the contact of a confirmed address, made when it was none.
func (f *Forms) subscriber(tx *gorm.DB, row Signup, now time.Time) (c Contact, err error) {
	found := tx.Where("address = ?", row.Address).Limit(1).Find(&c)
	if found.Error != nil || found.RowsAffected > 0 {
		return c, found.Error
	}
	c = Contact{
		ID: id.New(), Address: row.Address, Given: row.Given, Name: row.Name, NameKey: Fold(row.Name), Kind: Individual, Language: row.Language,
		Attributes: map[string]string{}, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := f.count(tx, 1); err != nil {
		return c, err
	}
	return c, tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&c).Error
}

// optIn takes back that the person once opted out of the list's topic: this was their own wish.
func (f *Forms) optIn(tx *gorm.DB, listID id.ID, entry Consent) error {
	var l List
	if err := tx.Take(&l, "list_id = ?", listID).Error; err != nil || l.TopicID == nil {
		return err
	}
	var topic Topic
	if err := tx.Take(&topic, "topic_id = ?", *l.TopicID).Error; err != nil {
		return err
	}
	return f.choose(tx, topic, Consent{Address: entry.Address, Source: ByForm, IP: entry.IP}, ChoseIn)
}

// PurgeSignups forgets forms that nobody confirmed.
func PurgeSignups(ctx context.Context, s *Service) error {
	err := s.store.SystemWrite(ctx, "forget forms that nobody confirmed", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("DELETE FROM form_signups WHERE asked_at < ? AND confirmed_at IS NULL", s.store.Now().Add(-SignupLife)).Error
	})
	if err != nil {
		return fmt.Errorf("contact: purge: %w", err)
	}
	return nil
}
