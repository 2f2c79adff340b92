package listimport

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// outcome is what became of a run of rows, an octet each.
type outcome struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ImportID  id.ID `gorm:"primaryKey"`
	Dry       bool  `gorm:"primaryKey"`
	FirstRow  int64 `gorm:"primaryKey"`
	Codes     []byte
}

// TableName implements gorm's naming.
func (outcome) TableName() string { return "import_outcomes" }

// Imports returns the account's imports, newest first, before one of them.
func (s *Service) Imports(ctx context.Context, scope account.Scope, before id.ID, limit int) (rows []Import, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		q := tx.Where("state <> ?", Uploading).Order("import_id DESC").Limit(limit)
		if !before.IsZero() {
			q = q.Where("import_id < ?", before)
		}
		return q.Find(&rows).Error
	})
	return rows, translate("list", err)
}

// Import returns one.
func (s *Service) Import(ctx context.Context, scope account.Scope, importID id.ID) (row Import, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&row, "import_id = ? AND state <> ?", importID, Uploading).Error
	})
	return row, translate("get", err)
}

// Preview returns the names of the columns and the first rows, as the settings read them.
func (s *Service) Preview(ctx context.Context, scope account.Scope, importID id.ID) (names []string, sample [][]string, err error) {
	row, err := s.Import(ctx, scope, importID)
	if err != nil {
		return nil, nil, err
	}
	names, sample, err = s.sample(ctx, &row)
	for _, cells := range sample {
		for i := range cells {
			cells[i] = shorten(cells[i], 120)
		}
	}
	return names, sample, err
}

// Reread corrects how the file is read; the columns are named and guessed anew.
func (s *Service) Reread(ctx context.Context, scope account.Scope, importID id.ID, encoding, delimiter string, header bool) error {
	row, err := s.Import(ctx, scope, importID)
	if err != nil {
		return err
	}
	if !open(row.State) {
		return errNotNow()
	}
	if row.Settings.Format == CSV {
		if _, ok := encodingOf(encoding); !ok {
			return fault.Field("encoding", "Choose how the file writes its characters.")
		}
		if !slices.ContainsFunc(Delimiters, func(d struct{ Value, Label string }) bool { return d.Value == delimiter }) {
			return fault.Field("delimiter", "Choose what stands between the cells.")
		}
		row.Settings.Encoding, row.Settings.Delimiter = encoding, delimiter
	}
	row.Settings.Header = header
	fields, err := s.contacts.Fields(ctx, scope)
	if err != nil {
		return err
	}
	if err := s.readHeading(ctx, &row, fields); err != nil {
		return err
	}
	if err := s.remember(ctx, scope, &row); err != nil {
		return err
	}
	return s.move(ctx, scope, row, []State{Mapping, Checked, Held}, Mapping, "Settings", "HeaderKey")
}

func open(state State) bool { return state == Mapping || state == Checked || state == Held }

// Plan is what the person says about the columns and the people.
type Plan struct {
	Columns []string
	Policy  Policy
	Lists   []id.ID
	Consent string
}

// Check stores the plan and starts the dry run.
func (s *Service) Check(ctx context.Context, scope account.Scope, importID id.ID, plan Plan) error {
	row, err := s.Import(ctx, scope, importID)
	if err != nil {
		return err
	}
	if !open(row.State) {
		return errNotNow()
	}
	fields, err := s.contacts.Fields(ctx, scope)
	if err != nil {
		return err
	}
	lists, err := s.contacts.Lists(ctx, scope)
	if err != nil {
		return err
	}
	if row.Consent, err = plan.judge(&row, fields, lists); err != nil {
		return err
	}
	row.Settings.Columns, row.Settings.Policy, row.Settings.Lists, row.Settings.Invalid = plan.Columns, plan.Policy, plan.Lists, false
	now := s.store.Now()
	row.StartedAt = &now
	err = s.move(ctx, scope, row, []State{Mapping, Checked, Held}, Checking, "Settings", "Consent", "StartedAt", "RowsDone", "OctetsDone", "Checked", "Counts", "Quality")
	if err == nil {
		s.wake()
	}
	return err
}

// judge finds what is missing in a plan, by field of its form.
func (p Plan) judge(row *Import, fields []contact.Field, lists []contact.List) (consent string, err error) {
	problems := map[string]string{}
	emails := 0
	if len(p.Columns) != len(row.Settings.Columns) {
		problems["columns"] = "The columns of the file have changed. Reload the page."
	}
	for _, part := range p.Columns {
		if part == contact.PartEmail {
			emails++
		}
		if !KnownPart(part, fields) {
			problems["columns"] = "There is no such field for a column."
		}
	}
	if emails != 1 && problems["columns"] == "" {
		problems["columns"] = "Say which one column holds the e-mail address."
	}
	if !p.Policy.Valid() {
		problems["policy"] = "Choose what happens to contacts that are there already."
	}
	for _, listID := range p.Lists {
		if !slices.ContainsFunc(lists, func(l contact.List) bool { return l.ID == listID }) {
			problems["lists"] = "There is no such list."
		}
	}
	consent, err = contact.CheckWording(p.Consent)
	if err != nil {
		problems["consent"] = fault.SafeText(err)
	}
	if len(problems) > 0 {
		return consent, &fault.Error{Kind: fault.Invalid, Safe: "Please check what is marked.", Fields: problems}
	}
	return consent, nil
}

