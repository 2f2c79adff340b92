package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/office"
)

// Route is one line of the table.
type Route struct {
	Method  string
	Path    string
	Access  Access
	Handler func(*request) error
}

// Access says who may use a route.
type Access struct {
	level       level
	permission  account.Permission // of a member; "" means every role
	office      office.Permission  // of staff
	unconfirmed bool               // an action that needs no confirmed address
	proven      bool               // a dangerous act: the person proved who they are a short while ago
	oneFactor   bool               // open to members who lack the second factor that the account asks for
	mailed      bool               // what links in mails lead to; see fromMail
	signed      bool               // programs report here, each with a signature over its body; see report
}

type level int

const (
	nobody    level = iota // the zero Access admits nobody
	unasked                // anyone, and who it is does not matter
	anyone                 // signed in or not
	user                   // signed in
	insider                // member of the account in :slug
	staff                  // signed in as a person of the operator
	developer              // at the machine, with DELIVERY=capture
)

func open() Access   { return Access{level: unasked} }
func public() Access { return Access{level: anyone} }

// fromMail is where links in mails lead. The token in the path says who may: there is no
// session and no cookie, so nothing to forge, and mail programs act here on behalf of
// their readers (RFC 8058 §3.2). The host is ours or a customer's link host, where nothing
// else is served.
func fromMail() Access { return Access{level: unasked, mailed: true} }

// report is where another program tells us something. There is no session: what it says
// counts by its signature, which the handler judges before anything else.
func report() Access { return Access{level: unasked, signed: true} }

func signedIn() Access { return Access{level: user} }
func dev() Access      { return Access{level: developer} }

// inOffice admits people of the operator one of whose roles grants the permission.
func inOffice(p office.Permission) Access { return Access{level: staff, office: p} }

// member admits every member of the account, whatever the role.
func member() Access { return Access{level: insider} }

// may admits members whose role grants the permission. Its actions also need a
// confirmed e-mail address.
func may(p account.Permission) Access { return Access{level: insider, permission: p} }

// whileUnconfirmed lets actions through before the address is confirmed.
func (a Access) whileUnconfirmed() Access {
	a.unconfirmed = true
	return a
}

// freshly asks the person to prove again who they are, unless they did so within
// ten minutes.
func (a Access) freshly() Access {
	a.proven = true
	return a
}

// withOneFactor is where members are led who lack the second factor.
func (a Access) withOneFactor() Access {
	a.oneFactor = true
	return a
}

// handle is what every route of the table passes before its handler. Forgery is
// judged before anything about the person is looked up.
func (s *Server) handle(route Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := requestOf(c)
		r.route = route
		for _, step := range []func(*request) error{s.checkHost, s.checkShape, s.identify, s.noteSource, s.openBody, s.checkForgery, s.admit} {
			if err := step(r); err != nil {
				return err
			}
		}
		for _, gate := range []func(*request) (bool, error){s.leadToSecondFactor, s.askProof} {
			if answered, err := gate(r); answered || err != nil {
				return err
			}
		}
		if r.barred {
			return s.showBarred(r)
		}
		return route.Handler(r)
	}
}

// openBody reads the fields that stand before the file of an upload.
func (s *Server) openBody(r *request) error {
	if !r.isUpload() {
		return nil
	}
	return r.openUpload()
}

// admit decides whether the person may use the route.
func (s *Server) admit(r *request) error {
	a := r.route.Access
	switch a.level {
	case unasked, anyone, developer:
		return nil
	case user, insider, staff:
		if !r.signedIn() {
			return fault.New(fault.Unauthorized, "Please sign in.")
		}
	default:
		return errNoPage()
	}
	if a.level == staff {
		return s.admitStaff(r)
	}
	if a.level == insider {
		return s.admitMember(r)
	}
	if a.proven && !r.user.Confirmed() {
		// What is added before would still be there for whoever proves the address later.
		return errUnconfirmed
	}
	return nil
}

// admitStaff lets in who works for the operator and may do what the route is for.
func (s *Server) admitStaff(r *request) (err error) {
	if !r.user.Staff {
		return errNoPage() // customers are not told what exists here (H-13)
	}
	if r.roles, err = s.Office.RolesOf(r.ctx, r.user.ID); err != nil {
		return err
	}
	p := r.route.Access.office
	switch {
	case len(r.roles) == 0:
		return errNoPage() // ended
	case !r.roles.May(p):
		return fault.New(fault.Forbidden, office.WhyNot(p))
	}
	return nil
}

func (s *Server) admitMember(r *request) error {
	if err := s.enterAccount(r); err != nil {
		return err
	}
	a := r.route.Access
	if a.permission != "" && !r.role.May(a.permission) {
		return fault.New(fault.Forbidden, r.role.WhyNot(a.permission))
	}
	if err := admitToClosed(r); err != nil {
		return err
	}
	if a.permission != "" && !a.unconfirmed && r.changes() && !r.user.Confirmed() {
		return errUnconfirmed
	}
	return s.useAccount(r)
}

// errUnconfirmed leads to a page with a button that sends the link again.
var errUnconfirmed = fault.New(fault.Forbidden, "Please confirm your e-mail address first. We sent you a link when you signed up.")

func errNoPage() error { return fault.New(fault.NotFound, "There is no page at this address.") }
