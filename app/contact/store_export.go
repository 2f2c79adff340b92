package contact

import (
	"context"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/id"
)

// exportPage is how many contacts are read at a time: few enough that a download begins
// at once.
const exportPage = 1000

// Format is the kind of file that an export makes.
type Format string

// The formats.
const (
	AsCSV  Format = "csv"
	AsXLSX Format = "xlsx"
)

// table is where rows are written to.
type table interface {
	Write(cells []string) error
	end() error
}

type csvTable struct{ *csv.Writer }

func (t csvTable) end() error {
	t.Flush()
	return t.Error()
}

// Export writes the contacts of a filter: the columns of every contact, then the custom
// fields by key, then lists and the day of their adding, for people. Cell makes a value
// safe for spreadsheets; a workbook's cells are texts anyway, and get the same mark so that
// both files read alike. An import of the file changes nothing.
func (s *Service) Export(ctx context.Context, scope account.Scope, f Filter, format Format, cell func(string) string, w io.Writer) error {
	var out table = csvTable{csv.NewWriter(w)}
	if format == AsXLSX {
		var err error
		if out, err = newXLSX(w); err != nil {
			return err
		}
	}
	if err := s.export(ctx, scope, f, cell, out); err != nil {
		return err
	}
	return out.end()
}

func (s *Service) export(ctx context.Context, scope account.Scope, f Filter, cell func(string) string, out table) error {
	fields, err := s.Fields(ctx, scope)
	if err != nil {
		return err
	}
	lists, err := s.Lists(ctx, scope)
	if err != nil {
		return err
	}
	names := map[id.ID]string{}
	for _, l := range lists {
		names[l.ID] = l.Name
	}
	heading := []string{PartEmail, PartName, PartKind, PartCompany, PartLanguage, PartTimeZone}
	for _, field := range fields {
		heading = append(heading, field.Key)
	}
	if err := out.Write(append(heading, "lists", "added")); err != nil {
		return err
	}
	for f.Limit = exportPage; ; {
		rows, err := s.Find(ctx, scope, f)
		if err != nil {
			return err
		}
		places, err := s.places(ctx, scope, rows)
		if err != nil {
			return err
		}
		for _, c := range rows {
			record := []string{cell(c.Given), cell(c.Name), string(c.Kind), cell(c.Company), c.Language, c.TimeZone}
			for _, field := range fields {
				record = append(record, cell(c.Attributes[field.Key]))
			}
			var on []string
			for _, listID := range places[c.ID] {
				on = append(on, names[listID])
			}
			if err := out.Write(append(record, cell(strings.Join(on, "; ")), c.CreatedAt.UTC().Format(time.DateOnly))); err != nil {
				return err
			}
		}
		if len(rows) < exportPage {
			return nil
		}
		f.After = rows[len(rows)-1].ID
	}
}

// places returns the lists of each of the contacts.
func (s *Service) places(ctx context.Context, scope account.Scope, contacts []Contact) (map[id.ID][]id.ID, error) {
	found := map[id.ID][]id.ID{}
	for start := 0; start < len(contacts); start += 500 {
		var ids []id.ID
		for _, c := range contacts[start:min(start+500, len(contacts))] {
			ids = append(ids, c.ID)
		}
		var rows []Member
		err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
			return tx.Where("contact_id IN ?", ids).Order("contact_id, list_id").Find(&rows).Error
		})
		if err != nil {
			return nil, translate("places", noContact, err)
		}
		for _, m := range rows {
			found[m.ContactID] = append(found[m.ContactID], m.ListID)
		}
	}
	return found, nil
}

// RecordExport enters in the account's log that somebody took contacts out.
func (s *Service) RecordExport(ctx context.Context, scope account.Scope, what string) error {
	return translate("record export", noContact, s.audit.Record(ctx, scope, audit.Entry{Action: "contacts.exported", Object: audit.Object{Name: what}}))
}
