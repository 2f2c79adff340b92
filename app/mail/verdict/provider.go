package verdict

import "strings"

// providers tell whose server it is by the end of its name.
var providers = []struct{ name, suffixes string }{
	{"google", "google.com googlemail.com gmail.com"},
	{"microsoft", "outlook.com hotmail.com outlook.de office365.us microsoft.com"},
	{"yahoo", "yahoodns.net yahoo.com yahoo.co.jp aol.com"},
	{"apple", "icloud.com apple.com me.com"},
	{"gmx", "gmx.net gmx.com web.de mail.com kundenserver.de 1and1.com 1and1.de ionos.com ionos.de ionos.co.uk 1und1.de"},
	{"t-online", "t-online.de telekom.de"},
	{"orange", "orange.fr wanadoo.fr"},
	{"laposte", "laposte.net"},
	{"free", "free.fr"},
	{"mailru", "mail.ru"},
	{"yandex", "yandex.ru yandex.net yandex.com"},
	{"comcast", "comcast.net"},
	{"cox", "cox.net"},
	{"spectrum", "charter.net rr.com spectrum.net twc.com"},
	{"att", "prodigy.net att.net bellsouth.net"},
	{"proofpoint", "pphosted.com ppe-hosted.com"},
	{"mimecast", "mimecast.com mimecast.co.za mimecast-offshore.com"},
	{"barracuda", "barracudanetworks.com"},
	{"cisco", "iphmx.com"},
	{"broadcom", "messagelabs.com"},
	{"trendmicro", "trendmicro.com trendmicro.eu"},
	{"zoho", "zoho.com zoho.eu zohomail.com"},
	{"netease", "netease.com 163.com 126.com"},
	{"qq", "qq.com"},
	{"libero", "libero.it"},
	{"fastmail", "messagingengine.com"},
	{"proton", "protonmail.ch"},
}

// ProviderOf names the provider that a host belongs to, or "".
func ProviderOf(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, p := range providers {
		for suffix := range strings.FieldsSeq(p.suffixes) {
			rest, ok := strings.CutSuffix(host, suffix)
			if ok && (rest == "" || strings.HasSuffix(rest, ".")) {
				return p.name
			}
		}
	}
	return ""
}
