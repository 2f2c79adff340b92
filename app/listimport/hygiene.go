package listimport

import (
	_ "embed"
	"strings"
)

//go:embed hygiene.txt
var hygieneText string

// hygiene knows parts of addresses that do not belong on a list.
var hygiene = readHygiene(hygieneText)

type hygieneLists struct {
	roles      map[string]bool   // local parts that nobody signs up with
	duties     map[string]bool   // local parts of firms: taken, but they count in the quality
	disposable map[string]bool   // domains
	typos      map[string]string // domain to what was probably meant
}

func readHygiene(text string) hygieneLists {
	h := hygieneLists{roles: map[string]bool{}, duties: map[string]bool{}, disposable: map[string]bool{}, typos: map[string]string{}}
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
			continue
		}
		for _, word := range strings.Fields(line) {
			switch section {
			case "roles":
				h.roles[word] = true
			case "duties":
				h.duties[word] = true
			case "disposable":
				h.disposable[word] = true
			case "typos":
				wrong, right, _ := strings.Cut(word, "=")
				h.typos[wrong] = right
			}
		}
	}
	return h
}

// judge returns why an address, in its canonical form, is not taken; 0 when it is.
func (h hygieneLists) judge(address string) Code {
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:at], address[at+1:]
	local, _, _ = strings.Cut(local, "+")
	switch {
	case h.roles[local]:
		return RoleAddress
	case h.typos[domain] != "":
		return TypoDomain
	case h.isDisposable(domain):
		return Disposable
	}
	return 0
}

// IsDisposable reports whether a domain gives out addresses that are made to be thrown away.
func IsDisposable(domain string) bool { return hygiene.isDisposable(domain) }

// isDisposable looks at the domain and those above it: such hosts give out sub-domains.
func (h hygieneLists) isDisposable(domain string) bool {
	for {
		if h.disposable[domain] {
			return true
		}
		_, above, ok := strings.Cut(domain, ".")
		if !ok {
			return false
		}
		domain = above
	}
}

// meant is what a mistyped address probably should be; "" when it is none.
func (h hygieneLists) meant(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	if right := h.typos[strings.ToLower(address[at+1:])]; right != "" {
		return address[:at+1] + right
	}
	return ""
}
