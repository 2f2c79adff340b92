package broadcast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/submission"
)

// Bounds of a sample.
const (
	leastDoubted = 1_000 // smaller audiences are no more than a sample themselves
	leastSample  = 200   // recipients
	samplePart   = 100   // of so many one, if that is more
	sampleLooks  = 10 * time.Second
	sampleTime   = 2 * time.Hour // then what is known has to do
)

// reach is up to which band recipients may get the campaign now.
func (c Campaign) reach() int64 {
	if c.Sample > 0 {
		return min(int64(c.Sample), c.testedBands())
	}
	return c.testedBands()
}

// sampleOf is how many bands hold a sample of an audience.
func sampleOf(audience int64) int {
	n := max(leastSample, audience/samplePart)
	return int(min((n*bands+audience-1)/audience, bands))
}

// sampled judges an audience once, and lets the rest of a doubtful one wait until it is
// known what became of the sample. It returns when to look again; zero when to go on.
func (s *Service) sampled(ctx context.Context, c *Campaign, t totals) (again time.Time, err error) {
	switch {
	case c.Sample == NoSample:
		return again, nil
	case c.Sample == 0:
		return again, s.doubt(ctx, c, t)
	case c.SampledAt == nil:
		return again, nil // it is being handed over
	case t.queued() > 0 && s.Store.Now().Sub(*c.SampledAt) < sampleTime:
		return s.Store.Now().Add(sampleLooks), nil
	}
	if words := judgeSample(t); words != "" {
		if err := s.setSample(ctx, c, NoSample, c.SampleWhy, ""); err != nil {
			return again, err
		}
		return again, &stopped{reason: words}
	}
	return again, s.setSample(ctx, c, NoSample, c.SampleWhy, "")
}

// doubt decides whether there is a sample.
func (s *Service) doubt(ctx context.Context, c *Campaign, t totals) error {
	why := ""
	if s.Doubts != nil && t.Waiting >= leastDoubted && t.Accepted == 0 {
		var err error
		if why, err = s.Doubts.Doubt(ctx, *c, t.Audience); err != nil {
			return err
		}
	}
	if why == "" {
		return s.setSample(ctx, c, NoSample, "", c.Reason)
	}
	return s.setSample(ctx, c, sampleOf(t.Audience), why, why+" So a random sample gets it first; the rest follows by itself when few of them bounce or complain.")
}

// sampleOver notes when the last of the sample was handed over.
func (s *Service) sampleOver(ctx context.Context, c *Campaign) (time.Time, error) {
	now := s.Store.Now()
	if c.SampledAt == nil {
		if err := s.noteSampled(ctx, c, now, c.SampleWhy+" A random sample has it now; the rest follows by itself when few of them bounce or complain."); err != nil {
			return now, err
		}
	}
	return now.Add(sampleLooks), nil
}

// What a sample may show at most. Two complaints of a few hundred are no chance.
const (
	sampleBounces    = 0.04
	sampleComplaints = 2
)

// judgeSample says what speaks against sending the rest; "" for nothing.
func judgeSample(t totals) string {
	ended := t.Delivered + t.Bounced
	share := 0.0
	if ended > 0 {
		share = float64(t.Hard) / float64(ended)
	}
	if share < sampleBounces && t.Complained < sampleComplaints {
		return ""
	}
	return fmt.Sprintf("Of the sample of %d recipients %d (%.1f %%) bounced because the address does not exist or takes no mail, and %d complained; more than 4 %% or one is too many, so the rest waits. Take addresses out that nobody has checked for long, and send the rest as a new campaign; or let this one go on, and it is paused again if it goes on like that.",
		ended, t.Hard, 100*share, t.Complained)
}

// look has the content looked at, once for each content.
func (s *Service) look(ctx context.Context, c *Campaign) error {
	if s.Looker == nil || c.Kind == Mailing {
		return nil
	}
	digest, err := digestOf(c.Content)
	if err != nil || c.Looked == digest {
		return err
	}
	if err := s.Looker.Look(ctx, *c); err != nil {
		if _, later := submission.IsLater(err); later || errors.Is(err, context.Canceled) {
			return err
		}
		if fault.Is(err, fault.Internal) {
			return err
		}
		return stopping(err)
	}
	return s.setLooked(ctx, c, digest)
}

func digestOf(content []Variant) (int64, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return 0, fmt.Errorf("broadcast: digest: %w", err)
	}
	sum := fnv.New64a()
	_, _ = sum.Write(text) // never fails
	return int64(sum.Sum64()>>1) | 1, nil
}
