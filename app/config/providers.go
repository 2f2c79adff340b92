package config

import (
	"net"
	"net/url"
)

// checkProviders refuses half of a registration, which would show a button that
// leads nowhere.
func (c *Config) checkProviders(fail func(string, ...any)) {
	pair := func(id, secret, name string) {
		if (id == "") != (secret == "") {
			fail("SMTPSERVER_%s_ID and SMTPSERVER_%s_SECRET go together: set both or neither", name, name)
		}
	}
	pair(c.GoogleID, c.GoogleSecret, "OAUTH_GOOGLE")
	pair(c.GitHubID, c.GitHubSecret, "OAUTH_GITHUB")
	pair(c.MicrosoftID, c.MicrosoftSecret, "OAUTH_MICROSOFT")
	pair(c.OIDCID, c.OIDCSecret, "OIDC")
	if (c.OIDCIssuer == "") != (c.OIDCID == "") {
		fail("SMTPSERVER_OIDC_ISSUER and SMTPSERVER_OIDC_ID go together: set both or neither")
	}
	if c.OIDCIssuer != "" && !trustworthy(c.OIDCIssuer) {
		fail("SMTPSERVER_OIDC_ISSUER is %q: give its https address; plain http is for a provider on this machine", c.OIDCIssuer)
	}
}

// trustworthy is https, or http within the machine: whoever stands between could sign
// in as anybody.
func trustworthy(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
