package terms

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Offer is what newcomers accept at a moment, and what they are shown with it.
type Offer struct {
	Service   Version   // with its text
	With      []Version // accepted together with it: what binds both sides besides
	Informs   []Version // in force, and nothing to accept
	Announced []Version // takes effect later, after notice
}

// Offer returns what newcomers accept now.
func (a *Archive) Offer(ctx context.Context) (o Offer, err error) {
	now := a.store.Now()
	if o.Service, err = a.Current(ctx, Service, now); err != nil {
		return o, err
	}
	all, err := a.AllVersions(ctx)
	if err != nil {
		return o, err
	}
	o.With = binding(all, now)
	if v, ok := inForce(Of(all, Privacy), now); ok {
		o.Informs = append(o.Informs, v)
	}
	for _, document := range Documents {
		if v, ok := announced(Of(all, document), now); ok && v.Kind == Material {
			o.Announced = append(o.Announced, v)
		}
	}
	return o, nil
}

// Besides names the versions in With, so that a form can tell which were shown.
func (o Offer) Besides() string {
	names := make([]string, len(o.With))
	for i, v := range o.With {
		names[i] = fmt.Sprintf("%s:%d", v.Document, v.Number)
	}
	return strings.Join(names, " ")
}

// binding is what is accepted together with the terms of service. The privacy text informs.
func binding(all []Version, now time.Time) (out []Version) {
	for _, document := range []Document{AcceptableUse, Processing} {
		if v, ok := inForce(Of(all, document), now); ok {
			out = append(out, v)
		}
	}
	return out
}
