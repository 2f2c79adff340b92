package web

import "github.com/gofiber/fiber/v2"

const (
	get  = fiber.MethodGet
	post = fiber.MethodPost
)

// Routes is the table: every page and action of the site. The order matters only
// where a path with a parameter could take another's place.
func (s *Server) Routes() []Route {
	return []Route{
		{get, "/healthz", open(), s.alive},
		{get, "/readyz", open(), s.ready},
		{get, "/static/*", open(), s.staticFile},
	}
}
