package cli

import (
	"context"
	"embed"

	"github.com/urfave/cli/v3"
)

//go:embed print
var printed embed.FS

// printCommand prints files that operating needs, in the version that fits the program.
func (p *program) printCommand() *cli.Command {
	one := func(name, usage, file string) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, Action: func(context.Context, *cli.Command) error {
			text, err := printed.ReadFile("print/" + file)
			if err != nil {
				return err
			}
			_, err = p.out.Write(text)
			return err
		}}
	}
	return &cli.Command{Name: "print", Usage: "print files for operating it", Commands: []*cli.Command{
		one("systemd", "a unit for systemd", "smtpserver.service"),
		one("haproxy", "a proxy before several processes, for HAProxy", "haproxy.cfg"),
		one("alerts", "alert rules for Prometheus, each with what to do", "alerts.yml"),
		one("dashboard", "a dashboard for Grafana", "dashboard.json"),
	}}
}
