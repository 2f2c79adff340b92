package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/static"
)

// staticFile serves the built front end. A name that carries its content never
// changes and is cached for ever; the other names are asked for again.
func (s *Server) staticFile(r *request) error {
	asset, ok := static.Lookup(r.param("*"))
	if !ok {
		return errNoPage()
	}
	r.c.Set(fiber.HeaderCacheControl, asset.CacheControl)
	r.c.Set(fiber.HeaderETag, asset.ETag)
	r.c.Set(fiber.HeaderContentType, asset.ContentType)
	if r.c.Get(fiber.HeaderIfNoneMatch) == asset.ETag {
		return r.c.SendStatus(fiber.StatusNotModified)
	}
	return r.c.Send(asset.Body)
}
