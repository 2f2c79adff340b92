package story

import (
	"time"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

var sampleProviders = []pages.ProviderButton{{Name: "google", Label: "Google", URL: "/auth/google"}, {Name: "microsoft", Label: "Microsoft", URL: "/auth/microsoft"}, {Name: "github", Label: "GitHub", URL: "/auth/github"}}

const sampleTOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// signinWays are signing in by more than a password.
func signinWays() []Story {
	return []Story{
		outside("login_new-providers", "Sign in", func(p layout.Page) view {
			return pages.LoginNew{Page: p, Providers: sampleProviders, Passkeys: true}
		}),
		outside("login_new-office", "Back office", func(p layout.Page) view { return pages.LoginNew{Page: p, Passkeys: true, Office: true} }),
		outside("signup_new-providers", "Create account", func(p layout.Page) view {
			return pages.SignupNew{Page: p, Terms: sampleAgreement(), MinPassword: 12, Providers: sampleProviders}
		}),
		outside("signup_complete", "Create account", func(p layout.Page) view {
			return pages.SignupComplete{Page: p, Provider: "Google", Email: "inhaber@hofladen-brandt.de", Name: "Maria Brandt", Terms: sampleAgreement()}
		}),
		refused(outside("signup_complete-refused", "Create account", func(p layout.Page) view {
			return pages.SignupComplete{Page: p, Provider: "Google", Email: longMail, Terms: sampleAgreement(), Errors: pages.Errors{
				"name": "Tell us your name.", "accept_terms": "Please read the terms and tick the box if you accept them.",
			}}
		})),
		outside("login_second", "Sign in", func(p layout.Page) view {
			return pages.LoginSecond{Page: p, Email: "inhaber@hofladen-brandt.de", App: true, Passkeys: true}
		}),
		refused(outside("login_second-refused", "Sign in", func(p layout.Page) view {
			return pages.LoginSecond{Page: p, Email: longMail, App: true, Errors: pages.Errors{"code": "This code is not right, or it was used already. Wait for the next one. If none works, check that your device sets its clock automatically."}}
		})),
		outside("login_second-passkey", "Sign in", func(p layout.Page) view {
			return pages.LoginSecond{Page: p, Email: "inhaber@hofladen-brandt.de", Passkeys: true}
		}),
		outside("auth_onward", "Continue", func(p layout.Page) view {
			return pages.AuthOnward{Page: p, Label: "Google", URL: "/auth_onward#stay"}
		}),
		refused(inside("prove_new", "Is it you?", "", func(p layout.Page) view {
			return pages.ProveNew{Page: p, Action: "/x", Email: "inhaber@hofladen-brandt.de", Password: true, Passkey: true, Next: "/", Fields: [][2]string{{"name", "shop"}}}
		})),
		refused(inside("prove_new-code", "Is it you?", "", func(p layout.Page) view {
			return pages.ProveNew{Page: p, Action: "/x", App: true, Next: "/", Errors: pages.Errors{"proof_code": "This code is not right, or it was used already. Wait for the next one."}}
		})),
		refused(inside("prove_new-provider", "Is it you?", "", func(p layout.Page) view {
			return pages.ProveNew{Page: p, Action: "/x", Next: "/", Providers: sampleProviders[:1]}
		})),
	}
}

// securityPages are where a person sets up how they sign in.
func securityPages() []Story {
	full := func(p layout.Page) pages.SecurityShow {
		return pages.SecurityShow{
			Page: p, Email: "inhaber@hofladen-brandt.de", Password: true, App: true, CodesLeft: 9, CodesMadeAt: ago(40 * 24 * time.Hour), TwoFactors: true, PasskeysPossible: true, Required: true,
			Passkeys: []pages.PasskeyRow{
				{ID: "a", Name: "MacBook at the farm shop", CreatedAt: ago(30 * 24 * time.Hour), UsedAt: ago(2 * time.Hour)},
				{ID: "b", Name: "YubiKey in the safe", CreatedAt: ago(20 * 24 * time.Hour)},
			},
			Identities: []pages.IdentityRow{
				{Provider: "google", Label: "Google", Linked: true, Email: longMail, UsedAt: ago(26 * time.Hour)},
				{Provider: "github", Label: "GitHub"},
				{Provider: "oidc", Label: "oidc", Linked: true, Email: "maria@work.example", UsedAt: ago(90 * 24 * time.Hour), Gone: true},
			},
			Sessions: []pages.SessionRow{
				{Hash: "1", Device: "Firefox on Windows", IP: "203.0.113.40", SeenAt: ago(20 * time.Second), CreatedAt: ago(3 * time.Hour), TwoFactors: true, This: true},
				{Hash: "2", Device: "Safari on iPhone", IP: "2001:db8:85a3:1234:5678:8a2e:370:7334", SeenAt: ago(26 * time.Hour), CreatedAt: ago(20 * 24 * time.Hour), TwoFactors: true},
			},
		}
	}
	bare := func(p layout.Page) pages.SecurityShow {
		return pages.SecurityShow{
			Page: p, Email: "inhaber@hofladen-brandt.de", Password: true, PasskeysPossible: true, RequireDenied: "Your role in this account, viewer, does not allow this.",
			Sessions: []pages.SessionRow{{Hash: "1", Device: "Firefox on Windows", IP: "203.0.113.40", SeenAt: ago(20 * time.Second), CreatedAt: ago(3 * time.Hour), This: true}},
		}
	}
	return []Story{
		inside("security_show", "Security", layout.NavSettings, func(p layout.Page) view { return full(p) }),
		inside("security_show-bare", "Security", layout.NavSettings, func(p layout.Page) view { return bare(p) }),
		inside("security_show-required", "Security", layout.NavSettings, func(p layout.Page) view {
			v := bare(p)
			v.Required, v.PasskeysPossible, v.Denied = true, false, "Confirm your e-mail address first."
			return v
		}),
		outside("security_show-staff", "Security", func(p layout.Page) view {
			v := bare(p)
			v.StaffRequired = true
			return v
		}),
		inside("authenticator_new", "Authenticator app", layout.NavSettings, func(p layout.Page) view {
			return pages.AuthenticatorNew{Page: p, Secret: sampleTOTP, URL: "otpauth://totp/SMTPServer:inhaber@hofladen-brandt.de?issuer=SMTPServer&secret=" + sampleTOTP, BackURL: "/"}
		}),
		refused(inside("authenticator_new-refused", "Authenticator app", layout.NavSettings, func(p layout.Page) view {
			return pages.AuthenticatorNew{
				Page: p, Secret: sampleTOTP, URL: "otpauth://totp/SMTPServer:" + longMail + "?issuer=SMTPServer&secret=" + sampleTOTP, BackURL: "/",
				Errors: pages.Errors{"code": "The code is right, but for another time: the clock of your device is about 90 seconds slow. Let it set its time automatically, then try again."},
			}
		})),
		inside("recovery_show", "Recovery codes", layout.NavSettings, func(p layout.Page) view {
			return pages.RecoveryShow{Page: p, Done: "The authenticator app is set up. All other sessions have ended.", NextURL: "/", Codes: []string{
				"k3f9-7m2c-qa4t-xw6e", "p5nd-2rzb-yh3u-mk7o", "e6ga-4cts-vj2l-ni5q", "w7xo-3fby-dz4r-tp2h", "h2uk-6lme-as5g-bq3c",
				"t4ib-5nvd-oc7w-fz6j", "m3ye-7hpr-lx2k-ug4a", "c5qs-2jtz-wn6f-vo3b", "r6dl-4axm-gi7p-he5y", "b7kc-3wuf-qt2s-jr4n",
			}}
		}),
		inside("passkey_new", "New passkey", layout.NavSettings, func(p layout.Page) view {
			return pages.PasskeyNew{Page: p, Suggested: "Firefox on Windows", BackURL: "/", Possible: true}
		}),
		inside("passkey_new-impossible", "New passkey", layout.NavSettings, func(p layout.Page) view {
			return pages.PasskeyNew{Page: p, BackURL: "/"}
		}),
	}
}
