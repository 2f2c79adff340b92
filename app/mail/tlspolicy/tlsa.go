package tlspolicy

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"fmt"

	"smtpserver/app/mail/resolver"
)

// maxRecords bounds the work that a stranger's zone may cause.
const maxRecords = 32

// usable picks the records that a client can hold a server to (RFC 7672 §2.2, §3.1.3).
// Of several digests of one kind only the strongest counts, so that nobody who breaks
// a weaker one gains from it (RFC 7671 §9).
func usable(records []resolver.TLSA) (good []resolver.TLSA) {
	type kind struct{ usage, selector uint8 }
	strongest := map[kind]uint8{}
	for _, r := range records {
		if isUsable(r) {
			strongest[kind{r.Usage, r.Selector}] = max(strongest[kind{r.Usage, r.Selector}], r.Matching)
		}
	}
	for _, r := range records {
		weak := r.Matching != matchFull && r.Matching < strongest[kind{r.Usage, r.Selector}]
		if isUsable(r) && !weak && len(good) < maxRecords {
			good = append(good, r)
		}
	}
	return good
}

func isUsable(r resolver.TLSA) bool {
	if r.Usage != usageTA && r.Usage != usageEE || r.Selector > selectKey {
		return false
	}
	switch r.Matching {
	case matchSHA256:
		return len(r.Data) == sha256.Size
	case matchSHA512:
		return len(r.Data) == sha512.Size
	case matchFull:
		_, err := x509.ParseCertificate(r.Data)
		if r.Selector == selectKey {
			_, err = x509.ParsePKIXPublicKey(r.Data)
		}
		return err == nil
	}
	return false
}

// texts writes records as zone files have them.
func texts(records []resolver.TLSA) (out []string) {
	for _, r := range records[:min(len(records), maxRecords)] {
		out = append(out, fmt.Sprintf("%d %d %d %x", r.Usage, r.Selector, r.Matching, r.Data))
	}
	return out
}
