package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"smtpserver/app/bounce"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// reportsShown is how many reports are listed.
const reportsShown = 100

// reports lists what came back and could not be given to a message, or prints one.
func (p *program) reports(ctx context.Context, cmd *cli.Command) error {
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		if name := cmd.String("show"); name != "" {
			one, err := bounce.FindKept(ctx, s, id.ID(name))
			if err == nil {
				_, err = p.out.Write(one.Content)
			}
			return err
		}
		all, err := bounce.ListKept(ctx, s, reportsShown)
		if err != nil {
			return err
		}
		if cmd.Bool("json") {
			return json.NewEncoder(p.out).Encode(all)
		}
		for _, k := range all {
			if _, err := fmt.Fprintf(p.out, "%s  %s  %-9s to %s from <%s>: %q. %s\n", k.ID, k.ReceivedAt.UTC().Format(time.DateTime), k.Kind, k.Recipient, k.MailFrom, k.Subject, k.Why); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(p.out, "%d reports; `smtpserver reports --show ID` prints one\n", len(all))
		return err
	})
}
