package web

import (
	"net/http"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// The table of permissions holds at every route that names one, for every role: who
// may not is refused with the reason, and who may is not.
func TestEveryRoleAtEveryRoute(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	accountID := s.accountOf(t, ada.slug)
	asked := map[account.Permission]bool{}
	for _, role := range account.Roles {
		s.setRole(t, accountID, role)
		for _, route := range s.Routes() {
			p := route.Access.permission
			if p == "" {
				continue
			}
			asked[p] = true
			a := ada.call(route, ada.slug, id.New())
			if refused := a.StatusCode == http.StatusForbidden; refused == role.May(p) {
				t.Errorf("%s at %s %s: status %d, the table says %v", role, route.Method, route.Path, a.StatusCode, role.May(p))
			}
		}
	}
	for p := range asked {
		if !account.Owner.May(p) {
			t.Errorf("the owner may not %s", p)
		}
	}
}
