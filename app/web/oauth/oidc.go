package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/markbates/goth"
	"github.com/markbates/goth/providers/openidConnect"
	"golang.org/x/oauth2"

	"smtpserver/app/identity"
)

// discovery remembers what the issuer publishes. A provider that is down at our start
// is asked again with the next sign-in.
type discovery struct {
	mu       sync.Mutex
	at       time.Time
	provider *oidc.Provider
}

const discoveryLife = time.Hour

func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.found.mu.Lock()
	defer p.found.mu.Unlock()
	if now := p.clock.Now(); p.found.at.IsZero() || now.Sub(p.found.at) > discoveryLife {
		// The key set keeps this context: it must not end with the request.
		ctx := oidc.ClientContext(context.WithoutCancel(ctx), p.client)
		if p.tenants {
			ctx = oidc.InsecureIssuerURLContext(ctx, "https://login.microsoftonline.com/{tenantid}/v2.0") // checked by tenantIssuer
		}
		found, err := oidc.NewProvider(ctx, p.issuer)
		if err != nil {
			return nil, p.down(err)
		}
		p.found.provider, p.found.at = found, now
	}
	return p.found.provider, nil
}

// goth's provider, made for this round only.
func (p *Provider) goth(ctx context.Context) (*openidConnect.Provider, *oidc.Provider, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return nil, nil, err
	}
	var issuer struct {
		Issuer string `json:"issuer"`
	}
	if err := found.Claims(&issuer); err != nil {
		return nil, nil, p.down(err)
	}
	endpoint := found.Endpoint()
	g, err := openidConnect.NewCustomisedURL(p.id, p.key, p.back, endpoint.AuthURL, endpoint.TokenURL, issuer.Issuer, found.UserInfoEndpoint(), "", "openid", "email", "profile")
	if err != nil {
		return nil, nil, p.down(err)
	}
	g.HTTPClient = p.client
	return g, found, nil
}

// Begin returns where to send the browser.
func (p *Provider) Begin(ctx context.Context, r Round) (string, error) {
	options := map[string]string{"code_challenge": oauth2.S256ChallengeFromVerifier(r.Verifier), "code_challenge_method": "S256"}
	if p.issuer == "" {
		return p.beginGitHub(r, options)
	}
	g, _, err := p.goth(ctx)
	if err != nil {
		return "", err
	}
	options["nonce"] = r.Nonce
	if r.Intent == Prove {
		options["prompt"], options["max_age"] = "login", "0"
	}
	return begin(g, r.State, options)
}

// begin takes goth's address and adds what goth leaves out.
func begin(g goth.Provider, state string, options map[string]string) (string, error) {
	session, err := g.BeginAuth(state)
	if err != nil {
		return "", fmt.Errorf("oauth: begin: %w", err)
	}
	text, err := session.GetAuthURL()
	if err != nil {
		return "", fmt.Errorf("oauth: begin: %w", err)
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", fmt.Errorf("oauth: begin: %w", err)
	}
	query := u.Query()
	for name, value := range options {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// params are all that goth gets to see of a callback.
func params(r Round, c Callback) url.Values {
	return url.Values{"code": {c.Code}, "code_verifier": {r.Verifier}}
}

func (p *Provider) finishOIDC(ctx context.Context, r Round, c Callback) (x identity.External, err error) {
	// goth asserts types of what the provider said without looking: a panic there is
	// the provider's fault, and no sign-in.
	defer func() {
		if v := recover(); v != nil {
			x, err = identity.External{}, refuseFor(fmt.Errorf("panic in goth: %v", v))
		}
	}()
	g, found, err := p.goth(ctx)
	if err != nil {
		return x, err
	}
	if c.Issuer != "" && c.Issuer != g.OpenIDConfig.Issuer && !p.tenants {
		return x, refuse("the callback names another issuer") // RFC 9207 §2.4
	}
	session := &openidConnect.Session{}
	if _, err := session.Authorize(g, params(r, c)); err != nil {
		return x, p.exchangeFault(err)
	}
	claims, err := p.verify(ctx, found, r, session)
	if err != nil {
		return x, refuseFor(err)
	}
	if p.tenants {
		g.OpenIDConfig.Issuer = claims.Issuer
	}
	user, err := g.FetchUser(session)
	if err != nil {
		return x, refuse("userinfo does not fit the ID token, or did not come") // goth's error quotes the person
	}
	if user.UserID != claims.Subject {
		return x, refuse("goth read another subject than was verified")
	}
	vouched, err := p.vouchedFor(claims, user)
	return identity.External{
		Provider: p.Name, Issuer: claims.Issuer, Subject: claims.Subject, Email: user.Email, Name: user.Name, EmailVerified: vouched,
	}, err
}

// vouchedFor reports whether the provider vouches for the address. goth mixes what
// userinfo says into the claims; where only the ID token says whose domain an address is
// of (Microsoft), it must be about this very address.
func (p *Provider) vouchedFor(token *oidc.IDToken, user goth.User) (bool, error) {
	if user.Email == "" {
		return false, nil
	}
	if !p.tenants {
		return p.vouches(user.RawData), nil
	}
	var signed map[string]any
	if err := token.Claims(&signed); err != nil {
		return false, refuseFor(err)
	}
	return signed["email"] == user.Email && p.vouches(signed), nil
}

// exchangeFault tells a refused code from a provider that does not answer.
func (p *Provider) exchangeFault(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500 {
		return refuseFor(err)
	}
	var broken *url.Error
	if errors.As(err, &broken) || errors.As(err, &refused) {
		return p.down(err)
	}
	return refuseFor(err)
}

// verify checks the ID token before anybody reads it (OpenID Connect Core §3.1.3.7).
func (p *Provider) verify(ctx context.Context, found *oidc.Provider, r Round, session *openidConnect.Session) (*oidc.IDToken, error) {
	verifier := found.Verifier(&oidc.Config{ClientID: p.id, Now: p.clock.Now, SkipIssuerCheck: p.tenants})
	token, err := verifier.Verify(oidc.ClientContext(ctx, p.client), session.IDToken)
	if err != nil {
		return nil, err
	}
	var more struct {
		Party    string  `json:"azp"`
		Tenant   string  `json:"tid"`
		ProvenAt float64 `json:"auth_time"`
	}
	if err := token.Claims(&more); err != nil {
		return nil, err
	}
	switch {
	case token.Nonce != r.Nonce:
		return nil, errors.New("nonce")
	case token.Subject == "":
		return nil, errors.New("no subject")
	case more.Party != "" && more.Party != p.id:
		return nil, errors.New("issued to another party")
	case len(token.Audience) > 1 && more.Party == "":
		return nil, errors.New("several audiences and no authorised party")
	case r.Intent == Prove && more.ProvenAt != 0 && p.clock.Now().Sub(time.Unix(int64(more.ProvenAt), 0)) > identity.ProofLife:
		return nil, errors.New("the person proved themselves too long ago") // max_age was asked for (OpenID Connect Core §3.1.2.1)
	case p.tenants && token.Issuer != tenantIssuer(more.Tenant):
		return nil, errors.New("issuer and tenant do not fit together")
	}
	if token.AccessTokenHash != "" {
		if err := token.VerifyAccessToken(session.AccessToken); err != nil {
			return nil, err
		}
	}
	return token, nil
}

func tenantIssuer(tenant string) string {
	if tenant == "" || strings.ContainsAny(tenant, "/?#") {
		return ""
	}
	return "https://login.microsoftonline.com/" + tenant + "/v2.0"
}
