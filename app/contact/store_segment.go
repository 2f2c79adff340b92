package contact

import (
	"context"
	"errors"
	"sync"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Segment is a set of contacts by rules, found anew each time it is asked for.
type Segment struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID        id.ID `gorm:"column:segment_id;primaryKey"`
	Name      string
	NameKey   string
	Rules     Condition `gorm:"serializer:json"`
	Counted   int64     // at CountedAt; -1 before the first count
	CountedAt *time.Time
	Sample    []id.ID   `gorm:"serializer:json"` // some of them then, the newest first
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// TableName implements gorm's naming.
func (Segment) TableName() string { return "segments" }

const (
	noSegment    = "There is no such segment."
	mostSegments = 500
	sampleSize   = 20 // contacts that a segment's page shows
)

// Segments returns the account's segments by name.
func (s *Service) Segments(ctx context.Context, scope account.Scope) (rows []Segment, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("name_key").Limit(mostSegments).Find(&rows).Error
	})
	return rows, translate("segments", noSegment, err)
}

// Segment returns one.
func (s *Service) Segment(ctx context.Context, scope account.Scope, segmentID id.ID) (row Segment, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&row, "segment_id = ?", segmentID).Error
	})
	return row, translate("segment", noSegment, err)
}

// SaveSegment makes a segment, or changes the one of the id.
func (s *Service) SaveSegment(ctx context.Context, scope account.Scope, segmentID id.ID, name string, rules Condition) (Segment, error) {
	row := Segment{ID: segmentID, Rules: rules, Counted: -1, Sample: []id.ID{}}
	var err error
	if row.Name, _, err = named(name, ""); err != nil {
		return row, err
	}
	fields, err := s.Fields(ctx, scope)
	if err != nil {
		return row, err
	}
	now := s.store.Now()
	if _, _, err := rules.Compile(scope, fields, now); err != nil {
		return row, err
	}
	row.NameKey, row.UpdatedAt = Fold(row.Name), now
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if segmentID.IsZero() {
			row.ID, row.CreatedAt = id.New(), now
			return s.addSegment(tx, &row)
		}
		done := tx.Model(&Segment{}).Where("segment_id = ?", segmentID).Select("Name", "NameKey", "Rules", "Counted", "CountedAt", "Sample", "UpdatedAt").Updates(row)
		if done.Error == nil && done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return done.Error
	})
	if errors.Is(err, store.ErrDuplicate) {
		return row, fault.Field("name", "There is a segment of this name already.")
	}
	return row, translate("save segment", noSegment, err)
}

func (s *Service) addSegment(tx *gorm.DB, row *Segment) error {
	var n int64
	if err := tx.Model(&Segment{}).Count(&n).Error; err != nil {
		return err
	}
	if n >= mostSegments {
		return fault.Field("name", "An account has at most 500 segments.")
	}
	return tx.Create(row).Error
}

// RemoveSegment removes the rules; no contact is touched.
func (s *Service) RemoveSegment(ctx context.Context, scope account.Scope, segmentID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		gone := tx.Where("segment_id = ?", segmentID).Delete(&Segment{})
		if gone.Error == nil && gone.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return gone.Error
	})
	return translate("remove segment", noSegment, err)
}

// Count counts exactly whom rules name. On millions of contacts it takes its time: pages
// show the count kept last and ask for this apart.
func (s *Service) Count(ctx context.Context, scope account.Scope, rules *Condition) (n int64, err error) {
	fields, err := s.Fields(ctx, scope)
	if err != nil {
		return 0, err
	}
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		q, err := Filter{Where: rules}.narrow(tx, scope, fields, s.store.Now())
		if err != nil {
			return err
		}
		return q.Count(&n).Error
	})
	return n, translate("count", noSegment, err)
}

// Recount counts a segment anew and keeps the figure, with its time and a sample. Millions of contacts
// take longer than a page may: after patience it answers with what was kept last, done being
// false, and goes on by itself. A figure that is not older than since will do; whoever asks
// meanwhile waits for the same count.
func (s *Service) Recount(ctx context.Context, scope account.Scope, segmentID id.ID, since time.Time, patience time.Duration) (row Segment, done bool, err error) {
	row, err = s.Segment(ctx, scope, segmentID)
	if err != nil || row.CountedAt != nil && !row.CountedAt.Before(since) {
		return row, err == nil, err
	}
	// Under its own time: it outlives the request that asked for it.
	under := context.WithoutCancel(ctx)
	c := s.counts.join(string(segmentID)+row.UpdatedAt.String(), func() error {
		ctx, cancel := context.WithTimeout(under, longestCount)
		defer cancel()
		return s.keepCount(ctx, scope, row)
	})
	select {
	case <-c.done:
	case <-time.After(patience):
		return row, false, nil
	}
	if c.err != nil {
		return row, false, c.err
	}
	row, err = s.Segment(ctx, scope, segmentID)
	return row, err == nil, err
}

const longestCount = 2 * time.Minute

func (s *Service) keepCount(ctx context.Context, scope account.Scope, row Segment) error {
	n, err := s.Count(ctx, scope, &row.Rules)
	if err != nil {
		return err
	}
	found, err := s.Find(ctx, scope, Filter{Where: &row.Rules, Limit: sampleSize})
	if err != nil {
		return err
	}
	now := s.store.Now()
	kept := Segment{Counted: n, CountedAt: &now, Sample: make([]id.ID, len(found))}
	for i := range found {
		kept.Sample[i] = found[i].ID
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&Segment{}).Where("segment_id = ? AND updated_at = ?", row.ID, row.UpdatedAt).Select("Counted", "CountedAt", "Sample").Updates(kept).Error
	})
	return translate("keep count", noSegment, err)
}

// Sampled returns the contacts of a segment's sample that are still there.
func (s *Service) Sampled(ctx context.Context, scope account.Scope, row Segment) (found []Contact, err error) {
	if len(row.Sample) == 0 {
		return nil, nil
	}
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("contact_id IN ?", row.Sample).Order("contact_id DESC").Find(&found).Error
	})
	return found, translate("sample", noSegment, err)
}

// counting lets those who want the same figure wait for one count.
type counting struct {
	mu  sync.Mutex
	now map[string]*count
}

type count struct {
	done chan struct{}
	err  error // read after done
}

func (c *counting) join(key string, do func() error) *count {
	c.mu.Lock()
	defer c.mu.Unlock()
	if running, ok := c.now[key]; ok {
		return running
	}
	made := &count{done: make(chan struct{})}
	if c.now == nil {
		c.now = map[string]*count{}
	}
	c.now[key] = made
	go func() {
		made.err = do()
		c.mu.Lock()
		delete(c.now, key)
		c.mu.Unlock()
		close(made.done)
	}()
	return made
}
