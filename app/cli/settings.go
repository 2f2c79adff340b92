package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"smtpserver/app/config"
)

// settingsTable is the text of --help.
func settingsTable() string {
	var b strings.Builder
	for _, s := range config.Settings() {
		name := s.Name
		if s.Secret {
			name += " (or " + s.Name + "_FILE)"
		}
		fmt.Fprintf(&b, "%s\n    %s", name, s.Doc)
		if s.Default != "" {
			fmt.Fprintf(&b, " [%s]", s.Default)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// SettingsMarkdown is the table in README; a test compares them.
func SettingsMarkdown() string {
	var b strings.Builder
	b.WriteString("| name | default | |\n|---|---|---|\n")
	for _, s := range config.Settings() {
		name, value := "`"+s.Name+"`", ""
		if s.Secret {
			name += " †"
		}
		if s.Default != "" {
			value = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, value, s.Doc)
	}
	return b.String()
}

func (p *program) settings(context.Context, *cli.Command) error {
	_, err := fmt.Fprint(p.out, SettingsMarkdown())
	return err
}
