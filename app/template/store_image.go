package template

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// withoutContent is the columns of an image that a list needs.
var withoutContent = []string{"account_id", "image_id", "token", "name", "type", "width", "height", "size", "uploaded_at"}

// Images returns the account's images, the newest first, without their content.
func (s *Service) Images(ctx context.Context, scope account.Scope) (all []Image, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Select(withoutContent).Order("image_id DESC").Limit(MostImages).Find(&all).Error
	})
	return all, translate("images", noImage, err)
}

// AddImage keeps a file that is an image. A file that is there already is not kept twice.
func (s *Service) AddImage(ctx context.Context, scope account.Scope, name string, file []byte) (Image, error) {
	i, err := s.read(ctx, name, file)
	if err != nil {
		return i, err
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var same []Image
		if err := tx.Select(withoutContent).Where("digest = ?", i.Digest).Find(&same).Error; err != nil {
			return err
		}
		if len(same) > 0 {
			i = same[0]
			return nil
		}
		var held struct{ N, Octets int64 }
		if err := tx.Model(&Image{}).Select("COUNT(*) AS n, COALESCE(SUM(size), 0) AS octets").Scan(&held).Error; err != nil {
			return err
		}
		if held.N >= MostImages || held.Octets+int64(i.Size) > mostImageBytes {
			return fault.Field(PartFile, "An account keeps at most 1,000 images of 200 MB together. Remove some that no mail shows any more.")
		}
		i.ID, i.Token, i.UploadedAt = id.New(), secret.Token(), s.store.Now()
		return tx.Create(&i).Error
	})
	if errors.Is(err, store.ErrDuplicate) {
		return i, fault.New(fault.Conflict, "This image is being uploaded already.")
	}
	return i, translate("add image", noImage, err)
}

// RemoveImage takes an image away. Mails that show it show a gap from then on.
func (s *Service) RemoveImage(ctx context.Context, scope account.Scope, imageID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Where("image_id = ?", imageID).Delete(&Image{})
		if done.Error == nil && done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return done.Error
	})
	return translate("remove image", noImage, err)
}
