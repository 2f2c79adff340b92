package tracking

import (
	"strings"
	"time"
)

// Verdict is who seems to have come.
type Verdict string

// The verdicts.
const (
	Human   Verdict = "human"
	Machine Verdict = "machine"
	Unknown Verdict = "unknown"
)

// Visit is a visit as a door sees it. Where it came from is not asked.
type Visit struct {
	Target
	Head     bool   // it asked for the header only
	Prefetch bool   // it says that it loads ahead of its reader
	Agent    string // User-Agent
	At       time.Time
}

// Judge says who seems to have come, and why, by the visit alone. What came before and
// after, and when the mail was delivered, is looked at when it is stored.
func Judge(v Visit) (Verdict, string) {
	agent := strings.ToLower(v.Agent)
	switch {
	case v.Link == Honeypot:
		return Machine, "It followed a link that no person sees."
	case v.Head:
		return Machine, "It asked for the header only, as programs do that check links."
	case v.Prefetch:
		return Machine, "It was loaded ahead by a program."
	case v.Kind == Open && agent == "mozilla/5.0": // all that Apple's proxy says of itself
		return Machine, "Apple Mail Privacy Protection loads the pictures of every mail, read or not."
	case agent == "":
		return Unknown, "It did not say what program it is."
	}
	for _, p := range programs {
		if strings.Contains(agent, p.mark) {
			return Machine, p.why
		}
	}
	if v.Kind == Open {
		for _, p := range proxies {
			if strings.Contains(agent, p.mark) {
				return Human, p.why
			}
		}
	}
	for _, mark := range []string{"applewebkit/", "gecko/", "trident/", "msie ", "presto/", "thunderbird/"} {
		if strings.Contains(agent, mark) {
			return Human, "By a browser or a mail program."
		}
	}
	return Unknown, "By a program that we do not know."
}

type mark struct{ mark, why string }

const (
	scanner = "A security service follows the links of mails before their readers do."
	preview = "A messenger or network made a preview of the link."
	robot   = "By a program that is no browser."
)

// programs are marks, in lower case, of what is no reader.
var programs = []mark{
	{"barracuda", scanner}, {"proofpoint", scanner}, {"mimecast", scanner}, {"symantec", scanner}, {"messagelabs", scanner}, {"trendmicro", scanner},
	{"trend micro", scanner}, {"fortinet", scanner}, {"fortiguard", scanner}, {"sophos", scanner}, {"mcafee", scanner}, {"kaspersky", scanner},
	{"bitdefender", scanner}, {"zscaler", scanner}, {"paloalto", scanner}, {"cisco", scanner}, {"ironport", scanner}, {"checkpoint", scanner},
	{"safelinks", scanner}, {"urldefense", scanner}, {"virustotal", scanner}, {"cloudmark", scanner}, {"vade", scanner}, {"hornetsecurity", scanner},
	{"microsoft office existence discovery", "An Office program looked whether the link exists."},
	{"ms-office", "An Office program looked at the link before it opened a browser."},
	{"bingpreview", preview}, {"slackbot", preview}, {"facebookexternalhit", preview}, {"facebot", preview}, {"whatsapp", preview}, {"telegrambot", preview},
	{"discordbot", preview}, {"linkedinbot", preview}, {"twitterbot", preview}, {"skypeuripreview", preview}, {"teamsbot", preview}, {"embedly", preview},
	{"bot", robot}, {"crawl", robot}, {"spider", robot}, {"scan", robot}, {"monitor", robot}, {"curl/", robot}, {"wget/", robot}, {"python", robot},
	{"go-http-client", robot}, {"java/", robot}, {"okhttp", robot}, {"apache-httpclient", robot}, {"libwww", robot}, {"perl", robot}, {"ruby", robot},
	{"php/", robot}, {"guzzle", robot}, {"node-fetch", robot}, {"axios", robot}, {"undici", robot}, {"httpx", robot}, {"headless", robot}, {"phantomjs", robot},
	{"selenium", robot}, {"puppeteer", robot}, {"playwright", robot}, {"lighthouse", robot}, {"feedfetcher", robot},
}

// proxies are mail services that load pictures when, and only when, a mail is looked at.
var proxies = []mark{
	{"googleimageproxy", "Gmail loads the pictures of a mail through its proxy when it is opened."},
	{"yahoomailproxy", "Yahoo loads the pictures of a mail through its proxy when it is opened."},
	{"outlook", "By Outlook, when the mail was opened."},
	{"microsoft office", "By Outlook, when the mail was opened."},
}

// soon is how soon after the delivery nobody has read a mail and followed a link.
const soon = 3 * time.Second

// judgeTime judges again by when the mail was delivered; zero is not yet.
func judgeTime(kind Kind, verdict Verdict, why string, at, delivered time.Time) (Verdict, string) {
	switch {
	case verdict != Human:
		return verdict, why
	case delivered.IsZero():
		return Machine, "It came before the receiving server had taken the mail: that server looked into it."
	case kind == Click && at.Before(delivered.Add(soon)):
		return Machine, "It came within three seconds of the delivery, sooner than anybody reads."
	case kind == Open && at.Before(delivered.Add(soon)):
		return Unknown, "It came within three seconds of the delivery."
	}
	return verdict, why
}
