package cli

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"smtpserver/app/audit"
	"smtpserver/app/boot"
	"smtpserver/app/config"
	"smtpserver/app/identity"
	"smtpserver/app/testkit/tenant"
	"smtpserver/views/urls"
)

// people runs the commands on one database, and looks at what they did.
type people struct {
	*testing.T
	environ []string
}

func (p people) run(line ...string) (code int, said string) {
	p.Helper()
	var out, errOut strings.Builder
	code = Main(append([]string{"smtpserver", "staff"}, line...), p.environ, &out, &errOut)
	return code, out.String() + errOut.String()
}

// look opens the services beside, as a running program would.
func (p people) look(fn func(ctx context.Context, v *boot.Services) error) {
	p.Helper()
	c, err := config.Load(p.environ)
	if err != nil {
		p.Fatal(err)
	}
	v, err := boot.OpenBeside(p.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		p.Fatal(err)
	}
	if err := fn(p.Context(), v); err != nil {
		p.Error(err)
	}
	if err := v.Close(context.WithoutCancel(p.Context())); err != nil {
		p.Error(err)
	}
}

// invite creates a person and returns the token of the printed link.
func (p people) invite(line ...string) string {
	p.Helper()
	code, said := p.run(append([]string{"create"}, line...)...)
	token, ok := strings.CutPrefix(strings.TrimSpace(said), "https://mail.example.com"+strings.TrimSuffix(urls.StaffEnter("x"), "x"))
	if code != 0 || !ok || token == "" {
		p.Fatalf("create %q: %d %s", line, code, said)
	}
	return token
}

// Who works for the operator is set on the machine itself: granted, listed, changed and
// ended as typed, refused with what to do, and all of it in the staff's log.
func TestStaffCommands(t *testing.T) {
	p := people{t, []string{"SMTPSERVER_DATA_DIR=" + t.TempDir(), "SMTPSERVER_DELIVERY=capture", "SMTPSERVER_PUBLIC_URL=https://mail.example.com", "SMTPSERVER_SECRET_KEY=" + strings.Repeat("k", 40), "SMTPSERVER_LOG_LEVEL=error"}}
	if _, err := tenant.Create(t.Context(), p.environ, "shop.example"); err != nil { // owner@shop.example is a customer
		t.Fatal(err)
	}
	first := p.invite("--email", "sam@operator.example")
	if again := p.invite("--email", "sam@operator.example"); again == first { // keeps what they have
		t.Error("the same link twice")
	}
	p.invite("--email", "bea@operator.example", "--role", "support")
	p.invite("--email", "bea@operator.example", "--role", "finance") // gets more
	p.invite("--email", "bea@operator.example")                      // keeps what they have
	for _, step := range []struct {
		line string // "_" is a space within a word
		says string
		code int
	}{
		{"list", "sam@operator.example  operator          second factor missing\n", 0},
		{"list", "bea@operator.example  support, finance  second factor missing\n", 0},
		{"create --email owner@shop.example", "this address belongs to a customer; staff need an address of their own", 1},
		{"create --email nobody", "e-mail address", 1},
		{"create --email x@operator.example --role king", `"king" is no role; the roles are operator, support, finance, abuse, terms`, 1},
		{"create", `"email"`, 1},
		{"roles --email bea@operator.example --role abuse --role terms", "done", 0},
		{"list", "bea@operator.example  abuse, terms  second factor missing\n", 0},
		{"roles --email bea@operator.example", "Choose at least one role.", 1},
		{"roles --email bea@operator.example --role king", "is no role", 1},
		{"roles --email x@operator.example --role abuse", "There is no such person.", 1},
		{"roles --email owner@shop.example --role operator", "There is no such person.", 1},
		{"roles --email sam@operator.example --role support", "this is the last operator. Give another person that role first.", 1},
		{"end --email sam@operator.example --reason leaves", "this is the last operator.", 1},
		{"end --email bea@operator.example", `"reason"`, 1},
		{"end --email bea@operator.example --reason _", "Say in a few words why.", 1},
		{"end --email x@operator.example --reason leaves", "There is no such person.", 1},
		{"list", "bea@operator.example  abuse, terms  second factor missing\n", 0}, // none of it changed anything
		{"end --email bea@operator.example --reason left_us", "done", 0},
		{"list", "bea@operator.example  ended", 0},
		{"roles --email bea@operator.example --role abuse", "This person was ended. Invite them again instead.", 1},
		{"sign-out --email x@operator.example", "nobody is registered with this address", 1},
		{"sign-out --email owner@shop.example", "all sessions are ended", 0}, // customers, too
	} {
		words := strings.Fields(step.line)
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], "_", " ")
		}
		if code, said := p.run(words...); code != step.code || !strings.Contains(said, step.says) {
			t.Errorf("staff %s: %d, want %d and %q\n%s", step.line, code, step.code, step.says, said)
		}
	}
	p.look(func(ctx context.Context, v *boot.Services) error {
		events, err := audit.New(v.Store).ListStaff(ctx, audit.StaffFilter{Topic: "staff", Limit: 100})
		done := map[audit.Action]int{}
		for _, e := range events {
			done[e.Action]++
			if !e.StaffID.IsZero() || e.StaffName != "the command line" || e.Action == "staff.ended" && e.Reason != "left us" {
				t.Errorf("the log has %+v", e)
			}
		}
		if done["staff.invited"] != 5 || done["staff.roles_set"] != 1 || done["staff.ended"] != 1 {
			t.Errorf("the log has %v", done)
		}
		return err
	})
}

