package identity

import (
	"context"
	"strings"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// SetName changes the user's own name.
func (s *Service) SetName(ctx context.Context, userID id.ID, name string) error {
	name = strings.TrimSpace(name)
	if problem := nameProblem(name); problem != "" {
		return fault.Field("name", problem)
	}
	return s.updateUser(ctx, userID, map[string]any{"name": name})
}

// SetTheme remembers how the pages look to the user.
func (s *Service) SetTheme(ctx context.Context, userID id.ID, theme Theme) error {
	if _, ok := ParseTheme(string(theme)); !ok {
		return fault.Field("theme", "Choose system, light or dark.")
	}
	return s.updateUser(ctx, userID, map[string]any{"theme": theme})
}
