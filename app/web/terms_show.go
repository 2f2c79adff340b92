package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/terms"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// termsCurrent shows the terms in force.
func (s *Server) termsCurrent(r *request) error {
	version, err := s.Terms.Current(r.ctx, terms.Service, s.Clock.Now())
	if err != nil {
		return err
	}
	return s.showTerms(r, version)
}

// termsShow shows one version, in force or not.
func (s *Server) termsShow(r *request) error {
	number, err := strconv.Atoi(r.param("number"))
	if err != nil || number < 1 || number > 1_000_000 {
		return errNoPage()
	}
	version, err := s.Terms.Get(r.ctx, terms.Service, number)
	if err != nil {
		return err
	}
	return s.showTerms(r, version)
}

func (s *Server) showTerms(r *request, version terms.Version) error {
	document, err := document(version)
	if err != nil {
		return err
	}
	current, err := s.Terms.Current(r.ctx, terms.Service, s.Clock.Now())
	if err != nil {
		return err
	}
	versions, err := s.Terms.Versions(r.ctx, terms.Service)
	if err != nil {
		return err
	}
	return r.show(fiber.StatusOK, version.Title, func(p layout.Page) view {
		return pages.TermsShow{Page: p, Doc: document, InForce: version.Number == current.Number, Versions: versionLinks(versions, current.Number)}
	})
}

func versionLinks(versions []terms.Version, current int) []pages.VersionLink {
	links := make([]pages.VersionLink, len(versions))
	for i, v := range versions {
		note := "in force"
		if v.Number > current {
			note = "announced"
		} else if v.Number < current {
			note = "replaced"
		}
		links[i] = pages.VersionLink{Number: v.Number, EffectiveOn: v.EffectiveOn.Long(), Note: note}
	}
	return links
}

// document is a version as pages show it.
func document(v terms.Version) (pages.Document, error) {
	html, err := v.HTML()
	return pages.Document{Title: v.Title, Number: v.Number, EffectiveOn: v.EffectiveOn.Long(), HTML: html}, err
}
