package oauth

// emailVerified is the standard claim (OpenID Connect Core §5.1); some providers write
// it as text.
func emailVerified(claims map[string]any) bool { return isTrue(claims["email_verified"]) }

// personalTenant is where Microsoft keeps personal identities, whose addresses it proves itself.
const personalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

// microsoftVouches asks for the claim xms_edov ("e-mail domain owner verified"), an
// optional claim to be set at the app's registration. Without it the address is
// whatever an admin of any tenant typed.
func microsoftVouches(claims map[string]any) bool {
	return isTrue(claims["xms_edov"]) || claims["tid"] == personalTenant
}

func isTrue(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return v == "true" || v == "1"
	case float64:
		return v == 1
	}
	return false
}
