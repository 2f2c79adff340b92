package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"smtpserver/app/audit"
	"smtpserver/app/boot"
	"smtpserver/app/fault"
	"smtpserver/app/office"
	"smtpserver/app/telemetry"
	"smtpserver/views/urls"
)

// staffCommand is what the operator does with people on the machine itself. Who has the
// machine has everything, so no role is asked for here.
func (p *program) staffCommand() *cli.Command {
	email := &cli.StringFlag{Name: "email", Required: true}
	role := &cli.StringSliceFlag{Name: "role", Usage: rolesUsage()}
	return &cli.Command{Name: "staff", Usage: "people of the operator", Commands: []*cli.Command{
		{Name: "create", Usage: "create a back-office user and print a one-time sign-in link", Flags: []cli.Flag{email, role}, Action: p.staffCreate},
		{Name: "list", Usage: "who works for the operator, and what each may do", Action: p.staffList},
		{Name: "roles", Usage: "give a person exactly these roles", Flags: []cli.Flag{email, role}, Action: p.staffRoles},
		{Name: "end", Usage: "take roles, sessions and every way to sign in from a person", Flags: []cli.Flag{email, &cli.StringFlag{Name: "reason", Required: true}}, Action: p.staffEnd},
		{Name: "sign-out", Usage: "end all sessions of a person, whoever it is", Flags: []cli.Flag{email}, Action: p.staffSignOut},
	}}
}

// rolesUsage lists the roles of the one table.
func rolesUsage() string {
	return office.All.Words() + "; repeat it for several"
}

// besideServer runs fn with the services, as the command line.
func (p *program) besideServer(ctx context.Context, fn func(context.Context, *boot.Services) error) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	v, err := boot.OpenBeside(ctx, c, telemetry.NewLog(p.errOut, c.LogFormat, c.LogLevel))
	if err != nil {
		return err
	}
	return errors.Join(fn(audit.From(ctx, audit.Source{Name: "the command line"}), v), v.Close(ctx))
}

func rolesOf(cmd *cli.Command) (roles office.Roles, err error) {
	for _, name := range cmd.StringSlice("role") {
		role := office.Role(name)
		if !role.Known() {
			return nil, fmt.Errorf("%q is no role; the roles are %s", name, office.All.Words())
		}
		roles = append(roles, role)
	}
	return roles, nil
}

// staffCreate makes a back-office user and prints the one-time sign-in link. Without a
// role a new person is an operator, and one who is there keeps what they have.
func (p *program) staffCreate(ctx context.Context, cmd *cli.Command) error {
	roles, err := rolesOf(cmd)
	if err != nil {
		return err
	}
	return p.besideServer(ctx, func(ctx context.Context, v *boot.Services) error {
		if len(roles) == 0 {
			roles = office.Roles{office.Operator}
			who, err := v.Office.Find(ctx, cmd.String("email"))
			if err == nil && !who.Ended() {
				roles = who.Roles
			} else if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		token, err := v.Office.Invite(ctx, office.By{}, cmd.String("email"), roles)
		if err == nil {
			_, err = fmt.Fprintln(p.out, v.Config.PublicURL+urls.StaffEnter(token))
		}
		return err
	})
}

func (p *program) staffList(ctx context.Context, _ *cli.Command) error {
	return p.besideServer(ctx, func(ctx context.Context, v *boot.Services) error {
		list, err := v.Office.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		for _, one := range list {
			roles, second := one.Roles.Words(), "second factor missing"
			if one.TwoFactors {
				second = "two factors"
			}
			if one.Ended() {
				roles, second = "ended", ""
			}
			if _, err := fmt.Fprintln(w, strings.Join([]string{one.Email, roles, second}, "\t")); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

func (p *program) staffRoles(ctx context.Context, cmd *cli.Command) error {
	roles, err := rolesOf(cmd)
	if err != nil {
		return err
	}
	return p.withPerson(ctx, cmd, func(ctx context.Context, v *boot.Services, who office.Person) error {
		return v.Office.SetRoles(ctx, office.By{}, who.ID, roles)
	})
}

func (p *program) staffEnd(ctx context.Context, cmd *cli.Command) error {
	return p.withPerson(ctx, cmd, func(ctx context.Context, v *boot.Services, who office.Person) error {
		return v.Office.End(ctx, office.By{}, who.ID, cmd.String("reason"))
	})
}

func (p *program) withPerson(ctx context.Context, cmd *cli.Command, act func(context.Context, *boot.Services, office.Person) error) error {
	return p.besideServer(ctx, func(ctx context.Context, v *boot.Services) error {
		who, err := v.Office.Find(ctx, cmd.String("email"))
		if err == nil {
			err = act(ctx, v, who)
		}
		if err == nil {
			_, err = fmt.Fprintln(p.out, "done")
		}
		return err
	})
}

// staffSignOut ends all sessions of a person, of the operator or of a customer.
func (p *program) staffSignOut(ctx context.Context, cmd *cli.Command) error {
	return p.besideServer(ctx, func(ctx context.Context, v *boot.Services) error {
		err := v.Identity.EndSessionsOf(ctx, cmd.String("email"))
		if err == nil {
			_, err = fmt.Fprintln(p.out, "all sessions are ended")
		}
		return err
	})
}
