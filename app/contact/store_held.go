package contact

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Held is what an account holds of the person at an address, apart from its mail.
type Held struct {
	Contact      *Contact // nil: none
	Lists        []List
	Topics       map[id.ID]string // names, of Choices
	Choices      []TopicChoice
	Consents     []Consent // newest first
	Signups      []Signup
	Suppressions []message.Suppression
}

// mostHeld bounds each part of what is held; nobody has so much.
const mostHeld = 1000

// HeldOf collects what the account holds of a person.
func (s *Service) HeldOf(ctx context.Context, scope account.Scope, address string) (h Held, err error) {
	err = s.store.Read(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		var found []Contact
		if err := tx.Where("address = ?", address).Limit(1).Find(&found).Error; err != nil {
			return err
		}
		d := Detail{Contact: Contact{Address: address}}
		if len(found) > 0 {
			if d, err = s.Show(ctx, scope, found[0].ID); err != nil {
				return err
			}
			h.Contact, h.Lists = &d.Contact, d.Lists
		} else if err := s.ledger(tx, scope, &d); err != nil {
			return err
		}
		h.Consents = d.Consents
		return s.heldByAddress(tx, &h, address)
	})
	return h, translate("held", noContact, err)
}

func (s *Service) heldByAddress(tx *gorm.DB, h *Held, address string) error {
	for _, into := range []any{&h.Choices, &h.Signups, &h.Suppressions} {
		if err := tx.Where("address = ?", address).Limit(mostHeld).Find(into).Error; err != nil {
			return err
		}
	}
	var topics []Topic
	if err := tx.Limit(MostTopics).Find(&topics).Error; err != nil {
		return err
	}
	h.Topics = map[id.ID]string{}
	for _, topic := range topics {
		h.Topics[topic.ID] = topic.Name
	}
	return nil
}

// ErasePerson erases the person at an address: the contact, their places on lists, what
// they chose and agreed to, and forms they sent in. What stays is a hash by which the
// account neither mails them nor takes them in again, unless they come back by a form.
func (s *Service) ErasePerson(ctx context.Context, scope account.Scope, address string) error {
	err := s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := s.keepHashes(tx, scope, address); err != nil {
			return err
		}
		var found []Contact
		if err := tx.Where("address = ?", address).Limit(1).Find(&found).Error; err != nil {
			return err
		}
		if len(found) > 0 {
			if err := s.Remove(ctx, scope, found[0].ID); err != nil {
				return err
			}
			if err := s.forgetImported(ctx, scope.AccountID(), found[0].ID); err != nil {
				return err
			}
		}
		for _, row := range []any{&TopicChoice{}, &Consent{}, &Signup{}, &message.Suppression{}, &message.TopicSuppression{}} {
			if err := tx.Where("address = ?", address).Delete(row).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return translate("erase a person", noContact, err)
}

// keepHashes keeps that the person gets no broadcast any more, and no mail of a stream in
// which they were suppressed.
func (s *Service) keepHashes(tx *gorm.DB, scope account.Scope, address string) error {
	streams := []message.Stream{message.Broadcast}
	var suppressed []message.Suppression
	if err := tx.Where("address = ? AND stream = ?", address, message.Transactional).Find(&suppressed).Error; err != nil {
		return err
	}
	if len(suppressed) > 0 {
		streams = append(streams, message.Transactional)
	}
	for _, stream := range streams {
		row := message.ErasedPerson{Stream: stream, AddressHash: message.ErasedHash(scope.AccountID(), address), ErasedAt: s.store.Now()}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// refuseErased keeps an account from taking in by hand who had themselves erased.
func (s *Service) refuseErased(tx *gorm.DB, accountID id.ID, address string) error {
	var n int64
	err := tx.Model(&message.ErasedPerson{}).Where("address_hash = ?", message.ErasedHash(accountID, address)).Count(&n).Error
	if err != nil || n == 0 {
		return err
	}
	return fault.Field(PartEmail, "This person had what you held about them erased. Only they can come back, by one of your forms.")
}

// welcomeBack takes back that the person was erased: they asked for the mail themselves.
func (s *Service) welcomeBack(tx *gorm.DB, accountID id.ID, address string) error {
	return tx.Where("address_hash = ? AND stream = ?", message.ErasedHash(accountID, address), message.Broadcast).Delete(&message.ErasedPerson{}).Error
}
