package mx

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// wellKnown maps the end of an exchanger's name to who runs it. Their names vary per
// customer (contoso-com.mail.protection.outlook.com), their limits do not.
var wellKnown = []struct{ suffix, provider string }{
	{"google.com", "google"}, {"googlemail.com", "google"}, {"psmtp.com", "google"},
	{"outlook.com", "microsoft"}, {"mx.microsoft", "microsoft"}, {"hotmail.com", "microsoft"},
	{"yahoodns.net", "yahoo"}, {"aol.com", "yahoo"},
	{"icloud.com", "apple"}, {"apple.com", "apple"},
	{"gmx.net", "gmx"}, {"web.de", "gmx"}, {"kundenserver.de", "ionos"}, {"ionos.com", "ionos"}, {"1and1.com", "ionos"},
	{"t-online.de", "t-online"}, {"zoho.com", "zoho"}, {"zoho.eu", "zoho"}, {"protonmail.ch", "proton"},
	{"mailbox.org", "mailbox"}, {"messagingengine.com", "fastmail"}, {"ovh.net", "ovh"}, {"orange.fr", "orange"},
	{"laposte.net", "laposte"}, {"free.fr", "free"}, {"mail.ru", "mailru"}, {"yandex.net", "yandex"}, {"yandex.ru", "yandex"},
	{"comcast.net", "comcast"}, {"cox.net", "cox"}, {"charter.net", "charter"}, {"libero.it", "libero"},
	{"pphosted.com", "proofpoint"}, {"ppe-hosted.com", "proofpoint"}, {"mimecast.com", "mimecast"},
	{"barracudanetworks.com", "barracuda"}, {"iphmx.com", "cisco"}, {"mailanyone.net", "fusemail"}, {"messagelabs.com", "symantec"},
}

// Provider names who runs the hosts of a domain, so that all its domains can be
// treated as one: a well-known provider's short name, or the registrable domain that
// all hosts share. It is "" when they share none.
func Provider(hosts []Host) string {
	provider := ""
	for _, h := range hosts {
		one := providerOf(h.Name)
		if one == "" || provider != "" && one != provider {
			return ""
		}
		provider = one
	}
	return provider
}

func providerOf(host string) string {
	for _, w := range wellKnown {
		if host == w.suffix || strings.HasSuffix(host, "."+w.suffix) {
			return w.provider
		}
	}
	registrable, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return "" // an address, or a name right under a public suffix
	}
	return registrable
}
