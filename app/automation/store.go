package automation

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// List returns the account's automations, the newest first, with their steps.
func (s *Service) List(ctx context.Context, scope account.Scope) (rows []Automation, err error) {
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Order("automation_id DESC").Limit(MostAutomations).Find(&rows).Error; err != nil {
			return err
		}
		var steps []Step
		if err := tx.Order("position").Find(&steps).Error; err != nil {
			return err
		}
		for i := range rows {
			for _, step := range steps {
				if step.AutomationID == rows[i].ID {
					rows[i].Steps = append(rows[i].Steps, step)
				}
			}
		}
		return nil
	})
	return rows, translate("list", "", err)
}

// Get returns one with its steps in their order.
func (s *Service) Get(ctx context.Context, scope account.Scope, automationID id.ID) (a Automation, err error) {
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		a, err = take(tx, automationID)
		return err
	})
	return a, translate("get", noAutomation, err)
}

func take(tx *gorm.DB, automationID id.ID) (a Automation, err error) {
	if err := tx.Take(&a, "automation_id = ?", automationID).Error; err != nil {
		return a, err
	}
	return a, tx.Where("automation_id = ?", automationID).Order("position").Find(&a.Steps).Error
}

// Create stores a new automation, off, without steps.
func (s *Service) Create(ctx context.Context, scope account.Scope, d Draft) (a Automation, err error) {
	if d, err = d.check(); err != nil {
		return a, err
	}
	_, who := scope.Who()
	now := s.Store.Now()
	a = Automation{ID: id.New(), Recipe: d.Recipe, State: Off, Revision: 1, CreatedBy: who, CreatedAt: now, ChangedAt: now}
	a.apply(d)
	err = s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		var n int64
		if err := tx.Model(&Automation{}).Count(&n).Error; err != nil {
			return err
		}
		if n >= MostAutomations {
			return fault.Field("name", "There are 100 automations. Remove one first.")
		}
		if err := tx.Create(&a).Error; err != nil {
			return err
		}
		return s.record(ctx, scope, "automation.created", a)
	})
	return a, translate("create", "", err)
}

func (s *Service) record(ctx context.Context, scope account.Scope, action audit.Action, a Automation) error {
	return s.audit.Record(ctx, scope, audit.Entry{Action: action, Object: audit.Object{ID: a.ID, Name: a.Name}})
}

// change does something to an automation that is off, under its revision: of two who
// change it at once one is told.
func (s *Service) change(ctx context.Context, scope account.Scope, automationID id.ID, revision int64, action audit.Action, do func(tx *gorm.DB, a *Automation) error) error {
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		a, err := take(tx, automationID)
		switch {
		case err != nil:
			return err
		case a.State == On:
			return fault.New(fault.Conflict, "It is on. Turn it off to change it; who waits stays in it.")
		case a.Revision != revision:
			return fault.New(fault.Conflict, "Somebody else has changed this automation meanwhile. Reload the page to see what it says now.")
		}
		if err := do(tx, &a); err != nil {
			return err
		}
		a.Revision, a.ChangedAt = revision+1, s.Store.Now()
		done := tx.Model(&Automation{}).Where("automation_id = ? AND revision = ? AND state = ?", automationID, revision, Off).
			Select("Name", "ListID", "FieldID", "Shift", "Yearly", "Hour", "IdleDays", "DomainID", "FromName", "FromLocal", "ReplyTo", "TopicID", "TrackOpens", "TrackClicks", "Revision", "ChangedAt").Updates(a)
		if done.Error == nil && done.RowsAffected == 0 {
			return fault.New(fault.Conflict, "Somebody else has changed this automation meanwhile. Reload the page to see what it says now.")
		}
		if done.Error != nil {
			return done.Error
		}
		return s.record(ctx, scope, action, a)
	})
	return translate("change", noAutomation, err)
}

// Change stores what a person changed of an automation that is off. Its mails go out anew
// by the new sender: the revision of each step grows.
func (s *Service) Change(ctx context.Context, scope account.Scope, automationID id.ID, revision int64, d Draft) error {
	return s.change(ctx, scope, automationID, revision, "automation.changed", func(tx *gorm.DB, a *Automation) (err error) {
		d.Recipe = a.Recipe
		if d, err = d.check(); err != nil {
			return err
		}
		a.apply(d)
		return tx.Model(&Step{}).Where("automation_id = ?", automationID).Update("revision", gorm.Expr("revision + 1")).Error
	})
}

// SetStep changes a step, or adds one at the end when stepID is "".
func (s *Service) SetStep(ctx context.Context, scope account.Scope, automationID id.ID, revision int64, stepID id.ID, waitDays int, source content.Source) error {
	if waitDays < 0 || waitDays > mostDays {
		return fault.Field("wait_days", "A number of days, please.")
	}
	return s.change(ctx, scope, automationID, revision, "automation.step_changed", func(tx *gorm.DB, a *Automation) error {
		if stepID.IsZero() {
			if len(a.Steps) >= MostSteps {
				return fault.Field("body", "An automation has up to 20 steps.")
			}
			position := 1
			if n := len(a.Steps); n > 0 {
				position = a.Steps[n-1].Position + 1
			}
			return tx.Create(&Step{AutomationID: automationID, ID: id.New(), Position: position, WaitDays: waitDays, Content: source, Revision: 1}).Error
		}
		for _, step := range a.Steps {
			if step.ID == stepID {
				step.WaitDays, step.Content, step.Revision = waitDays, source, step.Revision+1
				return tx.Model(&Step{}).Where("automation_id = ? AND step_id = ?", automationID, stepID).Select("WaitDays", "Content", "Revision").Updates(step).Error
			}
		}
		return fault.New(fault.NotFound, noStep)
	})
}

// RemoveStep takes a step out. Who waited for it goes on to the next.
func (s *Service) RemoveStep(ctx context.Context, scope account.Scope, automationID id.ID, revision int64, stepID id.ID) error {
	return s.change(ctx, scope, automationID, revision, "automation.step_removed", func(tx *gorm.DB, _ *Automation) error {
		done := tx.Where("automation_id = ? AND step_id = ?", automationID, stepID).Delete(&Step{})
		if done.Error == nil && done.RowsAffected == 0 {
			return fault.New(fault.NotFound, noStep)
		}
		return done.Error
	})
}

// Remove forgets an automation that is off, with who went through it. The numbers of its
// mails stay with the messages.
func (s *Service) Remove(ctx context.Context, scope account.Scope, automationID id.ID) error {
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		a, err := take(tx, automationID)
		if err != nil {
			return err
		}
		if a.State == On {
			return fault.New(fault.Conflict, "It is on. Turn it off first.")
		}
		if err := s.closeCampaigns(ctx, scope, tx, a); err != nil {
			return err
		}
		for _, row := range []any{&mailRow{}, &personRow{}, &campaignRow{}, &Step{}, &Automation{}} {
			if err := tx.Where("automation_id = ?", automationID).Delete(row).Error; err != nil {
				return err
			}
		}
		return s.record(ctx, scope, "automation.removed", a)
	})
	return translate("remove", noAutomation, err)
}

// ErasePerson forgets that a person went through automations of the account. They do not
// come in again: broadcasts refuse the erased.
func (s *Service) ErasePerson(ctx context.Context, scope account.Scope, address string) error {
	err := s.Store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		for _, row := range []any{&mailRow{}, &personRow{}} {
			if err := tx.Where("address = ?", address).Delete(row).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return translate("erase a person", "", err)
}
