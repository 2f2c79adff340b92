package domain

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"

	"smtpserver/app/fault"
	"smtpserver/app/mail/address"
)

// The longest name we put in front of a domain is a selector's,
// "ss1-abcd._domainkey."; names end at 253 octets (RFC 1035 §2.3.4).
const maxName = 253 - len("ss99-abcd._domainkey.")

// parseName turns what a person typed into a name that an account may prove.
func (s *Service) parseName(typed string) (string, error) {
	name, err := address.ParseDomain(strings.TrimSpace(typed))
	if err != nil {
		return "", refuseName("Enter a domain name such as example.com, without http:// and without @.")
	}
	shown := unicodeName(name)
	suffix, _ := publicsuffix.PublicSuffix(name)
	switch {
	case len(name) > maxName:
		return "", refuseName("This name is too long to put our record names in front of it.")
	case suffix == name:
		return "", refuseName(shown + " is a public suffix: names below it belong to different people. Enter your own domain.")
	case freemail(name):
		return "", refuseName(shown + " belongs to a mailbox provider, so mail that we send as it would be refused. Use a domain of your own.")
	case s.ours(name):
		return "", refuseName(shown + " is the name of this service.")
	}
	return name, nil
}

func refuseName(why string) error { return fault.Field("domain", why) }

// ours reports whether the name is our own host name or below it. A parent may be
// proven by its holder: a firm that hosts at mail.firm.example sends as firm.example,
// and the most specific claim keeps our own name ours.
func (s *Service) ours(name string) bool {
	below := strings.HasSuffix(name, "."+s.hostname) && strings.Contains(s.hostname, ".")
	return name == s.hostname || below
}

// covering returns the names whose proof covers a From domain, most specific first:
// itself and its parents down to the organisational domain, because relaxed
// alignment ends there (RFC 9989 §4.4).
func covering(name string) []string {
	organisational, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return []string{name}
	}
	names := []string{name}
	for name != organisational {
		_, name, _ = strings.Cut(name, ".")
		names = append(names, name)
	}
	return names
}

// organisational returns the registrable domain of a name, or the name itself.
func organisational(name string) string {
	names := covering(name)
	return names[len(names)-1]
}

// reserved reports whether the name can never exist in the public DNS.
func reserved(name string) bool {
	tld := name[strings.LastIndexByte(name, '.')+1:]
	return slices.Contains([]string{"test", "example", "invalid", "localhost"}, tld)
}

//go:embed freemail.txt
var freemailText string

// freemailDomains is the embedded list, read once.
var freemailDomains = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(freemailText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			set[line] = true
		}
	}
	return set
})

// freemail reports whether the name or a parent is a mailbox provider's.
func freemail(name string) bool {
	for rest := name; rest != ""; _, rest, _ = strings.Cut(rest, ".") {
		if freemailDomains()[rest] {
			return true
		}
	}
	return false
}
