// Package config is the settings of the program: one struct whose tags are its
// documentation. README's table is generated from them (go run ./app config).
package config

import (
	"net/url"
	"time"
)

// Prefix stands before every name but DATABASE_URL and REDIS_URL.
const Prefix = "SMTPSERVER_"

// Config is every setting. The env tag names it, envDefault is its default, doc explains
// it in one line, and a setting marked secret may also be read from the file NAME_FILE.
type Config struct {
	PublicURL       string        `env:"SMTPSERVER_PUBLIC_URL" envDefault:"http://localhost:8080" doc:"every link is built from it"`
	WebAddr         string        `env:"SMTPSERVER_WEB_ADDR" envDefault:"127.0.0.1:8080" doc:"address of the pages"`
	TrustedProxy    []string      `env:"SMTPSERVER_TRUSTED_PROXIES" doc:"addresses or networks of reverse proxies whose X-Forwarded-For is believed, comma-separated"`
	SMTPAddr        []string      `env:"SMTPSERVER_SMTP_ADDR" envDefault:"127.0.0.1:2525" doc:"submission with STARTTLS, comma-separated (587 in production)"`
	SMTPSAddr       []string      `env:"SMTPSERVER_SMTPS_ADDR" envDefault:"127.0.0.1:2465" doc:"submission with implicit TLS, comma-separated (465 in production)"`
	BounceAddr      string        `env:"SMTPSERVER_BOUNCE_ADDR" envDefault:"127.0.0.1:2526" doc:"receives bounces and complaints: the MX of the return-path hosts leads here (25 in production); empty turns it off"`
	TLSCert         string        `env:"SMTPSERVER_TLS_CERT" doc:"certificate chain in PEM; without it a self-signed ECDSA P-256 one is made in the data directory"`
	TLSKey          string        `env:"SMTPSERVER_TLS_KEY" doc:"private key of the certificate, PEM"`
	DataDir         string        `env:"SMTPSERVER_DATA_DIR" envDefault:"./data" doc:"where the embedded database, keys and journals live"`
	DatabaseURL     string        `env:"DATABASE_URL" envDefault:"sqlite" secret:"true" doc:"sqlite (in the data directory) or postgres://…"`
	RedisURL        string        `env:"REDIS_URL" envDefault:"embedded" secret:"true" doc:"embedded, or redis://… or rediss://…"`
	SecretKey       string        `env:"SMTPSERVER_SECRET_KEY" secret:"true" doc:"at least 32 characters; seals keys at rest. Made in the data directory; required when PUBLIC_URL is https"`
	SecretKeyBefore string        `env:"SMTPSERVER_SECRET_KEY_BEFORE" secret:"true" doc:"the key that SECRET_KEY replaces: what it sealed still opens, until the command reseal has sealed it anew, and links in mail that it signed work while it stands here"`
	Delivery        string        `env:"SMTPSERVER_DELIVERY" envDefault:"capture" doc:"capture: nothing leaves, mail is shown at /dev/inbox · mx: to the recipients' servers · smarthost: through SMARTHOST_URL"`
	SmarthostURL    string        `env:"SMTPSERVER_SMARTHOST_URL" secret:"true" doc:"smtp(s)://user:pass@host:port"`
	MailHostname    string        `env:"SMTPSERVER_MAIL_HOSTNAME" doc:"EHLO name, Message-ID, return-path zone; default is the host of PUBLIC_URL"`
	DNSServer       string        `env:"SMTPSERVER_DNS_SERVER" doc:"host:port of the resolver for everything mail does; default is the system's"`
	DNSValidates    bool          `env:"SMTPSERVER_DNS_VALIDATES" envDefault:"false" doc:"true when that resolver validates DNSSEC"`
	RspamdURL       string        `env:"SMTPSERVER_RSPAMD_URL" doc:"normal worker of an rspamd, like http://127.0.0.1:11333: it judges campaigns before they are sent, and a part of what programs send"`
	DNSBLZones      []string      `env:"SMTPSERVER_DNSBL_ZONES" doc:"DNS blocklists that are asked whether they list a sending address, comma-separated; a listed one is taken out"`
	MXPort          int           `env:"SMTPSERVER_MX_PORT" envDefault:"25" doc:"port of recipients' servers; tests point it at loopback"`
	AllowPrivate    bool          `env:"SMTPSERVER_ALLOW_PRIVATE_DESTINATIONS" envDefault:"false" doc:"without it nothing ever connects to loopback, private or link-local addresses (the smart host excepted)"`
	NewLimits       bool          `env:"SMTPSERVER_NEW_ACCOUNT_LIMITS" envDefault:"false" doc:"new accounts send 200 recipients a day and one a second at first, more each day while bounces and complaints stay low; for services where strangers sign up"`
	Signup          string        `env:"SMTPSERVER_SIGNUP" envDefault:"open" doc:"open, invite or closed"`
	BrandName       string        `env:"SMTPSERVER_BRAND_NAME" envDefault:"SMTPServer" doc:"name shown on pages and in mails"`
	StaffTwoFactors bool          `env:"SMTPSERVER_STAFF_TWO_FACTORS" envDefault:"true" doc:"the back office asks its people for two factors"`
	GoogleID        string        `env:"SMTPSERVER_OAUTH_GOOGLE_ID" doc:"client id: people may sign in with Google; its redirect URI is PUBLIC_URL/auth/google/callback"`
	GoogleSecret    string        `env:"SMTPSERVER_OAUTH_GOOGLE_SECRET" secret:"true" doc:"its secret"`
	GitHubID        string        `env:"SMTPSERVER_OAUTH_GITHUB_ID" doc:"client id: people may sign in with GitHub; its callback URL is PUBLIC_URL/auth/github/callback"`
	GitHubSecret    string        `env:"SMTPSERVER_OAUTH_GITHUB_SECRET" secret:"true" doc:"its secret"`
	MicrosoftID     string        `env:"SMTPSERVER_OAUTH_MICROSOFT_ID" doc:"client id: people may sign in with Microsoft; its redirect URI is PUBLIC_URL/auth/microsoft/callback. Add the optional claim xms_edov, or work addresses count as unproven"`
	MicrosoftSecret string        `env:"SMTPSERVER_OAUTH_MICROSOFT_SECRET" secret:"true" doc:"its secret"`
	OIDCIssuer      string        `env:"SMTPSERVER_OIDC_ISSUER" doc:"issuer of any OpenID Connect provider, as its discovery spells it; the redirect URI is PUBLIC_URL/auth/oidc/callback"`
	OIDCID          string        `env:"SMTPSERVER_OIDC_ID" doc:"client id there"`
	OIDCSecret      string        `env:"SMTPSERVER_OIDC_SECRET" secret:"true" doc:"its secret"`
	OIDCName        string        `env:"SMTPSERVER_OIDC_NAME" doc:"what its people call it, for the button"`
	StripeKey       string        `env:"SMTPSERVER_STRIPE_SECRET_KEY" secret:"true" doc:"secret or restricted key: invoices can be paid by card; without it they are paid by hand"`
	StripeWebhook   string        `env:"SMTPSERVER_STRIPE_WEBHOOK_SECRET" secret:"true" doc:"signing secret of the webhook endpoint PUBLIC_URL/hooks/stripe; two, comma-separated, while one replaces the other"`
	StripeURL       string        `env:"SMTPSERVER_STRIPE_API_URL" doc:"another address of Stripe's API, for tests"`
	LinkHosts       bool          `env:"SMTPSERVER_LINK_HOSTS" envDefault:"false" doc:"true lets links in mail carry the customers' own link hosts (links.their.domain): the proxy before us must have a certificate for each, which it may get on demand by asking PUBLIC_URL/link-host?domain=…"`
	MaxMessage      int64         `env:"SMTPSERVER_MAX_MESSAGE_SIZE" envDefault:"26214400" doc:"largest message in octets"`
	ContentDays     int           `env:"SMTPSERVER_CONTENT_DAYS" envDefault:"30" doc:"days that the content of a message is kept after its last delivery ended, where the account's plan does not say"`
	MinFreeDisk     uint64        `env:"SMTPSERVER_MIN_FREE_DISK" envDefault:"268435456" doc:"octets of the data directory's disk that stay free: with less, mail is answered 452 until there is room again"`
	SMTPProxies     []string      `env:"SMTPSERVER_SMTP_PROXIES" doc:"addresses or networks of TCP proxies before the SMTP addresses, comma-separated: their connections must begin with the PROXY protocol, which names the client"`
	Drain           time.Duration `env:"SMTPSERVER_DRAIN" envDefault:"0s" doc:"when the program is told to stop, how long the pages are still served while /readyz answers 503: longer than the proxy before several web processes takes to notice (compose.yaml: 3s)"`
	SMTPPerIP       int           `env:"SMTPSERVER_SMTP_SESSIONS_PER_IP" envDefault:"50" doc:"most SMTP sessions of one address at once"`
	MetricsAddr     string        `env:"SMTPSERVER_METRICS_ADDR" envDefault:"127.0.0.1:9090" doc:"Prometheus metrics; empty turns them off"`
	WorkerSlots     int           `env:"SMTPSERVER_WORKER_SLOTS" envDefault:"40" doc:"destinations a worker serves at once"`
	DatabaseConns   int           `env:"SMTPSERVER_DATABASE_CONNS" envDefault:"20" doc:"most database connections of one process"`
	LogFormat       string        `env:"SMTPSERVER_LOG_FORMAT" envDefault:"text" doc:"text or json"`
	LogLevel        string        `env:"SMTPSERVER_LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error"`

	// Derived from the settings above by Load.
	publicURL *url.URL
	smarthost *url.URL
}

// Ways of delivery.
const (
	Capture   = "capture"
	MX        = "mx"
	Smarthost = "smarthost"
)

// Embedded reports whether the queue lives in this process.
func (c *Config) Embedded() bool { return c.RedisURL == "embedded" }

// HTTPS reports whether people reach the pages over TLS.
func (c *Config) HTTPS() bool { return c.publicURL.Scheme == "https" }

// PublicHost is the host name people reach the service by, without a port.
func (c *Config) PublicHost() string { return c.publicURL.Hostname() }

// SmarthostTarget returns the parsed SMARTHOST_URL; nil when unset.
func (c *Config) SmarthostTarget() *url.URL { return c.smarthost }
