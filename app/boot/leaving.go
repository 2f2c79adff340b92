package boot

import (
	"context"
	"net/url"

	"smtpserver/app/config"
	"smtpserver/app/id"
	"smtpserver/app/leaving"
	"smtpserver/app/precheck"
	"smtpserver/app/submission"
	"smtpserver/app/tracking"
)

// wireTracking makes what mail carries, and what answers it.
func (v *Services) wireTracking(public *url.URL) error {
	var err error
	if v.Links, err = leaving.NewLinks(v.Box, public); err != nil {
		return err
	}
	if v.Tracker, err = tracking.New(v.Box, public); err != nil {
		return err
	}
	v.Switches = tracking.NewSwitches(tracking.Options{Store: v.Store, Clock: v.Clock, LinkHosts: v.Config.LinkHosts})
	v.Visits, v.Stops, v.Reports = tracking.NewRecorder(v.Store, v.Log), tracking.NewStops(v.Store, v.Log), tracking.NewReports(v.Store)
	// A mail that leads where nobody should go does not lead there by our name (L-05).
	v.Tracker.Refuse(func(address string) bool {
		return v.Stops.Has(address) || !v.Config.AllowPrivate && precheck.Inward(address)
	})
	v.Leaving = leaving.New(v.Store, v.Links, v.Forms.Leaving())
	v.Submission.SetDresser(dresser{v.Links, v.Tracker, v.Switches})
	return nil
}

// dresser implements submission.Dresser.
type dresser struct {
	links    *leaving.Links
	tracker  *tracking.Tracker
	switches *tracking.Switches
}

func (d dresser) Unsubscribe(ctx context.Context, accountID, domainID, messageID id.ID) (string, error) {
	host, err := d.switches.Host(ctx, accountID, domainID)
	if err != nil {
		return "", err
	}
	link, _, err := d.links.URLs(accountID, messageID, host)
	return link, err
}

func (d dresser) Marker(ctx context.Context, of submission.Marked, keep []string) (func([]byte) []byte, error) {
	m, err := d.switches.For(ctx, of.AccountID, of.DomainID, of.Stream, of.Wish)
	if err != nil || !m.Opens && !m.Clicks {
		return nil, err
	}
	m.MessageID, m.Keep = of.MessageID, keep
	return func(html []byte) []byte {
		marked, err := d.tracker.Mark(string(html), m)
		if err != nil {
			return html
		}
		return []byte(marked)
	}, nil
}

// examineLinks says whose host the links in mail carry.
func examineLinks(c *config.Config) Finding {
	switch {
	case c.LinkHosts:
		return Finding{Green, "links", "links in mail carry the customers' own link hosts where these lead here; the proxy must have a certificate for each", ""}
	case !c.HTTPS() && c.PublicHost() != "localhost": // where mail stays on the machine
		return Finding{Yellow, "links", "links in mail begin with " + c.PublicURL + ", and mailbox providers take one-click unsubscribing over https only (RFC 8058)", "set SMTPSERVER_PUBLIC_URL to an https address"}
	}
	return Finding{Green, "links", "links in mail begin with " + c.PublicURL + "; with a proxy that gets certificates on demand, SMTPSERVER_LINK_HOSTS=true lets them carry the customers' own hosts", ""}
}
