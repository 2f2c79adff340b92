package boot

import (
	"net/url"

	"smtpserver/app/web/oauth"
)

// providers are those by which people may sign in: each that the settings name.
func (v *Services) providers() []*oauth.Provider {
	c := v.Config
	public, err := url.Parse(c.PublicURL)
	if err != nil {
		return nil // wire has refused it
	}
	o := oauth.Options{PublicURL: public, Clock: v.Clock}
	var list []*oauth.Provider
	if c.GoogleID != "" {
		list = append(list, oauth.Google(o, oauth.Client{ID: c.GoogleID, Secret: c.GoogleSecret}))
	}
	if c.MicrosoftID != "" {
		list = append(list, oauth.Microsoft(o, oauth.Client{ID: c.MicrosoftID, Secret: c.MicrosoftSecret}))
	}
	if c.GitHubID != "" {
		list = append(list, oauth.GitHub(o, oauth.Client{ID: c.GitHubID, Secret: c.GitHubSecret}))
	}
	if c.OIDCIssuer != "" {
		list = append(list, oauth.OIDC(o, c.OIDCIssuer, c.OIDCName, oauth.Client{ID: c.OIDCID, Secret: c.OIDCSecret}))
	}
	return list
}
