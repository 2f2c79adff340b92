package billing

import (
	"context"
	"errors"
	"strconv"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

const noPlan = "There is no such plan."

// Plans lists what is sold now, in the order of the price list; all, those that are on no
// list, too.
func (s *Service) Plans(ctx context.Context, all bool) (list []Plan, err error) {
	err = s.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		var rows []planRow
		if err := tx.Order("position, plan_id").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			if !r.Public && !all {
				continue
			}
			p, err := planAt(tx, r, r.Version)
			if err != nil {
				return err
			}
			list = append(list, p)
		}
		return nil
	})
	return list, translate("plans", noPlan, err)
}

// Plan returns one at a version; 0 is what is sold now.
func (s *Service) Plan(ctx context.Context, planID id.ID, version int) (p Plan, err error) {
	err = s.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		p, err = plan(tx, planID, version)
		return err
	})
	return p, translate("plan", noPlan, err)
}

func plan(tx *gorm.DB, planID id.ID, version int) (p Plan, err error) {
	var r planRow
	if err := tx.Where("plan_id = ?", planID).Take(&r).Error; err != nil {
		return p, err
	}
	if version == 0 {
		version = r.Version
	}
	return planAt(tx, r, version)
}

func planAt(tx *gorm.DB, r planRow, version int) (Plan, error) {
	var v versionRow
	err := tx.Where("plan_id = ? AND version = ?", r.PlanID, version).Take(&v).Error
	return Plan{ID: r.PlanID, Version: v.Version, Public: r.Public, Position: r.Position, Offer: v.Offer, CreatedAt: v.CreatedAt}, err
}

// AddPlan begins a plan.
func (s *Service) AddPlan(ctx context.Context, by Staff, p Plan) (Plan, error) {
	offer, err := p.Check()
	if err != nil {
		return p, err
	}
	p.Offer, p.ID, p.Version, p.CreatedAt = offer, id.New(), 1, s.store.Now()
	err = s.store.GlobalWrite(ctx, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(&planRow{p.ID, p.Public, p.Position, 1, p.CreatedAt}).Error; err != nil {
			return err
		}
		if err := tx.Create(&versionRow{p.ID, 1, p.Offer, p.CreatedAt}).Error; err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "plan.added", Object: audit.Object{ID: p.ID, Name: p.Name}, After: audit.Values{"name": p.Name}})
	})
	return p, translate("add a plan", noPlan, err)
}

// ChangePlan sells the plan in a new version from now on. Who is on an older one stays
// there. The plan's Version is the one that was shown: of two people who change at once
// the second is told.
func (s *Service) ChangePlan(ctx context.Context, by Staff, p Plan) error {
	offer, err := p.Check()
	if err != nil {
		return err
	}
	err = s.store.GlobalWrite(ctx, func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Model(&planRow{}).Where("plan_id = ? AND version = ?", p.ID, p.Version).
			Updates(map[string]any{"version": p.Version + 1, "public": p.Public, "position": p.Position})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.Conflict, "Somebody else changed this plan meanwhile. Look at it again.")
		}
		if err := tx.Create(&versionRow{p.ID, p.Version + 1, offer, s.store.Now()}).Error; err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "plan.changed", Object: audit.Object{ID: p.ID, Name: p.Name},
			Before: audit.Values{"version": strconv.Itoa(p.Version)}, After: audit.Values{"name": p.Name, "version": strconv.Itoa(p.Version + 1)}})
	})
	return translate("change a plan", noPlan, err)
}

// Seller returns who sells; empty until staff entered it.
func (s *Service) Seller(ctx context.Context) (out Seller, err error) {
	err = s.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		out, err = seller(tx)
		return err
	})
	return out, translate("seller", noPlan, err)
}

func seller(tx *gorm.DB) (Seller, error) {
	var r sellerRow
	err := tx.Where("seller_id = 1").Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, store.ErrNotFound) {
		return Seller{}, nil
	}
	return r.Details, err
}