// KnownPart reports whether a column can be that.
func KnownPart(part string, fields []contact.Field) bool {
	switch part {
	case "", contact.PartEmail, contact.PartName, contact.PartKind, contact.PartCompany, contact.PartLanguage, contact.PartTimeZone:
		return true
	}
	key, ok := strings.CutPrefix(part, contact.PartField)
	return ok && slices.ContainsFunc(fields, func(f contact.Field) bool { return f.Key == key })
}

// Start begins the import itself. A held one needs the person's decision.
func (s *Service) Start(ctx context.Context, scope account.Scope, importID id.ID, despiteInvalid bool) error {
	row, err := s.Import(ctx, scope, importID)
	if err != nil {
		return err
	}
	if row.State == Held && !despiteInvalid {
		return fault.Field("despite_invalid", "Tick that you have looked at the rejected rows and want the others imported.")
	}
	now := s.store.Now()
	row.StartedAt, row.Settings.Invalid, row.Counts = &now, despiteInvalid, Counts{}
	err = s.store.Write(ctx, scope, func(ctx context.Context, _ *gorm.DB) error {
		if err := s.move(ctx, scope, row, []State{Checked, Held}, Importing, "StartedAt", "Settings", "RowsDone", "OctetsDone", "Counts"); err != nil {
			return err
		}
		entry := contact.Consent{AccountID: scope.AccountID(), Wording: row.Consent, ImportID: row.ID, ActorID: scope.Actor().ID}
		if err := s.contacts.RecordImport(ctx, entry); err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "import.started", Object: audit.Object{ID: row.ID, Name: row.FileName}})
	})
	if err == nil {
		s.wake()
	}
	return err
}

// Cancel stops what is under way at the end of its batch. Before the import itself it goes
// back to the mapping.
func (s *Service) Cancel(ctx context.Context, scope account.Scope, importID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&Import{}).Where("import_id = ? AND state IN ?", importID, []State{Checking, Importing}).Update("stop", true)
		if done.Error == nil && done.RowsAffected == 0 {
			return s.absent(ctx, scope, importID)
		}
		return done.Error
	})
	return translate("cancel", err)
}

// Discard removes an import that nothing was stored from, with its file.
func (s *Service) Discard(ctx context.Context, scope account.Scope, importID id.ID) error {
	row, err := s.Import(ctx, scope, importID)
	if err != nil {
		return err
	}
	if !open(row.State) && row.State != Failed || row.Counts.Rows > 0 {
		return errNotNow()
	}
	return s.erase(ctx, scope, importID)
}

// Undo takes an import back, in the background.
func (s *Service) Undo(ctx context.Context, scope account.Scope, importID id.ID) error {
	row, err := s.Import(ctx, scope, importID)
	if err != nil {
		return err
	}
	now := s.store.Now()
	if !row.CanUndo(now) {
		return fault.New(fault.Conflict, "This import cannot be undone any more.")
	}
	row.StartedAt = &now
	err = s.store.Write(ctx, scope, func(ctx context.Context, _ *gorm.DB) error {
		if err := s.move(ctx, scope, row, []State{Done, Cancelled}, Undoing, "StartedAt"); err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "import.undo_started", Object: audit.Object{ID: row.ID, Name: row.FileName}})
	})
	if err == nil {
		s.wake()
	}
	return err
}

// move changes the state, when it still is one of those it may come from, with the given
// fields of the row. The progress begins anew.
func (s *Service) move(ctx context.Context, scope account.Scope, row Import, from []State, to State, fields ...string) error {
	row.State, row.RowsDone, row.OctetsDone, row.Stop, row.Reason = to, 0, 0, false, ""
	if to == Checking {
		row.Checked, row.Counts, row.Quality = Counts{}, Counts{}, Quality{}
	}
	err := s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Model(&Import{}).Where("import_id = ? AND state IN ?", row.ID, from).
			Select("State", append(toAny(fields), "Stop", "Reason")...).Updates(row)
		if done.Error == nil && done.RowsAffected == 0 {
			return s.absent(ctx, scope, row.ID)
		}
		if done.Error == nil && to == Checking {
			return tx.Where("import_id = ?", row.ID).Delete(&outcome{}).Error
		}
		return done.Error
	})
	return translate("move", err)
}

func toAny(texts []string) []any {
	all := make([]any, len(texts))
	for i := range texts {
		all[i] = texts[i]
	}
	return all
}

// absent tells an import that has moved on from one that is not there.
func (s *Service) absent(ctx context.Context, scope account.Scope, importID id.ID) error {
	if _, err := s.Import(ctx, scope, importID); err != nil {
		return err
	}
	return errNotNow()
}

// Rate is how many rows a second are done and how long the rest takes; zero when that is
// not known yet.
func (i Import) Rate(now time.Time) (perSecond float64, left time.Duration) {
	if i.StartedAt == nil || i.RowsDone == 0 || i.OctetsDone == 0 {
		return 0, 0
	}
	took := now.Sub(*i.StartedAt)
	if took < time.Second {
		return 0, 0
	}
	return float64(i.RowsDone) / took.Seconds(), time.Duration(float64(took) * float64(max(i.Size-i.OctetsDone, 0)) / float64(i.OctetsDone))
}
