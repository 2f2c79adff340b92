package oauth

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/identity"
	"smtpserver/app/secret"
)

// Provider is one service that vouches for people.
type Provider struct {
	Name    string // in paths: google, github, microsoft, oidc
	Label   string // as people call it
	issuer  string // an OpenID Connect issuer; "" is GitHub, which speaks OAuth only
	id, key string // client id and secret
	back    string // our callback
	vouches func(claims map[string]any) bool
	tenants bool // issuers differ by tenant (Microsoft)
	github  githubAddresses
	client  *http.Client
	clock   clock.Clock
	found   discovery
}

// Options are what all providers share.
type Options struct {
	PublicURL *url.URL
	Clock     clock.Clock
	Client    *http.Client // nil: one with a time limit
}

// Client is an application registered at a provider.
type Client struct{ ID, Secret string }

const providerTimeout = 10 * time.Second

func (o Options) provider(name, label string, c Client) *Provider {
	client := o.Client
	if client == nil {
		client = &http.Client{Timeout: providerTimeout}
	}
	return &Provider{
		Name: name, Label: label, id: c.ID, key: c.Secret, clock: o.Clock, client: limited(client),
		back: o.PublicURL.JoinPath("/auth/", name, "callback").String(), vouches: emailVerified,
	}
}

// Google by OpenID Connect.
func Google(o Options, c Client) *Provider {
	p := o.provider("google", "Google", c)
	p.issuer = "https://accounts.google.com"
	return p
}

// Microsoft by OpenID Connect, for work, school and personal identities.
func Microsoft(o Options, c Client) *Provider {
	p := o.provider("microsoft", "Microsoft", c)
	p.issuer, p.tenants, p.vouches = "https://login.microsoftonline.com/common/v2.0", true, microsoftVouches
	return p
}

// OIDC is any OpenID Connect provider, named as its people know it.
func OIDC(o Options, issuer, label string, c Client) *Provider {
	if label == "" {
		label = "your organisation"
	}
	p := o.provider("oidc", label, c)
	p.issuer = issuer
	return p
}

// GitHub by OAuth with PKCE.
func GitHub(o Options, c Client) *Provider {
	p := o.provider("github", "GitHub", c)
	p.github = githubPublic
	return p
}

// Round is one visit to a provider. It is kept on the server.
type Round struct {
	Provider string
	State    string
	Nonce    string
	Verifier string // PKCE, RFC 7636
	Intent   Intent
	Next     string // local path to go on to
	Session  string // hash of the session that began it, unless it is a sign-in
}

// Intent is what a round is for.
type Intent string

// The intents.
const (
	SignIn Intent = "sign_in"
	Link   Intent = "link"
	Prove  Intent = "prove"
)

// NewRound makes the secrets of a round.
func (p *Provider) NewRound(intent Intent) Round {
	// A PKCE verifier has at least 43 characters (RFC 7636 §4.1).
	return Round{Provider: p.Name, Intent: intent, State: secret.Token(), Nonce: secret.Token(), Verifier: secret.Token() + secret.Token()}
}

// Callback is what a provider sent the browser back with.
type Callback struct{ State, Code, Issuer, Error string }

// Finish judges the callback of a round and returns who the provider vouches for.
func (p *Provider) Finish(ctx context.Context, r Round, c Callback) (identity.External, error) {
	switch {
	case r.Provider != p.Name:
		return identity.External{}, refuse("the round was begun at another provider")
	case r.State == "" || !secret.Equal(c.State, r.State):
		return identity.External{}, refuse("state")
	case c.Error == "access_denied":
		return identity.External{}, errDeclined(p.Label)
	case c.Error != "":
		return identity.External{}, refuse("the provider answered with an error")
	case c.Code == "":
		return identity.External{}, refuse("no code")
	}
	if p.issuer == "" {
		return p.finishGitHub(ctx, r, c)
	}
	return p.finishOIDC(ctx, r, c)
}
