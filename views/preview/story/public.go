package story

import (
	"net/http"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

const sampleTerms = `<h2>1. What these terms are about</h2><p>They hold for your account and for all use of the service, by you and by whoever you let in.</p>
<h2>2. What we keep</h2><p>Two kinds of data:</p><ul><li>about your account: contact and payment details, e-mail addresses;</li><li>what you tell us about the people and companies you write to.</li></ul>
<h2>3. Lists</h2><p>We never sell, rent or lend contact lists, ours or yours. <strong>Yours are never used for our own marketing.</strong></p><blockquote>See also the <a href="/privacy">privacy page</a>.</blockquote>`

func sampleDocument() pages.Document {
	return pages.Document{Title: "Terms of service", Number: 3, EffectiveOn: "1 July 2026", HTML: sampleTerms}
}

func sampleAgreement() pages.Agreement {
	return pages.Agreement{
		Document: sampleDocument(), Shown: "acceptable_use:1 data_processing:2",
		With:      []pages.DocumentVersion{{Name: "Acceptable use", Number: 1, EffectiveOn: "1 July 2026", URL: "/acceptable-use/1"}, {Name: "Data processing agreement", Number: 2, EffectiveOn: "1 July 2026", URL: "/data-processing/2"}},
		Informs:   []pages.DocumentVersion{{Name: "Privacy", Number: 1, EffectiveOn: "1 July 2026", URL: "/privacy/1"}},
		Announced: []pages.DocumentVersion{{Name: "Terms of service", Number: 4, EffectiveOn: "1 January 2027", URL: "/terms/4/changes"}},
	}
}

func public() []Story {
	landing := outside("public_landing", "", func(p layout.Page) view {
		return pages.PublicLanding{Page: p, SMTPHost: "mail.smtpserver.example", SMTPPort: 587}
	})
	terms := outside("terms_show", "Terms of service", func(p layout.Page) view {
		return pages.TermsShow{Page: p, Doc: sampleDocument(), State: "in force", Versions: sampleVersions(), ChangesURL: "/terms/3/changes", FeedURL: "/terms/feed.atom", Next: &pages.VersionLink{Number: 4, EffectiveOn: "1 January 2027", URL: "/terms/4/changes"}}
	})
	privacy := outside("terms_show-privacy", "Privacy", func(p layout.Page) view {
		return pages.TermsShow{Page: p, Doc: pages.Document{Title: "Privacy", Number: 1, EffectiveOn: "1 July 2026", HTML: sampleTerms}, State: "in force", Versions: []pages.VersionLink{{Number: 1, EffectiveOn: "1 July 2026", Note: "in force", URL: "/privacy/1"}}, AskURL: "/privacy/request"}
	})
	signedIn := inside("public_landing-signed_in", "", "", func(p layout.Page) view {
		return pages.PublicLanding{Page: p, SMTPHost: "localhost", SMTPPort: 2525}
	})
	closed := with(landing, func(p *layout.Page) { p.NoSignup = true })
	closed.Name = "public_landing-closed"
	return []Story{landing, signedIn, closed, terms, privacy}
}

func problems() []Story {
	stories := []Story{inside("error_show-inside", "Not found", "", func(p layout.Page) view { return pages.ErrorShow{Page: p, Status: http.StatusNotFound} })}
	for _, status := range []int{401, 403, 404, 419, 429, 500, 503} {
		s := outside("error_show-"+http.StatusText(status), "Error", func(p layout.Page) view {
			return pages.ErrorShow{Page: p, Status: status, Reference: sampleID}
		})
		if status == 419 {
			s.Name = "error_show-expired"
		}
		s.Status = status
		stories = append(stories, s)
	}
	stories[0].Status = http.StatusNotFound
	return stories
}
