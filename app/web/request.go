package web

import (
	"context"
	"net/netip"
	"regexp"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/identity"
	"smtpserver/app/office"
	"smtpserver/app/support"
)

// request is one request with what is known about who sent it. Handlers get it
// filled as far as their Access asks for.
type request struct {
	server    *Server
	c         *fiber.Ctx
	ctx       context.Context // for domain calls; ends with the request's time
	reference id.ID           // shown on error pages, found in the log
	started   time.Time
	route     Route

	sessionToken string // "" when signed out
	session      identity.Session
	user         identity.User
	visit        string // token of the cookie that protects forms of the signed out
	deviceToken  string // see device

	upload *upload // the body of a request that carries a file; nil for others

	account account.Account // of account routes
	role    account.Role
	scope   account.Scope
	roles   office.Roles  // of staff, on routes of the back office
	support *support.View // staff see it under a grant; nil otherwise
	barred  bool          // the account objected to the terms in force: this page is closed to it
}

type requestKey struct{}

func requestOf(c *fiber.Ctx) *request {
	r, _ := c.Locals(requestKey{}).(*request) // put there by outer, before every route
	return r
}

func (r *request) signedIn() bool { return r.sessionToken != "" }

// changes reports whether the method may change something.
func (r *request) changes() bool {
	switch r.c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return false
	}
	return true
}

// param is a parameter of the path, whose shape was checked before.
func (r *request) param(name string) string { return r.c.Params(name) }

// id is the parameter that names a row. Something that cannot be an id names no row.
func (r *request) id() (id.ID, error) {
	parsed, err := id.Parse(r.param("id"))
	if err != nil {
		return "", fault.Wrap(fault.NotFound, "There is no page at this address.", err)
	}
	return parsed, nil
}

// ip is the address of the client, as far as trusted proxies tell.
func (r *request) ip() netip.Addr { return r.server.clientIP(r.c) }

func (r *request) client() identity.Client {
	return identity.Client{IP: r.ip(), UserAgent: r.c.Get(fiber.HeaderUserAgent), Device: r.device()}
}

// validParam is the shape of everything that stands in a path: slugs, ids, tokens,
// numbers. What differs can name nothing, and shall not reach the database.
var validParam = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

// checkShape refuses what no browser sends and no handler should see.
func (s *Server) checkShape(r *request) error {
	for _, name := range r.c.Route().Params {
		if !validParam.MatchString(r.param(name)) && name != "*1" && !r.route.Access.mailed {
			return errNoPage()
		}
	}
	if encoding := r.c.Get(fiber.HeaderContentEncoding); encoding != "" && encoding != "identity" {
		return fiber.NewError(fiber.StatusUnsupportedMediaType) // no compressed bodies: no bombs
	}
	return nil
}
