package contact

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Detail is everything about one contact.
type Detail struct {
	Contact
	Lists        []List
	Choices      []TopicChoice
	Consents     []Consent             // newest first
	Suppressions []message.Suppression // streams in which nothing is sent to it
	Deliveries   []message.Delivery    // the latest mail to it
}

// How much a page shows.
const (
	shownConsents   = 100
	shownDeliveries = 20
)

// Show returns one contact with its lists, status, ledger and history.
func (s *Service) Show(ctx context.Context, scope account.Scope, contactID id.ID) (d Detail, err error) {
	err = s.store.Read(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Take(&d.Contact, "contact_id = ?", contactID).Error; err != nil {
			return err
		}
		var places []Member
		if err := tx.Where("contact_id = ?", contactID).Limit(MostLists).Find(&places).Error; err != nil {
			return err
		}
		ids := make([]id.ID, len(places))
		for i, place := range places {
			ids[i] = place.ListID
		}
		if len(ids) > 0 {
			if err := tx.Where("list_id IN ?", ids).Order("name_key").Find(&d.Lists).Error; err != nil {
				return err
			}
		}
		if err := tx.Where("address = ?", d.Address).Find(&d.Choices).Error; err != nil {
			return err
		}
		if err := s.ledger(tx, scope, &d); err != nil {
			return err
		}
		if err := tx.Where("address = ?", d.Address).Order("stream").Find(&d.Suppressions).Error; err != nil {
			return err
		}
		return tx.Where("recipient_key = ?", d.Address).Order("delivery_id DESC").Limit(shownDeliveries).Find(&d.Deliveries).Error
	})
	return d, translate("show", noContact, err)
}

// ledger collects what is entered for the address, and for the imports that met it.
func (s *Service) ledger(tx *gorm.DB, scope account.Scope, d *Detail) error {
	q := tx.Where("address = ?", d.Address).
		Or("import_id <> '' AND import_id IN (SELECT import_id FROM import_contacts WHERE account_id = ? AND contact_id = ?)", scope.AccountID(), d.ID)
	if !d.ImportID.IsZero() {
		q = q.Or("import_id <> '' AND import_id = ?", d.ImportID)
	}
	return q.Order("consent_id DESC").Limit(shownConsents).Find(&d.Consents).Error
}
