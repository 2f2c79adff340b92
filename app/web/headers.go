package web

import "github.com/gofiber/fiber/v2"

// contentPolicy lets a page use what this host serves and nothing else; no inline
// script or style, no frame around it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'"

// setHeaders sets what every answer carries (H-11). Handlers may be stricter.
// No Cross-Origin-Embedder-Policy: it would blank other sites' images in previews.
// The referrer policy keeps the Origin header on our own forms.
func (s *Server) setHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "strict-origin-when-cross-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	// Pages carry the reader's data and tokens: neither a proxy nor the disk keeps them.
	c.Set(fiber.HeaderCacheControl, "no-store")
	if s.cfg.https() {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=63072000; includeSubDomains")
	}
}
