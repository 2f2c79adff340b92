package newsletter

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Confirm subscribes who followed the link, with the proof. Doing it again changes nothing:
// an old link does not bring back who left since. It is a system step because the person's
// own earlier wish for no mail stands with the operator's suppressions, and ends here.
func (s *Service) Confirm(ctx context.Context, token, ip string) (Evidence, error) {
	asked, err := s.Inspect(ctx, token)
	if err != nil {
		return asked, err
	}
	err = s.Store.SystemWrite(ctx, "subscribe to the operator's newsletter", func(_ context.Context, tx *gorm.DB) error {
		now := s.Store.Now()
		proof := asked
		proof.ID, proof.Kind, proof.AskedID, proof.IP, proof.At = id.New(), Confirmed, asked.ID, ip, now
		proof.Proof = "mail asked for " + asked.At.UTC().Format(time.RFC3339) + " from " + asked.IP + ", its signed link " + string(asked.ID) + " followed from " + ip
		once := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&proof)
		if once.Error != nil || once.RowsAffected == 0 {
			return once.Error
		}
		row := Subscriber{ID: id.New(), Address: asked.Address, Given: asked.Given, Language: asked.Language, State: Subscribed, ConfirmedAt: now}
		err := tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "address"}}, DoUpdates: clause.AssignmentColumns([]string{"given", "language", "state", "left_by", "confirmed_at", "left_at"}),
		}).Create(&row).Error
		if err != nil {
			return err
		}
		// Who also owns an account asked for the newsletter, not for the owners' news.
		err = tx.Model(&refusal{}).Where("address = ? AND source = ?", asked.Address, ByMail).Update("source", byKept).Error
		if err != nil {
			return err
		}
		return s.lift(tx, asked.Address)
	})
	return asked, translate("confirm", noLink, err)
}

// lift ends an address's own wish for none of the operator's mailings. What bounces and
// complaints suppressed stays.
func (s *Service) lift(tx *gorm.DB, address string) error {
	return tx.Where("account_id = ? AND stream = ? AND address = ? AND opted_out", s.Operator, message.Broadcast, address).Delete(&message.Suppression{}).Error
}
