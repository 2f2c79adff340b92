package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/markbates/goth/providers/github"
	"golang.org/x/oauth2"

	"smtpserver/app/identity"
)

// githubAddresses are GitHub's endpoints; tests have their own.
type githubAddresses struct{ auth, token, profile, emails string }

var githubPublic = githubAddresses{github.AuthURL, github.TokenURL, github.ProfileURL, github.EmailURL}

const githubIssuer = "https://github.com"

func (p *Provider) gothGitHub() *github.Provider {
	g := github.NewCustomisedURL(p.id, p.key, p.back, p.github.auth, p.github.token, p.github.profile, p.github.emails, "read:user", "user:email")
	g.HTTPClient = p.client
	return g
}

func (p *Provider) beginGitHub(r Round, options map[string]string) (string, error) {
	return begin(p.gothGitHub(), r.State, options)
}

// finishGitHub exchanges the code itself, because goth's GitHub knows no PKCE; goth
// then reads the person. The address is taken from GitHub's own list of verified ones.
func (p *Provider) finishGitHub(ctx context.Context, r Round, c Callback) (identity.External, error) {
	exchange := oauth2.Config{
		ClientID: p.id, ClientSecret: p.key, RedirectURL: p.back,
		Endpoint: oauth2.Endpoint{AuthURL: p.github.auth, TokenURL: p.github.token, AuthStyle: oauth2.AuthStyleInParams},
	}
	token, err := exchange.Exchange(context.WithValue(ctx, oauth2.HTTPClient, p.client), c.Code, oauth2.VerifierOption(r.Verifier))
	if err != nil {
		return identity.External{}, p.exchangeFault(err)
	}
	user, err := p.gothGitHub().FetchUser(&github.Session{AccessToken: token.AccessToken})
	if err != nil && user.UserID == "" {
		return identity.External{}, p.down(err)
	}
	if user.UserID == "" || user.UserID == "0" {
		return identity.External{}, refuse("GitHub named nobody")
	}
	x := identity.External{Provider: p.Name, Issuer: githubIssuer, Subject: user.UserID, Name: user.Name}
	if x.Name == "" {
		x.Name = user.NickName
	}
	x.Email, x.EmailVerified, err = p.githubAddress(ctx, token.AccessToken)
	return x, err
}

// githubAddress returns the primary address and whether it is verified.
func (p *Provider) githubAddress(ctx context.Context, token string) (string, bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.github.emails, nil)
	if err != nil {
		return "", false, fmt.Errorf("oauth: ask GitHub: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := p.client.Do(req)
	if err != nil {
		return "", false, p.down(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var list []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if resp.StatusCode != http.StatusOK {
		return "", false, p.down(fmt.Errorf("status %d", resp.StatusCode))
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return "", false, p.down(err)
	}
	for _, one := range list {
		if one.Primary {
			return one.Email, one.Verified, nil
		}
	}
	return "", false, nil
}
