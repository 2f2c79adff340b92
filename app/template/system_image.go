package template

import (
	"context"

	"gorm.io/gorm"
)

// PublicImage finds an image by its public address, across accounts: the address is all
// that a mail program has, and all that it needs.
func (s *Service) PublicImage(ctx context.Context, token string) (i Image, err error) {
	err = s.store.SystemRead(ctx, "show an image of a mail to the public", func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&i, "token = ?", token).Error
	})
	return i, translate("show image", noImage, err)
}
