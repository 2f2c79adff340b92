package web

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/terms"
	"smtpserver/app/terms/redline"
	"smtpserver/app/web/mailview"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// documentCurrent shows the version of a document that is in force.
func (s *Server) documentCurrent(d terms.Document) func(*request) error {
	return func(r *request) error {
		v, err := s.Terms.Current(r.ctx, d, s.Clock.Now())
		if fault.Is(err, fault.NotFound) { // a new document that is announced can be read
			v, err = s.Terms.Announced(r.ctx, d, s.Clock.Now())
		}
		if fault.Is(err, fault.NotFound) {
			return s.showNoDocument(r, d)
		}
		if err != nil {
			return err
		}
		return s.showDocument(r, v)
	}
}

// showNoDocument says that an operator has not published a document yet: its address is
// linked from elsewhere, so it leads to what does hold.
func (s *Server) showNoDocument(r *request, d terms.Document) error {
	offer, err := s.Terms.Offer(r.ctx)
	if err != nil {
		return err
	}
	page := pages.TermsNone{Name: d.Name(), FeedURL: urls.TermsFeed}
	for _, v := range append(append([]terms.Version{offer.Service}, offer.With...), offer.Informs...) {
		page.InForce = append(page.InForce, documentVersion(v))
	}
	return r.show(fiber.StatusOK, d.Name(), func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// agreement is what newcomers accept, as their forms show it.
func (s *Server) agreement(r *request) (pages.Agreement, error) {
	offer, err := s.Terms.Offer(r.ctx)
	if err != nil {
		return pages.Agreement{}, err
	}
	a := pages.Agreement{Shown: offer.Besides()}
	if a.Document, err = document(offer.Service); err != nil {
		return a, err
	}
	for _, v := range offer.With {
		a.With = append(a.With, documentVersion(v))
	}
	for _, v := range offer.Informs {
		a.Informs = append(a.Informs, documentVersion(v))
	}
	for _, v := range offer.Announced {
		next := documentVersion(v)
		if v.Number > 1 {
			next.URL = urls.DocumentChanges(string(v.Document), v.Number)
		}
		a.Announced = append(a.Announced, next)
	}
	return a, nil
}

func documentVersion(v terms.Version) pages.DocumentVersion {
	return pages.DocumentVersion{Name: v.Document.Name(), Number: v.Number, EffectiveOn: v.EffectiveOn.Long(), URL: urls.Document(string(v.Document), v.Number)}
}

// documentShow shows one version, in force or not.
func (s *Server) documentShow(d terms.Document) func(*request) error {
	return func(r *request) error {
		v, err := s.versionOf(r, d, r.param("number"))
		if err != nil {
			return err
		}
		return s.showDocument(r, v)
	}
}

func (s *Server) versionOf(r *request, d terms.Document, text string) (terms.Version, error) {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > 1_000_000 {
		return terms.Version{}, errNoPage()
	}
	return s.Terms.Get(r.ctx, d, number)
}

func (s *Server) showDocument(r *request, v terms.Version) error {
	all, err := s.Terms.Versions(r.ctx, v.Document)
	if err != nil {
		return err
	}
	doc, err := document(v)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	page := pages.TermsShow{
		Doc: doc, State: string(v.StateAmong(all, now)), Versions: versionLinks(all, v.Document, now),
		Reason: v.Reason, FeedURL: urls.TermsFeed,
	}
	if v.Document == terms.Privacy {
		page.AskURL = urls.PersonAsk
	}
	if v.Number > 1 {
		page.ChangesURL = urls.DocumentChanges(string(v.Document), v.Number)
	}
	for _, other := range all {
		if other.Open(now) && other.Number != v.Number {
			page.Next = &pages.VersionLink{Number: other.Number, EffectiveOn: other.EffectiveOn.Long(), URL: urls.DocumentChanges(string(v.Document), other.Number)}
			if other.Number == 1 {
				page.Next = nil
			}
		}
	}
	return r.show(fiber.StatusOK, v.Title, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func versionLinks(all []terms.Version, d terms.Document, now time.Time) []pages.VersionLink {
	links := make([]pages.VersionLink, len(all))
	for i, v := range all {
		links[i] = pages.VersionLink{Number: v.Number, EffectiveOn: v.EffectiveOn.Long(), Note: string(v.StateAmong(all, now)), URL: urls.Document(string(d), v.Number)}
	}
	return links
}

// document is a version as pages show it.
func document(v terms.Version) (pages.Document, error) {
	html, err := v.HTML()
	return pages.Document{Title: v.Title, Number: v.Number, EffectiveOn: v.EffectiveOn.Long(), HTML: html}, err
}

// documentChanges compares a version with the one before it, or with any other (?with=).
func (s *Server) documentChanges(d terms.Document) func(*request) error {
	return func(r *request) error {
		v, err := s.versionOf(r, d, r.param("number"))
		if err != nil {
			return err
		}
		all, err := s.Terms.Versions(r.ctx, d)
		if err != nil {
			return err
		}
		with := r.query("with")
		if with == "" {
			with = numeral(before(all, v))
		}
		other := terms.Version{}
		if with != "0" {
			if other, err = s.versionOf(r, d, with); err != nil {
				return err
			}
		}
		compared := redline.Compare(other.Markdown, v.Markdown)
		page := pages.TermsChanges{
			Name: d.Name(), Number: v.Number, With: other.Number, EffectiveOn: v.EffectiveOn.Long(), State: string(v.StateAmong(all, s.Clock.Now())),
			Changes: mailview.Redline(compared), Same: compared.Empty(), Versions: versionLinks(all, d, s.Clock.Now()),
			URL: urls.DocumentChanges(string(d), v.Number), WholeURL: urls.Document(string(d), v.Number),
		}
		if other.Number == before(all, v) {
			page.Summary, page.Reason = v.Summary, v.Reason
		}
		return r.show(fiber.StatusOK, "What changes", func(p layout.Page) view {
			page.Page = p
			return page
		})
	}
}

// before is the version that v replaces: the newest older one that was not withdrawn.
func before(all []terms.Version, v terms.Version) int {
	for _, other := range all {
		if other.Number < v.Number && other.WithdrawnAt == nil {
			return other.Number
		}
	}
	return 0
}

// The Atom feed of versions (RFC 4287).
type (
	feed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Links   []feedLink  `xml:"link"`
		Entries []feedEntry `xml:"entry"`
	}
	feedLink struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	feedEntry struct {
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Summary string   `xml:"summary"`
		Link    feedLink `xml:"link"`
	}
)

// termsFeed tells programs of every version that was announced, the newest first.
func (s *Server) termsFeed(r *request) error {
	all, err := s.Terms.AllVersions(r.ctx)
	if err != nil {
		return err
	}
	root := func(path string) string { return s.cfg.PublicURL.JoinPath(path).String() }
	f := feed{ID: root(urls.TermsFeed), Title: "Terms of " + s.cfg.Brand, Author: s.cfg.Brand, Updated: s.Clock.Now().UTC().Format(time.RFC3339),
		Links: []feedLink{{Rel: "self", Href: root(urls.TermsFeed)}, {Href: root(urls.Terms)}}}
	for _, v := range all {
		at, what := v.AnnouncedAt, fmt.Sprintf("%s, version %d, effective %s", v.Document.Name(), v.Number, v.EffectiveOn.Long())
		if v.WithdrawnAt != nil {
			at, what = *v.WithdrawnAt, fmt.Sprintf("%s, version %d: withdrawn", v.Document.Name(), v.Number)
		}
		link := root(urls.Document(string(v.Document), v.Number))
		f.Entries = append(f.Entries, feedEntry{ID: link, Title: what, Updated: at.UTC().Format(time.RFC3339), Summary: v.Summary, Link: feedLink{Href: link}})
	}
	body, err := xml.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	r.c.Set(fiber.HeaderContentType, "application/atom+xml; charset=utf-8")
	return r.c.Send(append([]byte(xml.Header), body...))
}
