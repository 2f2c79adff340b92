package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/identity"
	"smtpserver/app/secret"
	"smtpserver/views/urls"
)

// Names of the cookies; see cookieName.
const (
	sessionCookie = "session"
	visitCookie   = "visit"
	flashCookie   = "flash"
	themeCookie   = "theme"

	deviceCookie  = "device"  // tells a known browser from a new one
	stepCookie    = "step"    // between the two factors
	roundCookie   = "round"   // away at a provider, or back and completing
	passkeyCookie = "passkey" // a challenge was given
)

// cookieName adds the prefix by which browsers hold a cookie to this very host and
// to TLS (ASVS 3.3.1). Over plain http they would refuse the prefix.
func (s *Server) cookieName(name string) string {
	if s.cfg.https() {
		return "__Host-" + name
	}
	return name
}

// setCookie sets a cookie that scripts cannot read and other sites cannot make
// browsers send with a POST. A zero life ends with the browser.
func (r *request) setCookie(name, value string, life time.Duration) {
	cookie := &fiber.Cookie{
		Name: r.server.cookieName(name), Value: value, Path: "/",
		HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Secure: r.server.cfg.https(),
	}
	switch {
	case value == "":
		cookie.Expires = time.Unix(1, 0)
	case life > 0:
		cookie.MaxAge = int(life.Seconds())
	default:
		cookie.SessionOnly = true
	}
	r.c.Cookie(cookie)
}

func (r *request) cookie(name string) string { return r.c.Cookies(r.server.cookieName(name)) }

const maxCookieToken = 64

// identify loads the session of the cookie, if it opens one.
func (s *Server) identify(r *request) error {
	if r.route.Access.level == unasked {
		return nil
	}
	r.visit = r.token(visitCookie)
	token := r.token(sessionCookie)
	if token == "" {
		return nil
	}
	session, u, err := s.Identity.Authenticate(r.ctx, token)
	if fault.Is(err, fault.Unauthorized) {
		return nil // ended or made up: as if there were none
	}
	if err != nil {
		return err
	}
	r.sessionToken, r.session, r.user = token, session, u
	return nil
}

// signIn gives the browser its fresh session and drops what it had before.
func (r *request) signIn(in identity.SignedIn) {
	r.sessionToken, r.user = in.Token, in.User
	r.setCookie(sessionCookie, in.Token, identity.SessionIdle)
	r.setCookie(visitCookie, "", 0)
	r.setCookie(deviceCookie, r.device(), identity.DeviceLife)
}

// enter goes on after a proof of who somebody is: to the second step, or in.
func (r *request) enter(in identity.SignedIn, next string) error {
	if in.Second != "" {
		r.setCookie(stepCookie, in.Second, identity.FlowLife)
		return r.redirect(urls.WithQuery(urls.LoginSecond, "next", next))
	}
	r.signIn(in)
	return r.redirect(localPath(next, urls.Accounts))
}

// device is the token by which this browser is known; a new one gets its cookie when
// somebody signs in.
func (r *request) device() string {
	if r.deviceToken == "" {
		r.deviceToken = r.token(deviceCookie)
	}
	if r.deviceToken == "" {
		r.deviceToken = secret.Token()
	}
	return r.deviceToken
}

// token returns a token of ours from a cookie; what is too long is none.
func (r *request) token(name string) string {
	token := r.cookie(name)
	if len(token) > maxCookieToken {
		return ""
	}
	return token
}

// enterAccount finds the signed-in user's place in the account of the URL and mints
// the scope: one of the four places where that is done. Another's account and an
// account that does not exist are the same NotFound.
func (s *Server) enterAccount(r *request) error {
	if r.user.Staff {
		return s.enterAsStaff(r)
	}
	m, err := s.Accounts.MembershipBySlug(r.ctx, r.user.ID, r.param("slug"))
	if err != nil {
		return err
	}
	r.account, r.role = m.Account, m.Role
	r.ctx = content.For(r.ctx, m.Account.ID)
	r.scope = account.NewScope(m.Account.ID, account.Actor{Kind: account.ActorUser, ID: r.user.ID, Role: m.Role})
	return nil
}

// operatorScope is the scope of staff in the operator's own account, for its mailings.
func operatorScope(operatorID, staffID id.ID) account.Scope {
	return account.NewScope(operatorID, account.Actor{Kind: account.ActorStaff, ID: staffID, Role: account.Marketer})
}

// staffScope is the scope of staff who see an account under a grant.
func staffScope(accountID, staffID id.ID) account.Scope {
	return account.NewScope(accountID, account.Actor{Kind: account.ActorStaff, ID: staffID, Role: account.Viewer})
}
