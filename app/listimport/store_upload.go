package listimport

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// chunk is a piece of a file.
type chunk struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ImportID  id.ID `gorm:"primaryKey"`
	Seq       int   `gorm:"primaryKey"`
	Data      []byte
}

// TableName implements gorm's naming.
func (chunk) TableName() string { return "import_chunks" }

const chunkSize = 256 << 10

// mostAtOnce is how many imports of one account may be under way.
const mostAtOnce = 20

// Upload stores a file as it arrives and looks at what it is. When it ends early, nothing
// of it stays.
func (s *Service) Upload(ctx context.Context, scope account.Scope, fileName string, in io.Reader) (id.ID, error) {
	row := Import{ID: id.New(), FileName: cleanName(fileName), State: Uploading, CreatedBy: scope.Actor().ID, CreatedAt: s.store.Now()}
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var open int64
		if err := tx.Model(&Import{}).Where("state IN ?", []State{Uploading, Mapping, Checking, Checked, Held, Importing}).Count(&open).Error; err != nil {
			return err
		}
		if open >= mostAtOnce {
			return fault.New(fault.Limited, "There are 20 imports under way. Finish or discard one first.")
		}
		return tx.Create(&row).Error
	})
	if err != nil {
		return "", translate("begin", err)
	}
	if err := s.receive(ctx, scope, &row, in); err != nil {
		// The connection, and with it ctx, may be gone: what was stored goes too.
		return "", errors.Join(err, s.erase(context.WithoutCancel(ctx), scope, row.ID))
	}
	return row.ID, nil
}

// receive stores the pieces, each in a transaction of its own, and what the file is.
func (s *Service) receive(ctx context.Context, scope account.Scope, row *Import, in io.Reader) error {
	buffer := make([]byte, chunkSize)
	var head []byte
	for seq := 0; ; seq++ {
		n, err := io.ReadFull(in, buffer)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return fault.Wrap(fault.Invalid, "The upload ended before the file did. Nothing of it was kept; please send it again.", err)
		}
		if row.Size += int64(n); row.Size > MaxFile {
			return badFile("The file is larger than 1 GB. Please split it.")
		}
		if seq == 0 {
			head = append(head, buffer[:n]...)
		}
		if n > 0 {
			piece := chunk{ImportID: row.ID, Seq: seq, Data: buffer[:n]}
			if err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Create(&piece).Error }); err != nil {
				return translate("store a piece", err)
			}
		}
		if last {
			return s.begin(ctx, scope, row, head)
		}
	}
}

// begin looks at the file, guesses how it is read, and lets the person go on.
func (s *Service) begin(ctx context.Context, scope account.Scope, row *Import, head []byte) error {
	settings, err := detect(head, row.Size == int64(len(head)))
	if err != nil {
		return err
	}
	settings.Policy = FillEmpty
	fields, err := s.contacts.Fields(ctx, scope)
	if err != nil {
		return err
	}
	row.AccountID, row.Settings = scope.AccountID(), settings
	if err := s.readHeading(ctx, row, fields); err != nil {
		return err
	}
	if err := s.remember(ctx, scope, row); err != nil {
		return err
	}
	err = s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Model(&Import{}).Where("import_id = ? AND state = ?", row.ID, Uploading).Select("State", "Size", "Settings", "HeaderKey").
			Updates(Import{State: Mapping, Size: row.Size, Settings: row.Settings, HeaderKey: row.HeaderKey})
		if done.Error == nil && done.RowsAffected == 0 {
			return errNotNow()
		}
		return done.Error
	})
	return translate("begin", err)
}

// readHeading names the columns and guesses what they are.
func (s *Service) readHeading(ctx context.Context, row *Import, fields []contactField) error {
	names, sample, err := s.sample(ctx, row)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return badFile("There are no rows in this file.")
	}
	row.Settings.Names = names
	row.Settings.Columns = guessColumns(names, sample, fields)
	row.HeaderKey = ""
	if row.Settings.Header {
		row.HeaderKey = headerKey(names)
	}
	return nil
}

// remember takes over how the last file with the same heading was mapped.
func (s *Service) remember(ctx context.Context, scope account.Scope, row *Import) error {
	if row.HeaderKey == "" {
		return nil
	}
	var before []Import
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("header_key = ? AND header_key <> '' AND consent <> ''", row.HeaderKey).Order("import_id DESC").Limit(1).Find(&before).Error
	})
	if err != nil {
		return translate("remember", err)
	}
	if len(before) > 0 && len(before[0].Settings.Columns) == len(row.Settings.Columns) {
		row.Settings.Columns, row.Settings.Policy = before[0].Settings.Columns, before[0].Settings.Policy
	}
	return nil
}

// erase removes an import with its file, before anything was imported from it.
func (s *Service) erase(ctx context.Context, scope account.Scope, importID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		for _, table := range []any{&chunk{}, &outcome{}, &Import{}} {
			if err := tx.Where("import_id = ?", importID).Delete(table).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return translate("erase", err)
}

// cleanName keeps the last part of what a browser says the file is called: no path, no
// control characters, no length to fill a page.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[:120])
	}
	if name = strings.TrimSpace(name); name == "" || name == "." || name == "/" || name == ".." {
		return "list"
	}
	return name
}
