package contact

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Topics returns the account's topics by name.
func (s *Service) Topics(ctx context.Context, scope account.Scope) (topics []Topic, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("name_key").Limit(MostTopics).Find(&topics).Error
	})
	return topics, translate("topics", noTopic, err)
}

// AddTopic makes a topic.
func (s *Service) AddTopic(ctx context.Context, scope account.Scope, name, description string) (Topic, error) {
	name, description, err := named(name, description)
	if err != nil {
		return Topic{}, err
	}
	topic := Topic{ID: id.New(), Name: name, NameKey: Fold(name), Description: description, CreatedAt: s.store.Now()}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var n int64
		if err := tx.Model(&Topic{}).Count(&n).Error; err != nil {
			return err
		}
		if n >= MostTopics {
			return fault.Field("name", "An account has at most 50 topics.")
		}
		return tx.Create(&topic).Error
	})
	if errors.Is(err, store.ErrDuplicate) {
		return topic, fault.Field("name", "There is a topic of this name already.")
	}
	return topic, translate("add topic", noTopic, err)
}

// Choices returns what the person at an address said about topics.
func (s *Service) Choices(ctx context.Context, scope account.Scope, address string) (choices []TopicChoice, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("address = ?", address).Find(&choices).Error
	})
	return choices, translate("choices", noTopic, err)
}

// Choose records what the person at an address wants of a topic, and enters it in the
// ledger. By hand an account may only record that somebody left: nobody is opted in
// again on their behalf.
func (s *Service) Choose(ctx context.Context, scope account.Scope, topicID id.ID, address, choice string, source Source) error {
	if source != ByPreferences && source != ByForm && choice != ChoseOut {
		return fault.New(fault.Conflict, "Only the person can opt in to a topic, by a form or their own preferences.")
	}
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var topic Topic
		if err := tx.Take(&topic, "topic_id = ?", topicID).Error; err != nil {
			return err
		}
		return s.choose(tx, topic, Consent{Address: address, Source: source, ActorID: scope.Actor().ID}, choice)
	})
	return translate("choose", noTopic, err)
}

func (s *Service) choose(tx *gorm.DB, topic Topic, entry Consent, choice string) error {
	row := TopicChoice{TopicID: topic.ID, Address: entry.Address, Choice: choice, Source: entry.Source, At: s.store.Now()}
	err := tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account_id"}, {Name: "topic_id"}, {Name: "address"}},
		DoUpdates: clause.AssignmentColumns([]string{"choice", "source", "at"}),
	}).Create(&row).Error
	if err != nil {
		return err
	}
	entry.Kind, entry.Subject = Confirmed, topic.Name
	if choice == ChoseOut {
		entry.Kind = Withdrawn
	}
	if err := s.holdTopic(tx, row); err != nil {
		return err
	}
	return s.record(tx, entry)
}

// holdTopic makes what a person chose hold for every attempt, whatever waits already.
func (s *Service) holdTopic(tx *gorm.DB, row TopicChoice) error {
	if row.Choice != ChoseOut {
		return tx.Where("topic_id = ? AND address = ?", row.TopicID, row.Address).Delete(&message.TopicSuppression{}).Error
	}
	left := message.TopicSuppression{TopicID: row.TopicID, Address: row.Address, CreatedAt: row.At}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&left).Error
}
