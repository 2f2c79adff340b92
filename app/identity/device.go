package identity

import (
	"context"
	"strings"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// DeviceLife is how long a browser is remembered as known.
const DeviceLife = 400 * 24 * time.Hour

// meetDevice notes the browser and reports whether it is the user's first sign-in
// from it. The very first browser of a user is no news.
func (s *Service) meetDevice(ctx context.Context, userID id.ID, c Client) (fresh bool, err error) {
	if c.Device == "" {
		return false, nil
	}
	known, others, err := s.knowsDevice(ctx, userID, secret.Hash(c.Device))
	if err != nil {
		return false, err
	}
	return !known && others, nil
}

// product is a word of a user agent and what people call it. The order matters:
// most browsers also carry the names of those they descend from.
type product struct{ mark, name string }

var browsers = []product{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
	{"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
}

var systems = []product{
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
}

// Words says in plain words from which kind of device a request came. They are ours
// alone: what a stranger writes into the header is not repeated.
func (c Client) Words() string { return DeviceWords(c.UserAgent) }

// DeviceWords is Words for a stored user agent.
func DeviceWords(agent string) string {
	browser, system := find(browsers, agent), find(systems, agent)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	case system != "":
		return "A program on " + system
	}
	return "An unknown program"
}

func find(products []product, agent string) string {
	for _, p := range products {
		if strings.Contains(agent, p.mark) {
			return p.name
		}
	}
	return ""
}
