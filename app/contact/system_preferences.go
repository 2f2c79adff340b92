package contact

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Preferences is what a person may choose, behind the signed link of their mails.
type Preferences struct {
	Address string
	Sender  string // the account's name
	Topics  []Topic
	Out     []id.ID // topics they opted out of
	Nothing bool    // they get no broadcast mail at all
	account formScope
}

// PreferenceToken makes the link's secret for a contact: the account, the contact and a
// keyed hash of both. No address stands in it.
func (f *Forms) PreferenceToken(accountID, contactID id.ID) (string, error) {
	mac, err := f.box.MAC(preferences, []byte(accountID+"."+contactID))
	return string(accountID) + "." + string(contactID) + "." + mac, err
}

const preferences = "preferences" // the purpose of the key

// OpenPreferences reads a token and returns what the person may choose.
func (f *Forms) OpenPreferences(ctx context.Context, token string) (p Preferences, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return p, fault.New(fault.NotFound, "This link does not work any more.")
	}
	ours, err := f.box.Authentic(preferences, []byte(parts[0]+"."+parts[1]), parts[2])
	if err != nil {
		return p, err
	}
	if !ours || len(parts[2]) != 2*sha256.Size {
		return p, fault.New(fault.NotFound, "This link does not work any more.")
	}
	p.account = formScope(parts[0])
	err = f.store.Read(ctx, p.account, func(ctx context.Context, tx *gorm.DB) error {
		var c Contact
		if err := tx.Take(&c, "contact_id = ?", parts[1]).Error; err != nil {
			return err
		}
		p.Address = c.Address
		var err error
		if p.Topics, p.Out, err = topicsOf(tx, c.Address); err != nil {
			return err
		}
		var suppressed int64
		if err := tx.Model(&message.Suppression{}).Where("address = ? AND stream = ?", c.Address, message.Broadcast).Count(&suppressed).Error; err != nil {
			return err
		}
		p.Nothing = suppressed > 0
		return f.store.SystemRead(ctx, "the name of the account behind a preference link", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT name FROM accounts WHERE account_id = ?", parts[0]).Scan(&p.Sender).Error
		})
	})
	return p, translate("preferences", "This link does not work any more.", err)
}

// SavePreferences stores what the person chose: the topics they want, or nothing at all.
func (f *Forms) SavePreferences(ctx context.Context, token string, wanted []id.ID, nothing bool, ip string) error {
	p, err := f.OpenPreferences(ctx, token)
	if err != nil {
		return err
	}
	err = f.store.Write(ctx, p.account, func(_ context.Context, tx *gorm.DB) error {
		for _, topic := range p.Topics {
			want, had := slices.Contains(wanted, topic.ID), !slices.Contains(p.Out, topic.ID)
			if want == had {
				continue
			}
			choice := ChoseOut
			if want {
				choice = ChoseIn
			}
			if err := f.choose(tx, topic, Consent{Address: p.Address, Source: ByPreferences, IP: ip}, choice); err != nil {
				return err
			}
		}
		switch {
		case nothing && !p.Nothing:
			return f.optOut(tx, p.Address, ip)
		case p.Nothing && !nothing:
			return f.liftOptOut(tx, Consent{Address: p.Address, Kind: Given, Source: ByPreferences, Wording: "They want mail again, by their own preferences.", IP: ip})
		}
		return nil
	})
	return translate("save preferences", "This link does not work any more.", err)
}

// optOut ends all broadcast mail to the person.
func (f *Forms) optOut(tx *gorm.DB, address, ip string) error {
	row := message.Suppression{Stream: message.Broadcast, Address: address, Reason: "They unsubscribed by their own preferences.", OptedOut: true, CreatedAt: f.store.Now()}
	if err := tx.Clauses(message.Lasting()).Create(&row).Error; err != nil {
		return err
	}
	return f.record(tx, Consent{Address: address, Kind: Withdrawn, Source: ByPreferences, IP: ip})
}

// liftOptOut takes back the person's own earlier wish for no broadcast mail, by a new
// consent that they proved. What bounces or complaints suppressed stays.
func (f *Forms) liftOptOut(tx *gorm.DB, consent Consent) error {
	gone := tx.Where("address = ? AND stream = ? AND opted_out", consent.Address, message.Broadcast).Delete(&message.Suppression{})
	if gone.Error != nil || gone.RowsAffected == 0 || consent.Kind == Confirmed { // which the form has recorded
		return gone.Error
	}
	return f.record(tx, consent)
}
