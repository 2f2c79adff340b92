package terms

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

type draftRow struct {
	Document    Document `gorm:"primaryKey"`
	Title       string
	Markdown    string
	Kind        Kind
	Summary     string
	Reason      string
	EffectiveOn Date
	Revision    int
	EditedBy    id.ID
	EditedAt    time.Time
	ApprovedBy  *id.ID
	ApprovedAt  *time.Time
}

// TableName implements gorm's Tabler.
func (draftRow) TableName() string { return "terms_drafts" }

func (r draftRow) draft() Draft {
	return Draft{
		Document: r.Document, Title: r.Title, Markdown: r.Markdown, Kind: r.Kind, Summary: r.Summary, Reason: r.Reason, EffectiveOn: r.EffectiveOn,
		Revision: r.Revision, EditedBy: r.EditedBy, EditedAt: r.EditedAt, ApprovedBy: orZero(r.ApprovedBy), ApprovedAt: r.ApprovedAt,
	}
}

func (d *Desk) draft(ctx context.Context, document Document) (f Draft, found bool, err error) {
	var r draftRow
	err = d.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("document = ?", document).Take(&r).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return f, false, nil
	}
	return r.draft(), err == nil, wrap("draft", err)
}

// Drafts returns every draft.
func (d *Desk) Drafts(ctx context.Context) ([]Draft, error) {
	var rows []draftRow
	err := d.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error { return tx.Order("document").Find(&rows).Error })
	out := make([]Draft, len(rows))
	for i, r := range rows {
		out[i] = r.draft()
	}
	return out, wrap("drafts", err)
}

func (d *Desk) saveDraft(ctx context.Context, staff id.ID, f Draft) error {
	r := draftRow{
		Document: f.Document, Title: f.Title, Markdown: f.Markdown, Kind: f.Kind, Summary: f.Summary, Reason: f.Reason, EffectiveOn: f.EffectiveOn,
		Revision: f.Revision + 1, EditedBy: staff, EditedAt: d.store.Now(),
	}
	return wrap("save a draft", d.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		if f.Revision == 0 {
			done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
			return changed(done)
		}
		return changed(tx.Model(&draftRow{}).Where("document = ? AND revision = ?", f.Document, f.Revision).Updates(map[string]any{
			"title": r.Title, "markdown": r.Markdown, "kind": r.Kind, "summary": r.Summary, "reason": r.Reason, "effective_on": r.EffectiveOn,
			"revision": r.Revision, "edited_by": r.EditedBy, "edited_at": r.EditedAt, "approved_by": nil, "approved_at": nil,
		}))
	}))
}

// changed fails when the row was not there as expected.
func changed(done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return errOtherDraft
	}
	return done.Error
}

func (d *Desk) setApproval(ctx context.Context, staff id.ID, f Draft) error {
	return wrap("approve", d.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return changed(tx.Model(&draftRow{}).Where("document = ? AND revision = ?", f.Document, f.Revision).
			Updates(map[string]any{"approved_by": staff, "approved_at": d.store.Now()}))
	}))
}

// Discard throws the draft away; versions are never thrown away.
func (d *Desk) Discard(ctx context.Context, document Document, revision int) error {
	return wrap("discard", d.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return changed(tx.Where("document = ? AND revision = ?", document, revision).Delete(&draftRow{}))
	}))
}

// insertVersion turns the draft into a version, whole or not at all.
func (d *Desk) insertVersion(ctx context.Context, staff id.ID, f Draft, number int) (Version, error) {
	now := d.store.Now()
	r := versionRow{
		Document: f.Document, Number: number, Kind: f.Kind, EffectiveOn: f.EffectiveOn, ToldOn: f.EffectiveOn, Title: f.Title, Markdown: f.Markdown,
		Digest: digest(f.Markdown), CreatedAt: now, Summary: f.Summary, Reason: f.Reason,
		DraftedBy: orNil(f.EditedBy), ApprovedBy: orNil(f.ApprovedBy), AnnouncedBy: orNil(staff), AnnouncedAt: now,
	}
	if f.Kind == Correction {
		r.NotifiedAt = &now // nobody has to be told
	}
	err := d.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		if err := changed(tx.Where("document = ? AND revision = ?", f.Document, f.Revision).Delete(&draftRow{})); err != nil {
			return err
		}
		return tx.Create(&r).Error
	})
	if errors.Is(err, store.ErrDuplicate) || errors.Is(err, store.ErrReference) {
		// Somebody was faster, or this machine's clock is wrong: the database refused.
		err = fault.Wrap(fault.Conflict, "The announcement was refused: another version came in between, or this machine's clock is wrong. Please look again.", err)
	}
	return r.version(), wrap("announce", err)
}

func (d *Desk) setWithdrawn(ctx context.Context, staff id.ID, v Version) error {
	err := d.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return changed(tx.Model(&versionRow{}).Where("document = ? AND number = ? AND withdrawn_at IS NULL", v.Document, v.Number).
			Updates(map[string]any{"withdrawn_at": d.store.Now(), "withdrawn_by": staff}))
	})
	if errors.Is(err, store.ErrReference) {
		err = fault.Wrap(fault.Conflict, "The version cannot be withdrawn any more.", err)
	}
	return wrap("withdraw", err)
}
