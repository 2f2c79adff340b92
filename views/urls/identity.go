package urls

// Paths of signing in by more than a password.
const (
	LoginSecond    = "/login/second"
	LoginPasskey   = "/login/passkey"
	SignupComplete = "/signup/complete"
	Security       = "/security"

	PasskeySignInOptions = "/login/passkey/options" //nolint:gosec // a path, no secret
	PasskeyNewOptions    = "/security/passkeys/options"
	PasskeyProofOptions  = "/security/proof/options"

	Authenticator        = "/security/authenticator"
	AuthenticatorConfirm = "/security/authenticator/confirm"
	AuthenticatorRemove  = "/security/authenticator/remove"
	RecoveryCodes        = "/security/recovery-codes"
	Passkeys             = "/security/passkeys"
	PasskeyNew           = "/security/passkeys/new"
	SessionsEnd          = "/security/sessions/end-others"
)

// Auth begins signing in at a provider.
func Auth(provider, next string) string { return WithQuery(join("/auth", provider), "next", next) }

// AuthLink begins linking an identity (POST).
func AuthLink(provider string) string { return join("/auth", provider, "link") }

// AuthProve begins proving at a provider who one is (POST).
func AuthProve(provider string) string { return join("/auth", provider, "prove") }

// IdentityUnlink ends a way to sign in (POST).
func IdentityUnlink(provider string) string {
	return join(Security, "identities", provider, "unlink")
}

// PasskeyRemove ends a passkey (POST).
func PasskeyRemove(id string) string { return join(Passkeys, id, "remove") }

// SessionEnd ends one session (POST).
func SessionEnd(hash string) string { return join(Security, "sessions", hash, "end") }

// SettingsSecurity is how the person signs in, and what the account asks of its members.
func (a Account) SettingsSecurity() string { return a.page("settings", "security") }

// SettingsTwoFactors saves whether members need two factors (POST).
func (a Account) SettingsTwoFactors() string { return a.page("settings", "security", "two-factors") }
