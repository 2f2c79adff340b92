package content

import (
	"html"
	"regexp"
	"strings"

	"smtpserver/app/content/liquid"
)

var (
	bodyTag = regexp.MustCompile(`(?i)<body(?:\s[^>]*)?>`)
	htmlTag = regexp.MustCompile(`(?i)<html[\s>]`)
)

// framed completes a document: a fragment becomes a whole one, and the preheader
// stands first in it.
func framed(source string, s Source) string {
	if !htmlTag.MatchString(source) && !bodyTag.MatchString(source) {
		source = "<!doctype html>\n<html lang=\"{{ language | default: 'en' }}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
			asText(s.Subject) + "</title>\n</head>\n<body>\n" + source + "\n</body>\n</html>\n"
	}
	if strings.TrimSpace(s.Preheader) == "" {
		return source
	}
	hidden := preheader(s.Preheader)
	at := bodyTag.FindStringIndex(source)
	if at == nil {
		return hidden + source
	}
	return source[:at[1]] + hidden + source[at[1]:]
}

// preheader is what lists of mails show behind the subject. The room after it keeps
// the beginning of the mail from following it there.
func preheader(s string) string {
	return `<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all">` +
		asText(s) + strings.Repeat("&#847;&zwnj;&nbsp;", 60) + `</div>`
}

// asText escapes what a person typed as text, and leaves the fields in it.
func asText(s string) string {
	shield, shielded, err := liquid.NewShield(s)
	if err != nil {
		return "" // it was judged before
	}
	return shield.Restore(html.EscapeString(shielded))
}
