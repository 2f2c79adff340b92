package terms

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"smtpserver/app/store"
	"smtpserver/app/terms/redline"
)

// Courier gives notice: it sees to it that each account has one row for each announced
// version, that each owner gets each mail once, and that the effective date stands on
// what was really given. What it owes stands in SQL; running it often does no harm, and
// neither does killing it at any moment.
type Courier struct {
	*Archive
	post  Post
	log   *slog.Logger
	batch int
	once  sync.Mutex // one run in a process; between processes the unique keys decide
}

// courierBatch is how many accounts one transaction serves: short enough for others to
// write in between.
const courierBatch = 50

// NewCourier returns a courier.
func NewCourier(a *Archive, p Post, log *slog.Logger) *Courier {
	return &Courier{Archive: a, post: p, log: log, batch: courierBatch}
}

// Run does what is owed now.
func (c *Courier) Run(ctx context.Context) error {
	if !c.once.TryLock() {
		return nil // this process is at it
	}
	defer c.once.Unlock()
	all, err := c.AllVersions(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, v := range all {
		switch {
		case v.Kind != Material:
		case v.Open(c.store.Now()) || c.lately(v.WithdrawnAt):
			errs = append(errs, c.serve(ctx, v))
		case v.WithdrawnAt == nil && DateOf(c.store.Now()) <= v.EffectiveOn.Plus(2*mailDays):
			errs = append(errs, c.settle(ctx, v)) // the last reminders were still under way
		}
	}
	return errors.Join(errs...)
}

// lately bounds how long a withdrawn version is looked at.
func (c *Courier) lately(withdrawn *time.Time) bool {
	return withdrawn != nil && DateOf(c.store.Now()) <= DateOf(*withdrawn).Plus(NoticeDays)
}

// serve does what one version asks for.
func (c *Courier) serve(ctx context.Context, v Version) error {
	l, err := c.letter(ctx, v)
	if err != nil {
		return err
	}
	if v.WithdrawnAt != nil {
		if err := c.send(ctx, l, WithdrawalMail); err != nil {
			return err
		}
		return c.settle(ctx, v)
	}
	if err := c.open(ctx, v); err != nil {
		return err
	}
	if err := c.send(ctx, l, NoticeMail); err != nil {
		return err
	}
	if kind, due := reminderDue(DateOf(c.store.Now()), v.EffectiveOn); due && v.NotifiedAt != nil {
		if err := c.send(ctx, l, kind); err != nil {
			return err
		}
	}
	if err := c.settle(ctx, v); err != nil || v.NotifiedAt != nil {
		return err
	}
	return c.complete(ctx, v)
}

// letter is what all letters about a version share.
func (c *Courier) letter(ctx context.Context, v Version) (Letter, error) {
	whole, err := c.Get(ctx, v.Document, v.Number)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{Version: whole}
	all, err := c.Versions(ctx, v.Document)
	if err != nil {
		return l, err
	}
	before := ""
	if current, ok := inForce(all, c.store.Now()); ok {
		if l.Current, err = c.text(ctx, current); err != nil {
			return l, err
		}
		before = l.Current.Markdown
	}
	l.Redline = redline.Compare(before, whole.Markdown)
	return l, nil
}

// batches repeats a step until it has nothing more to do. A batch that another process
// was faster with is judged anew.
func (c *Courier) batches(ctx context.Context, step func(ctx context.Context) (more bool, err error)) error {
	for lost := 0; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := step(ctx)
		switch {
		case errors.Is(err, store.ErrDuplicate) && lost < 20:
			lost++
		case err != nil:
			return wrap("courier", err)
		case !more:
			return nil
		}
	}
}
