package broadcast

import (
	"context"
	"time"

	"gorm.io/gorm"
)

func (s *Service) setSample(ctx context.Context, c *Campaign, sample int, why, reason string) error {
	err := s.step(ctx, *c, "decide about the sample of a campaign", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, *c, "sample = ?, sample_why = ?, reason = ?", sample, why, reason)
	})
	if err == nil {
		c.Sample, c.SampleWhy, c.Reason = sample, why, reason
	}
	return err
}

func (s *Service) noteSampled(ctx context.Context, c *Campaign, at time.Time, reason string) error {
	err := s.step(ctx, *c, "note that a sample is handed over", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, *c, "sampled_at = ?, reason = ?", at, reason)
	})
	if err == nil {
		c.SampledAt, c.Reason = &at, reason
	}
	return err
}

func (s *Service) setLooked(ctx context.Context, c *Campaign, digest int64) error {
	err := s.step(ctx, *c, "note that a content was looked at", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, *c, "looked = ?", digest)
	})
	if err == nil {
		c.Looked = digest
	}
	return err
}
