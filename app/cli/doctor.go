package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/boot"
)

// doctor prints one line per check, and fails when one is red.
func (p *program) doctor(ctx context.Context, cmd *cli.Command) error {
	var findings []boot.Finding
	c, err := p.config()
	if err != nil {
		findings = []boot.Finding{{Colour: boot.Red, Name: "settings", Text: err.Error(), Remedy: "correct it; `smtpserver --help` lists the settings"}}
	} else {
		findings = boot.Examine(ctx, c)
	}
	if cmd.Bool("json") {
		err = json.NewEncoder(p.out).Encode(findings)
	} else {
		for _, f := range findings {
			if _, err = fmt.Fprintf(p.out, "%-7s %s: %s\n", f.Colour, f.Name, f.Text); err != nil {
				break
			}
			if f.Remedy != "" {
				_, err = fmt.Fprintf(p.out, "        → %s\n", f.Remedy)
			}
		}
	}
	if err != nil {
		return err
	}
	for _, f := range findings {
		if f.Colour == boot.Red {
			return errRed
		}
	}
	return nil
}
