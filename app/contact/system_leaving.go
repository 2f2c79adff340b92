package contact

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// Mailed is a person of an account's audience who uses the link of a mail.
type Mailed struct {
	AccountID id.ID
	Address   string
	Proof     string // which mail's link
	IP        string
}

func (m Mailed) entry() Consent {
	return Consent{Address: m.Address, Source: ByPreferences, Proof: m.Proof, IP: m.IP}
}

// TopicsOf returns the account's topics, and those that the person left.
func (f *Forms) TopicsOf(ctx context.Context, accountID id.ID, address string) (topics []Topic, out []id.ID, err error) {
	err = f.store.Read(ctx, formScope(accountID), func(_ context.Context, tx *gorm.DB) (err error) {
		topics, out, err = topicsOf(tx, address)
		return err
	})
	return topics, out, translate("topics of a person", noTopic, err)
}

func topicsOf(tx *gorm.DB, address string) (topics []Topic, out []id.ID, err error) {
	if err := tx.Order("name_key").Limit(MostTopics).Find(&topics).Error; err != nil {
		return nil, nil, err
	}
	var choices []TopicChoice
	if err := tx.Where("address = ? AND choice = ?", address, ChoseOut).Find(&choices).Error; err != nil {
		return nil, nil, err
	}
	for _, c := range choices {
		out = append(out, c.TopicID)
	}
	return topics, out, nil
}

// Want records which topics the person wants of those that they were shown. It joins the
// transaction of ctx.
func (f *Forms) Want(ctx context.Context, m Mailed, shown, wanted []id.ID) error {
	err := f.store.Write(ctx, formScope(m.AccountID), func(_ context.Context, tx *gorm.DB) error {
		topics, out, err := topicsOf(tx, m.Address)
		if err != nil {
			return err
		}
		for _, topic := range topics {
			want, had := slices.Contains(wanted, topic.ID), !slices.Contains(out, topic.ID)
			if want == had || !slices.Contains(shown, topic.ID) {
				continue
			}
			choice := ChoseOut
			if want {
				choice = ChoseIn
			}
			if err := f.choose(tx, topic, m.entry(), choice); err != nil {
				return err
			}
		}
		return nil
	})
	return translate("choose by a mail", noTopic, err)
}

// Enter writes into the ledger that the person wants mail again, or no more. It joins the
// transaction of ctx.
func (f *Forms) Enter(ctx context.Context, m Mailed, wanted bool, wording string) error {
	err := f.store.Write(ctx, formScope(m.AccountID), func(_ context.Context, tx *gorm.DB) error {
		entry := m.entry()
		entry.Kind, entry.Wording = Withdrawn, wording
		if wanted {
			entry.Kind = Given
		}
		return f.record(tx, entry)
	})
	return translate("enter a wish", noContact, err)
}
