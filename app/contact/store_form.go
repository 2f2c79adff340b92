package contact

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// FormOf returns a list's form; found is false when it has none.
func (s *Service) FormOf(ctx context.Context, scope account.Scope, listID id.ID) (f Form, found bool, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&f, "list_id = ?", listID).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return f, false, nil
	}
	return f, err == nil, translate("form", noList, err)
}

// SaveForm opens a list's form with the wording, or closes it.
func (s *Service) SaveForm(ctx context.Context, scope account.Scope, listID id.ID, wording string, live bool) error {
	if _, err := s.List(ctx, scope, listID); err != nil {
		return err
	}
	wording = strings.TrimSpace(cleanText(wording))
	if n := utf8.RuneCountInString(wording); live && (n < shortestWording || n > mostWording) {
		return fault.Field("wording", "Say in a sentence what people get and how often.")
	}
	f, found, err := s.FormOf(ctx, scope, listID)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if found {
			changes := map[string]any{"live": live}
			if live {
				changes["wording"] = wording
			}
			return tx.Model(&Form{}).Where("form_id = ?", f.ID).Updates(changes).Error
		}
		return tx.Create(&Form{ID: id.New(), ListID: listID, Wording: wording, Live: live, CreatedAt: s.store.Now()}).Error
	})
	return translate("save form", noList, err)
}