// What the commands print opens a session, once; signing out and ending close it, and an end
// also every link that is under way.
func TestStaffCommandsOpenAndCloseSessions(t *testing.T) {
	p := people{t, []string{"SMTPSERVER_DATA_DIR=" + t.TempDir(), "SMTPSERVER_DELIVERY=capture", "SMTPSERVER_PUBLIC_URL=https://mail.example.com", "SMTPSERVER_SECRET_KEY=" + strings.Repeat("k", 40), "SMTPSERVER_LOG_LEVEL=error"}}
	p.invite("--email", "sam@operator.example")
	here := identity.Client{IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "test"}
	enter := func(token string) (session string) {
		t.Helper()
		p.look(func(ctx context.Context, v *boot.Services) error {
			in, err := v.Identity.EnterStaff(ctx, token, here, "")
			session = in.Token
			return err
		})
		return session
	}
	open := func(session string) (roles string) {
		t.Helper()
		p.look(func(ctx context.Context, v *boot.Services) error {
			_, u, err := v.Identity.Authenticate(ctx, session)
			if err != nil {
				return nil //nolint:nilerr // that it is closed is the answer
			}
			list, err := v.Office.List(ctx)
			for _, who := range list {
				if who.ID == u.ID {
					roles = who.Roles.Words()
				}
			}
			return err
		})
		return roles
	}
	session := enter(p.invite("--email", "bea@operator.example", "--role", "terms"))
	if got := open(session); got != "terms" {
		t.Fatalf("the link gives %q", got)
	}
	if code, said := p.run("roles", "--email", "bea@operator.example", "--role", "abuse"); code != 0 || open(session) != "abuse" {
		t.Errorf("other roles: %d %s, the session has %q", code, said, open(session))
	}
	if code, said := p.run("sign-out", "--email", "bea@operator.example"); code != 0 || open(session) != "" {
		t.Errorf("signed out: %d %s, the session has %q", code, said, open(session))
	}
	session = enter(p.invite("--email", "bea@operator.example"))
	pending := p.invite("--email", "bea@operator.example")
	if open(session) != "abuse" {
		t.Fatal("she does not come in again")
	}
	if code, said := p.run("end", "--email", "bea@operator.example", "--reason", "left us"); code != 0 || open(session) != "" {
		t.Errorf("ended: %d %s, the session has %q", code, said, open(session))
	}
	p.look(func(ctx context.Context, v *boot.Services) error {
		if in, err := v.Identity.EnterStaff(ctx, pending, here, ""); err == nil {
			t.Errorf("a link from before opens %+v", in)
		}
		return nil
	})
}
