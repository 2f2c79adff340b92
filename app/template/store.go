package template

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// List returns the account's templates, those changed last first, without their sources.
func (s *Service) List(ctx context.Context, scope account.Scope) (all []Template, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("updated_at DESC, template_id DESC").Limit(MostTemplates).Find(&all).Error
	})
	return all, translate("list", noTemplate, err)
}

// Get returns a template with its source.
func (s *Service) Get(ctx context.Context, scope account.Scope, templateID id.ID) (t Template, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		t, err = find(tx, templateID)
		return err
	})
	return t, translate("get", noTemplate, err)
}

func find(tx *gorm.DB, templateID id.ID) (t Template, err error) {
	if err := tx.Take(&t, "template_id = ?", templateID).Error; err != nil {
		return t, err
	}
	var v Version
	err = tx.Take(&v, "template_id = ? AND number = ?", templateID, t.Version).Error
	t.Source = v.Source
	return t, err
}

// Create saves a new template.
func (s *Service) Create(ctx context.Context, scope account.Scope, name string, source content.Source) (Template, error) {
	t, err := s.judge(ctx, name, source)
	if err != nil {
		return t, err
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return s.insert(tx, scope, &t) })
	return t, translate("create", noTemplate, err)
}

// judge compiles a source and judges a name, so that one answer tells all that is wrong.
func (s *Service) judge(ctx context.Context, name string, source content.Source) (Template, error) {
	t := Template{Kind: source.Kind, Source: source}
	var wrong error
	if t.Name, t.NameKey, wrong = named(name); wrong == nil {
		_, err := s.compiler.Compile(ctx, source)
		return t, err
	}
	_, err := s.compiler.Compile(ctx, source)
	if err == nil || !fault.Is(err, fault.Invalid) {
		if err == nil {
			err = wrong
		}
		return t, err
	}
	fields := fault.FieldsOf(err)
	fields[PartName] = fault.SafeText(wrong)
	return t, err
}

func (s *Service) insert(tx *gorm.DB, scope account.Scope, t *Template) error {
	var n int64
	if err := tx.Model(&Template{}).Count(&n).Error; err != nil {
		return err
	}
	if n >= MostTemplates {
		return fault.Field(PartName, "An account has at most 500 templates. Remove one that is not used.")
	}
	now := s.store.Now()
	t.ID, t.Version, t.CreatedAt, t.UpdatedAt = id.New(), 1, now, now
	if err := tx.Create(t).Error; err != nil {
		return err
	}
	return tx.Create(&Version{TemplateID: t.ID, Number: 1, Source: t.Source, SavedBy: scope.Actor().ID, SavedAt: now}).Error
}

// Change saves a template again. since is the version that the person began with:
// whoever saved another meanwhile is not overwritten.
func (s *Service) Change(ctx context.Context, scope account.Scope, templateID id.ID, since int, name string, source content.Source) (Template, error) {
	t, err := s.judge(ctx, name, source)
	if err != nil {
		return t, err
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		now, err := find(tx, templateID)
		if err != nil {
			return err
		}
		if now.Version != since {
			return fault.Newf(fault.Conflict, "Somebody saved version %d while you wrote. What you wrote is below; look at theirs under Versions before you save yours as well.", now.Version)
		}
		version := now.Version
		if now.Source != source {
			if version, err = s.addVersion(tx, scope, now, source, 0); err != nil {
				return err
			}
		}
		t.ID, t.Version = templateID, version
		return tx.Model(&Template{}).Where("template_id = ?", templateID).Updates(map[string]any{"name": t.Name, "name_key": t.NameKey}).Error
	})
	return t, translate("change", noTemplate, err)
}

// addVersion makes a source the newest version, if nobody else did so at the same time.
func (s *Service) addVersion(tx *gorm.DB, scope account.Scope, t Template, source content.Source, restored int) (int, error) {
	now, next := s.store.Now(), t.Version+1
	done := tx.Model(&Template{}).Where("template_id = ? AND version = ?", t.ID, t.Version).Updates(map[string]any{"kind": source.Kind, "version": next, "updated_at": now})
	if done.Error != nil {
		return 0, done.Error
	}
	if done.RowsAffected == 0 {
		return 0, fault.New(fault.Conflict, "Somebody saved this at the same moment. Save again.")
	}
	v := Version{TemplateID: t.ID, Number: next, Source: source, Restored: restored, SavedBy: scope.Actor().ID, SavedAt: now}
	if err := tx.Create(&v).Error; err != nil {
		return 0, err
	}
	return next, tx.Where("template_id = ? AND number <= ?", t.ID, next-MostVersions).Delete(&Version{}).Error
}

// Versions returns what a template was, the newest first.
func (s *Service) Versions(ctx context.Context, scope account.Scope, templateID id.ID) (all []Version, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Take(&Template{}, "template_id = ?", templateID).Error; err != nil {
			return err
		}
		return tx.Where("template_id = ?", templateID).Order("number DESC").Limit(MostVersions).Find(&all).Error
	})
	return all, translate("versions", noTemplate, err)
}

// Version returns one of them.
func (s *Service) Version(ctx context.Context, scope account.Scope, templateID id.ID, number int) (v Version, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&v, "template_id = ? AND number = ?", templateID, number).Error
	})
	return v, translate("version", noVersion, err)
}

// Restore makes an old version the newest, as one more: nothing is lost by it.
func (s *Service) Restore(ctx context.Context, scope account.Scope, templateID id.ID, number int) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		t, err := find(tx, templateID)
		if err != nil {
			return err
		}
		var old Version
		if err := tx.Take(&old, "template_id = ? AND number = ?", templateID, number).Error; err != nil {
			return err
		}
		if old.Source == t.Source {
			return nil // it is what there is
		}
		_, err = s.addVersion(tx, scope, t, old.Source, number)
		return err
	})
	return translate("restore", noVersion, err)
}

// Copy makes another template of one.
func (s *Service) Copy(ctx context.Context, scope account.Scope, templateID id.ID) (made Template, err error) {
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		t, err := find(tx, templateID)
		if err != nil {
			return err
		}
		made = Template{Kind: t.Kind, Source: t.Source}
		if made.Name, made.NameKey, err = freeName(tx, t.Name); err != nil {
			return err
		}
		return s.insert(tx, scope, &made)
	})
	return made, translate("copy", noTemplate, err)
}

// freeName is the name of a copy: “Autumn, copy”, “Autumn, copy 2”.
func freeName(tx *gorm.DB, of string) (name, key string, err error) {
	if r := []rune(of); len(r) > longestName-12 {
		of = string(r[:longestName-12])
	}
	for n := 1; n <= MostTemplates+1; n++ {
		name = of + ", copy"
		if n > 1 {
			name = fmt.Sprintf("%s %d", name, n)
		}
		if name, key, err = named(name); err != nil {
			return name, key, err
		}
		var taken int64
		if err := tx.Model(&Template{}).Where("name_key = ?", key).Count(&taken).Error; err != nil || taken == 0 {
			return name, key, err
		}
	}
	return name, key, nil
}

// Remove takes a template away, with its versions. Campaigns that were written from it
// have their own content.
func (s *Service) Remove(ctx context.Context, scope account.Scope, templateID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Take(&Template{}, "template_id = ?", templateID).Error; err != nil {
			return err
		}
		if err := tx.Where("template_id = ?", templateID).Delete(&Version{}).Error; err != nil {
			return err
		}
		return tx.Where("template_id = ?", templateID).Delete(&Template{}).Error
	})
	return translate("remove", noTemplate, err)
}
