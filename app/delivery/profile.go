package delivery

import "strings"

// profiles are what large providers want of a sender they know; warm-up is for one they do
// not know. Few publish numbers, so that these are ceilings: the pace stays below as soon
// as a server complains. Rates keep a fast burst of small messages from being the
// complaint. Where the numbers come from:
//
//   - Yahoo: 20 messages over a connection (senders.yahooinc.com/best-practices).
//   - Orange refuses the third connection (OFR_004), and La Poste and Free do so, too.
//   - Comcast: 25 connections of 1,000 messages (spa.xfinity.com/postmaster).
//   - Mimecast: 10 connections of 100 messages.
//   - GMX and WEB.DE, Barracuda, Apple: what others who send much found to be taken.
//   - 100 messages a second is what large relays begin with where nothing is known.
//     Google and Microsoft answer faster ones with 421 4.7.28 and 451 4.7.500.
//   - A smaller mailbox company gets what a tenth of Google's mailboxes would.
//
// An operator who knows better says so: smtpserver rate --destination google.
var profiles = map[string]Profile{
	Relay:              {Connections: 16, Start: 16, PerConnection: 1000, AnyDomain: true}, // the operator's own
	CaptureBox:         {Connections: 1, Start: 1, PerConnection: 1, AnyDomain: true},
	via + "google":     {Connections: 20, Start: 5, PerConnection: 100, PerMinute: 6000},
	via + "microsoft":  {Connections: 20, Start: 5, PerConnection: 100, PerMinute: 6000}, // a host for each customer: connections are rarely shared
	via + "yahoo":      {Connections: 10, Start: 3, PerConnection: 20, PerMinute: 3000},
	via + "apple":      {Connections: 10, Start: 3, PerConnection: 20, PerMinute: 1200},
	via + "comcast":    {Connections: 25, Start: 5, PerConnection: 1000, PerMinute: 3000},
	via + "gmx":        {Connections: 4, Start: 2, PerConnection: 20, PerMinute: 1200},
	via + "ionos":      {Connections: 8, Start: 3, PerConnection: 50, PerMinute: 1200},
	via + "t-online":   {Connections: 8, Start: 3, PerConnection: 50, PerMinute: 600},
	via + "mailru":     {Connections: 8, Start: 3, PerConnection: 50, PerMinute: 1200},
	via + "yandex":     {Connections: 8, Start: 3, PerConnection: 50, PerMinute: 1200},
	via + "libero":     {Connections: 4, Start: 2, PerConnection: 50, PerMinute: 600},
	via + "orange":     {Connections: 2, Start: 2, PerConnection: 50, PerMinute: 600},
	via + "laposte":    {Connections: 2, Start: 2, PerConnection: 50, PerMinute: 300},
	via + "free":       {Connections: 2, Start: 2, PerConnection: 50, PerMinute: 300},
	via + "mimecast":   {Connections: 10, Start: 4, PerConnection: 100, PerMinute: 3000},
	via + "barracuda":  {Connections: 10, Start: 4, PerConnection: 15, PerMinute: 3000},
	via + "proofpoint": {Connections: 10, Start: 4, PerConnection: 100, PerMinute: 3000},
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
