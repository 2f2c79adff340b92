package identity

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
)

type deviceRow struct {
	UserID     id.ID  `gorm:"primaryKey"`
	DeviceHash string `gorm:"primaryKey"`
	SeenAt     time.Time
}

// TableName implements gorm's Tabler.
func (deviceRow) TableName() string { return "known_devices" }

// knowsDevice notes the device, and reports whether it, and whether any other one,
// was known before.
func (s *Service) knowsDevice(ctx context.Context, userID id.ID, hash string) (known, others bool, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		var same, all int64
		if err := tx.Model(&deviceRow{}).Where("user_id = ? AND device_hash = ?", userID, hash).Count(&same).Error; err != nil {
			return err
		}
		if err := tx.Model(&deviceRow{}).Where("user_id = ?", userID).Count(&all).Error; err != nil {
			return err
		}
		known, others = same > 0, all > same
		row := deviceRow{UserID: userID, DeviceHash: hash, SeenAt: s.now()}
		return tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "user_id"}, {Name: "device_hash"}}, DoUpdates: clause.AssignmentColumns([]string{"seen_at"}),
		}).Create(&row).Error
	})
	return known, others, err
}
