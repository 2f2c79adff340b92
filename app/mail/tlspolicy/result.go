package tlspolicy

import "net/netip"

// Kind is the kind of policy that was applied (RFC 8460 §4.2, policy-type).
type Kind string

// The kinds.
const (
	KindTLSA Kind = "tlsa"
	KindSTS  Kind = "sts"
	KindNone Kind = "no-policy-found"
)

// Reason is what went wrong (RFC 8460 §4.3, result-type); "" means nothing.
type Reason string

// The reasons.
const (
	NoSTARTTLS    Reason = "starttls-not-supported"
	WrongName     Reason = "certificate-host-mismatch"
	Expired       Reason = "certificate-expired"
	NotTrusted    Reason = "certificate-not-trusted"
	Failed        Reason = "validation-failure"
	TLSAInvalid   Reason = "tlsa-invalid"
	DNSSECInvalid Reason = "dnssec-invalid"
	DANERequired  Reason = "dane-required"
	STSFetch      Reason = "sts-policy-fetch-error"
	STSInvalid    Reason = "sts-policy-invalid"
	STSWebPKI     Reason = "sts-webpki-invalid"
)

// Applied names the policy that a requirement comes from, as reports want it.
type Applied struct {
	Domain string // the recipients'
	Kind   Kind
	Text   []string // the lines of the MTA-STS policy, or the TLSA records
	MX     []string // the patterns of the MTA-STS policy
}

// Result is one session, or one try to get a policy, for reports to the domain
// (RFC 8460). It succeeded when Reason is "".
type Result struct {
	Applied
	Host     string     // the mail exchanger; "" when the policy itself failed
	From, To netip.Addr // the two ends; invalid when nothing was connected
	Reason   Reason
	Detail   string // in words
}

// Error says that a policy forbids to go on; another time it may allow it.
type Error struct {
	Applied
	Reason Reason
	Detail string // in words, without addresses
	Cause  error  // may be nil
}

// Error implements error.
func (e *Error) Error() string {
	return "TLS policy (" + string(e.Kind) + "): " + string(e.Reason) + ": " + e.Detail
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }
