package delivery

import "strings"

// profiles are what large providers want of a sender they know a little. They tell us
// by 421 when it is too much, and the pace then falls.
var profiles = map[string]Profile{
	Relay:           {Connections: 16, Start: 16, PerConnection: 1000, AnyDomain: true}, // the operator's own
	CaptureBox:      {Connections: 1, Start: 1, PerConnection: 1, AnyDomain: true},
	via + "google":  {Connections: 20, Start: 5, PerConnection: 100},
	via + "yahoo":   {Connections: 10, Start: 3, PerConnection: 20}, // its postmaster page suggests 20
	via + "apple":   {Connections: 10, Start: 3, PerConnection: 50},
	via + "gmx":     {Connections: 8, Start: 3, PerConnection: 50},
	via + "orange":  {Connections: 2, Start: 2, PerConnection: 50}, // refuses the third (OFR_004)
	via + "laposte": {Connections: 2, Start: 2, PerConnection: 50},
	via + "free":    {Connections: 2, Start: 2, PerConnection: 50},
	// Each of its customers has a host of its own, so connections are rarely shared.
	via + "microsoft": {Connections: 20, Start: 5, PerConnection: 100},
}

// profileOf returns how a destination is treated at full speed.
func profileOf(destination string) Profile {
	if p, known := profiles[destination]; known {
		return p
	}
	return Profile{Connections: 8, Start: 4, PerConnection: 100}
}

// DestinationName words a destination for people.
func DestinationName(destination string) string {
	name, isGroup := strings.CutPrefix(destination, via)
	switch {
	case !isGroup:
		return destination
	case destination == Relay:
		return "the relay"
	case destination == CaptureBox:
		return "the capture box"
	case providerNames[name] != "":
		return providerNames[name]
	}
	return name
}

var providerNames = map[string]string{
	"google": "Google", "microsoft": "Microsoft", "yahoo": "Yahoo", "apple": "Apple", "gmx": "GMX and WEB.DE", "ionos": "IONOS",
	"t-online": "T-Online", "zoho": "Zoho", "proton": "Proton", "mailbox": "mailbox.org", "fastmail": "Fastmail", "ovh": "OVH",
	"orange": "Orange", "laposte": "La Poste", "free": "Free", "mailru": "Mail.ru", "yandex": "Yandex", "comcast": "Comcast",
	"cox": "Cox", "charter": "Charter", "libero": "Libero", "proofpoint": "Proofpoint", "mimecast": "Mimecast",
	"barracuda": "Barracuda", "cisco": "Cisco", "fusemail": "FuseMail", "symantec": "Broadcom",
}
