package boot

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"smtpserver/app/bounce"
	"smtpserver/app/web"
)

// instance is what the back office asks of the program.
func (r *running) instance() web.Instance {
	return web.Instance{
		Loads: func() ([]web.Load, error) {
			all, err := r.Queue.Loads()
			loads := make([]web.Load, len(all))
			for i, l := range all {
				loads[i] = web.Load{Queue: l.Queue, Pending: l.Pending, Active: l.Active, Retrying: l.Retrying, Waits: l.Waits}
			}
			return loads, err
		},
		Reports: func(ctx context.Context, limit int) ([]bounce.Kept, error) {
			return bounce.ListKept(ctx, r.Store, limit)
		},
		Facts: r.facts,
	}
}

// facts are what one looks for first when something is wrong.
func (r *running) facts(ctx context.Context) [][2]string {
	facts := [][2]string{{"Engine", string(r.Store.Engine())}}
	if v, err := r.Store.Schema(ctx); err == nil {
		facts = append(facts, [2]string{"Schema", fmt.Sprintf("version %d, this program brings %d", v.Current, v.Known)})
	}
	if size, err := r.Store.Size(ctx); err == nil {
		facts = append(facts, [2]string{"Database size", fmt.Sprintf("%.1f MiB", float64(size)/(1<<20))})
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				facts = append(facts, [2]string{"Program", s.Value})
			}
		}
	}
	return append(facts, [2]string{"Delivery", r.Config.Delivery}, [2]string{"Go", runtime.Version()}, [2]string{"Mail host", r.Config.MailHostname})
}
