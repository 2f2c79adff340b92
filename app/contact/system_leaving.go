package contact

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/leaving"
)

// leavers answers the links of mails for the people of accounts.
type leavers struct{ forms *Forms }

// Leaving returns what answers the links of mails for the people of accounts.
func (f *Forms) Leaving() leaving.Audience { return leavers{f} }

// Topics implements leaving.Audience.
func (l leavers) Topics(ctx context.Context, accountID id.ID, address string) (list []leaving.Topic, err error) {
	err = l.forms.store.Read(ctx, formScope(accountID), func(_ context.Context, tx *gorm.DB) error {
		topics, out, err := topicsOf(tx, address)
		for _, t := range topics {
			list = append(list, leaving.Topic{ID: t.ID, Name: t.Name, Description: t.Description, Wanted: !slices.Contains(out, t.ID)})
		}
		return err
	})
	return list, translate("topics of a person", noTopic, err)
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

func entryOf(p leaving.Person) Consent {
	return Consent{Address: p.Address, Source: ByPreferences, Proof: "link of the message " + p.MessageID.String(), IP: p.IP}
}

// Want implements leaving.Audience.
func (l leavers) Want(ctx context.Context, p leaving.Person, shown, wanted []id.ID) error {
	err := l.forms.store.Write(ctx, formScope(p.AccountID), func(_ context.Context, tx *gorm.DB) error {
		topics, out, err := topicsOf(tx, p.Address)
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
			if err := l.forms.choose(tx, topic, entryOf(p), choice); err != nil {
				return err
			}
		}
		return nil
	})
	return translate("choose by a mail", noTopic, err)
}

// Enter implements leaving.Audience.
func (l leavers) Enter(ctx context.Context, p leaving.Person, wanted bool, wording string) error {
	err := l.forms.store.Write(ctx, formScope(p.AccountID), func(_ context.Context, tx *gorm.DB) error {
		entry := entryOf(p)
		entry.Kind, entry.Wording = Withdrawn, wording
		if wanted {
			entry.Kind = Given
		}
		return l.forms.record(tx, entry)
	})
	return translate("enter a wish", noContact, err)
}
