package listimport

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Download writes the rows of one class, in the original columns and with the reason, as
// CSV. Rows are read from the file again; which ones, the outcomes say.
func (s *Service) Download(ctx context.Context, scope account.Scope, importID id.ID, class Class, w io.Writer) error {
	row, err := s.Import(ctx, scope, importID)
	if err != nil {
		return err
	}
	fields, err := s.contacts.Fields(ctx, scope)
	if err != nil {
		return err
	}
	in, _, err := s.rows(ctx, &row)
	if err != nil {
		return err
	}
	j := &judge{columns: row.Settings.Columns, fields: usedFields(row.Settings.Columns, fields)}
	out := csv.NewWriter(w)
	if err := out.Write(append(safeCells(row.Settings.Names), "row", "reason")); err != nil {
		return err
	}
	outcomes := s.outcomes(ctx, scope, importID, row.Counts.Rows == 0)
	for number := int64(1); ; number++ {
		code, more, err := outcomes()
		if err != nil {
			return err
		}
		if !more {
			out.Flush()
			return out.Error()
		}
		r, err := in.next()
		if err != nil {
			return err
		}
		if code.Class() != class {
			continue
		}
		cells := safeCells(r.cells)
		for len(cells) < len(row.Settings.Columns) {
			cells = append(cells, "")
		}
		if err := out.Write(append(cells, strconv.FormatInt(number, 10), j.explain(r, code))); err != nil {
			return err
		}
	}
}

func safeCells(cells []string) []string {
	safe := make([]string, len(cells), len(cells)+2)
	for i, cell := range cells {
		safe[i] = SafeCell(cell)
	}
	return safe
}

// outcomes returns a function that gives the codes of one row after the other.
func (s *Service) outcomes(ctx context.Context, scope account.Scope, importID id.ID, dry bool) func() (Code, bool, error) {
	var codes []byte
	next := int64(0)
	return func() (Code, bool, error) {
		if len(codes) == 0 {
			var rows []outcome
			err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
				return tx.Where("import_id = ? AND dry = ? AND first_row >= ?", importID, dry, next).Order("first_row").Limit(1).Find(&rows).Error
			})
			if err != nil || len(rows) == 0 {
				return 0, false, err
			}
			codes, next = rows[0].Codes, rows[0].FirstRow+1
		}
		code := Code(codes[0])
		codes = codes[1:]
		return code, true, nil
	}
}

// MayDownload reports whether the rows of an import can still be given back.
func (i Import) MayDownload() bool { return i.Checked.Rows > 0 || i.Counts.Rows > 0 }

// Available fails when the file is no longer kept.
func (s *Service) Available(ctx context.Context, scope account.Scope, importID id.ID) error {
	var n int64
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&chunk{}).Where("import_id = ? AND seq = 0", importID).Count(&n).Error
	})
	if err != nil {
		return translate("look for the file", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "The file of this import is no longer kept.")
	}
	return nil
}
