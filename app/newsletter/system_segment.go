package newsletter

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// owners is every customer with the person who owns it and whether they may be mailed:
// the only way from accounts to addresses in this package. Its arguments are the
// operator's account, the broadcast stream and now: a pause ends.
const owners = ` FROM accounts a JOIN account_owners o ON o.account_id = a.account_id JOIN users u ON u.user_id = o.user_id
	LEFT JOIN account_profiles p ON p.account_id = a.account_id
	LEFT JOIN news_refusals r ON r.user_id = u.user_id
	LEFT JOIN suppressions s ON s.account_id = ? AND s.stream = ? AND s.address = u.email_key AND (s.ends_at IS NULL OR s.ends_at > ?)
	WHERE a.kind <> 'operator' AND a.state <> 'closed'`

func (s *Service) ownerArgs() []any { return []any{s.Operator, message.Broadcast, s.Store.Now()} }

// Count is how many a segment finds, and whom of them a mailing would reach.
type Count struct {
	Accounts    int64
	People      int64 // their owners: one person may own several
	Unconfirmed int64 // whose address was never confirmed
	Refused     int64 // who want no news
	Suppressed  int64 // whose address does not take mail
}

// Reached is how many people a mailing to the segment alone reaches.
func (c Count) Reached() int64 { return c.People - c.Unconfirmed - c.Refused - c.Suppressed }

// Count finds the customers of the rules now.
func (s *Service) Count(ctx context.Context, r Rules) (c Count, err error) {
	fields := map[string]string{}
	if r = r.check(fields); len(fields) > 0 {
		return c, invalid(fields)
	}
	where, args := r.where(s.Store.Now())
	// One row per person: the first of the reasons that holds.
	sql := `SELECT count(*) AS people, COALESCE(sum(accounts), 0) AS accounts, COALESCE(sum(CASE WHEN bar = 'skipped' THEN 1 ELSE 0 END), 0) AS unconfirmed,
		COALESCE(sum(CASE WHEN bar = 'opted_out' THEN 1 ELSE 0 END), 0) AS refused, COALESCE(sum(CASE WHEN bar = 'suppressed' THEN 1 ELSE 0 END), 0) AS suppressed
		FROM (SELECT u.user_id, count(*) AS accounts, min(` + barOfOwner + `) AS bar` + owners + where + ` GROUP BY u.user_id) x`
	err = s.Store.SystemRead(ctx, "count customers of a segment", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(sql, append(s.ownerArgs(), args...)...).Scan(&c).Error
	})
	return c, translate("count", "", err)
}

// Segments returns all segments by name.
func (s *Service) Segments(ctx context.Context) (rows []Segment, err error) {
	err = s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("name_key").Limit(mostSegments).Find(&rows).Error
	})
	return rows, translate("segments", "", err)
}

// Segment returns one.
func (s *Service) Segment(ctx context.Context, segmentID id.ID) (row Segment, err error) {
	err = s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error { return tx.Take(&row, "segment_id = ?", segmentID).Error })
	return row, translate("segment", noSegment, err)
}

// SaveSegment makes a segment, or changes the one of the id.
func (s *Service) SaveSegment(ctx context.Context, staffID, segmentID id.ID, name string, r Rules) (row Segment, err error) {
	fields := map[string]string{}
	now := s.Store.Now()
	row = Segment{ID: segmentID, Name: checkName(name, fields), Rules: r.check(fields), CreatedBy: staffID, CreatedAt: now, UpdatedAt: now}
	if err := invalid(fields); err != nil {
		return row, err
	}
	row.NameKey = strings.ToLower(row.Name)
	action := audit.Action("segment.changed")
	err = s.Store.SystemWrite(ctx, "staff save a segment of customers", func(ctx context.Context, tx *gorm.DB) error {
		var done *gorm.DB
		if segmentID.IsZero() {
			var n int64
			if err := tx.Model(&Segment{}).Count(&n).Error; err != nil {
				return err
			}
			if n >= mostSegments {
				return fault.Field("name", "There are 200 segments. Remove one first.")
			}
			row.ID, action = id.New(), "segment.created"
			done = tx.Create(&row)
		} else {
			done = tx.Model(&Segment{}).Where("segment_id = ?", segmentID).Select("Name", "NameKey", "Rules", "UpdatedAt").Updates(row)
		}
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: staffID, Action: action, Object: audit.Object{ID: row.ID, Name: row.Name}})
	})
	if errors.Is(err, store.ErrDuplicate) {
		return row, fault.Field("name", "There is a segment of this name already.")
	}
	return row, translate("save segment", noSegment, err)
}

// RemoveSegment forgets a segment. Mailings that went to it keep its name in their reports.
func (s *Service) RemoveSegment(ctx context.Context, staffID, segmentID id.ID) error {
	err := s.Store.SystemWrite(ctx, "staff remove a segment of customers", func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Where("segment_id = ?", segmentID).Delete(&Segment{})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: staffID, Action: "segment.removed", Object: audit.Object{ID: segmentID}})
	})
	return translate("remove segment", noSegment, err)
}
