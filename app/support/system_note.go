package support

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Note is what a person of staff wrote down about an account. It is never changed.
type Note struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	NoteID      id.ID `gorm:"primaryKey"`
	Note        string
	WrittenBy   id.ID
	WrittenName string
	WrittenAt   time.Time
}

// TableName implements gorm's Tabler.
func (Note) TableName() string { return "account_notes" }

const (
	maxNote = 2000
	// MostNotes bounds what one page shows.
	MostNotes = 50
)

// Write adds a note to an account. The account's own log tells that there is one, and not
// what it says.
func (s *Service) Write(ctx context.Context, by Staff, accountID id.ID, text string) error {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return fault.Field("note", "Write down what others should know.")
	case utf8.RuneCountInString(text) > maxNote:
		return fault.Field("note", "At most 2,000 characters, please.")
	}
	n := Note{AccountID: accountID, NoteID: id.New(), Note: text, WrittenBy: by.ID, WrittenName: by.Name, WrittenAt: s.store.Now()}
	err := s.store.SystemWrite(ctx, "staff note something about an account", func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(&n).Error; err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "account.noted", Account: accountID, Object: audit.Object{ID: n.NoteID}})
	})
	if errors.Is(err, store.ErrReference) {
		return fault.New(fault.NotFound, "There is no such account.")
	}
	return asIs("write a note", err)
}

// Notes returns those of an account, the newest first.
func (s *Service) Notes(ctx context.Context, accountID id.ID) (list []Note, err error) {
	err = s.store.SystemRead(ctx, "show staff what staff noted", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id = ?", accountID).Order("note_id DESC").Limit(MostNotes).Find(&list).Error
	})
	return list, asIs("notes", err)
}
