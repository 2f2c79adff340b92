package boot

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"smtpserver/app/config"
)

// examineFilter asks the spam filter whether it is there: campaigns wait while it is not.
func examineFilter(ctx context.Context, c *config.Config) []Finding {
	if c.RspamdURL == "" {
		return nil
	}
	const remedy = "start rspamd's normal worker, or mend SMTPSERVER_RSPAMD_URL; until then campaigns wait, and what programs send goes unlooked at"
	if err := pingFilter(ctx, c.RspamdURL); err != nil {
		return []Finding{{Red, "spam filter", err.Error(), remedy}}
	}
	return []Finding{{Green, "spam filter", "rspamd answers", ""}}
}

// pingFilter asks as rspamd's own watchers do (https://docs.rspamd.com/developers/protocol/).
func pingFilter(ctx context.Context, base string) error {
	at, err := url.Parse(base)
	if err != nil {
		return fmt.Errorf("%q is no address", base)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.JoinPath("ping").String(), nil)
	if err != nil {
		return err
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("rspamd answers %d", res.StatusCode)
	}
	return nil
}
