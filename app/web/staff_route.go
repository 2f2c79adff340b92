package web

import (
	"cmp"
	"slices"
	"strings"

	"smtpserver/app/audit"
	"smtpserver/app/delivery"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffDestinationRoute sends a destination's mail another way than the usual one, or the
// usual way again, and has what waits tried at once.
func (s *Server) staffDestinationRoute(r *request) error {
	name, err := r.destinationAsked()
	if err != nil {
		return err
	}
	typed := map[string]string{"pool": strings.TrimSpace(r.post("pool")), "relay": strings.TrimSpace(r.post("relay")), "route_reason": r.post("route_reason")}
	reason, err := audit.CheckReason(typed["route_reason"], "Say in a few words why.")
	was, after := delivery.Detour{}, delivery.Detour{}
	if err = under("route_reason", err); err == nil {
		was, err = s.Detours.Of(r.ctx, name)
	}
	if err == nil {
		after, err = s.Detours.Set(r.ctx, delivery.Wish{Destination: name, Pool: typed["pool"], Relay: typed["relay"], Password: r.post("password")})
	}
	if status, errs, ok := refusal(err); ok {
		typed["relay"] = withoutPassword(typed["relay"])
		return s.showDestination(r, status, pages.StaffDestination{Typed: typed, Errors: errs})
	}
	if err != nil {
		return err
	}
	way := cmp.Or(after.Words(), "goes the usual way")
	entry := audit.StaffEntry{StaffID: r.user.ID, Action: "destination.routed", Object: audit.Object{ID: id.ID(name), Name: name}, Reason: reason}
	entry.Before, entry.After = audit.Changed(routeValues(was), routeValues(after))
	if err := s.Audit.Staff(r.ctx, entry); err != nil {
		return err
	}
	done, err := s.OperateAll(r.ctx, message.Retry, message.Reach{Destination: name})
	if err != nil {
		return err
	}
	group, err := s.Destinations.Group(r.ctx, name)
	if err != nil {
		return err
	}
	for _, d := range slices.Compact([]string{name, group}) {
		s.Wake(d, true)
	}
	text := "Mail to " + delivery.DestinationName(name) + " " + way + "."
	if done.Changed > 0 {
		text += " " + components.Plural(int64(done.Changed), "deferred delivery is", "deferred deliveries are") + " tried at once."
	}
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(urls.StaffDestinationOf(name))
}

// withoutPassword is a relay as typed, fit to be shown again.
func withoutPassword(typed string) string {
	at := strings.LastIndexByte(typed, '@')
	if at < 0 {
		return typed
	}
	from := 0
	if i := strings.Index(typed[:at], "://"); i >= 0 {
		from = i + len("://")
	}
	who, _, _ := strings.Cut(typed[from:at], ":")
	return typed[:from] + who + typed[at:]
}

// addRoute fills in where a destination's mail goes.
func (s *Server) addRoute(r *request, name string, page *pages.StaffDestination) error {
	d, err := s.Detours.Of(r.ctx, name)
	if err != nil {
		return err
	}
	page.Row.Route, page.Password = d.Words(), d.Password
	if page.Typed == nil {
		page.Typed = map[string]string{"pool": d.Pool, "relay": d.Shown()}
	}
	addresses, err := s.Sending.All(r.ctx)
	if err != nil {
		return err
	}
	usable, all := map[string]int64{}, map[string]int64{}
	for _, a := range addresses {
		all[a.Pool]++
		if a.Usable() {
			usable[a.Pool]++
		}
	}
	if d.Pool != "" {
		all[d.Pool] += 0 // its last address may have been removed
	}
	for pool, n := range all {
		page.Pools = append(page.Pools, components.Option{Value: pool, Label: pool + " (" + components.Count(usable[pool]) + " of " + components.Plural(n, "address", "addresses") + " may send)"})
	}
	slices.SortFunc(page.Pools, func(a, b components.Option) int { return strings.Compare(a.Value, b.Value) })
	group, err := s.Destinations.Group(r.ctx, name)
	if err == nil && group != name {
		page.Group, page.GroupURL = delivery.DestinationName(group), urls.StaffDestinationOf(group)
	}
	return err
}

func routeValues(d delivery.Detour) audit.Values {
	return audit.Values{"pool": d.Pool, "relay": d.Shown()}
}
