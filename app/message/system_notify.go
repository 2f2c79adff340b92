package message

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Notify records what senders are to be told, in the transaction of the outcome. What
// is recorded already stays as it is: one of each kind per delivery.
func Notify(tx *gorm.DB, all []Notification) error {
	if len(all) == 0 {
		return nil
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&all, batchRows).Error; err != nil {
		return fmt.Errorf("message: notify: %w", err)
	}
	return nil
}
