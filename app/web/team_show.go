package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const membersPerPage = 100

// teamShow shows who belongs to the account, and who is invited.
func (s *Server) teamShow(r *request) error {
	return s.showTeam(r, fiber.StatusOK, nil)
}

func (s *Server) showTeam(r *request, status int, change func(*pages.Team)) error {
	page, err := s.teamPage(r)
	if err != nil {
		return err
	}
	return r.show(status, "Team", func(p layout.Page) view {
		p.Active = layout.NavSettings
		p.Breadcrumbs = []layout.Crumb{{Label: "Settings", URL: r.urls().Settings()}, {Label: "Team"}}
		page.Page = p
		if change != nil {
			change(&page)
		}
		return page
	})
}

func (s *Server) teamPage(r *request) (pages.Team, error) {
	page := pages.Team{Find: strings.TrimSpace(r.query("q")), Denied: r.denied(account.ManageMembers), TransferDenied: r.denied(account.OwnAccount), Role: string(account.Viewer), Me: r.user.ID.String(), MyRole: string(r.role)}
	people, err := s.Accounts.Team(r.ctx, r.scope, page.Find, r.query("after"), membersPerPage+1)
	if err != nil {
		return page, err
	}
	if len(people) > membersPerPage {
		people = people[:membersPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(r.urls().Team(), "q", page.Find, "after", people[len(people)-1].Email)}
	}
	for _, p := range people {
		page.Members = append(page.Members, r.memberOf(p))
	}
	for _, role := range account.Roles {
		if role != account.Owner {
			page.Roles = append(page.Roles, pages.RoleOption{Role: string(role), About: role.About(), Denied: r.mayNotGive(role)})
		}
	}
	invitations, err := s.Accounts.Invitations(r.ctx, r.scope)
	if err != nil {
		return page, err
	}
	for _, i := range invitations {
		page.Invitations = append(page.Invitations, pages.InvitationRow{ID: i.ID.String(), Email: i.Email, Role: string(i.Role), SentAt: i.CreatedAt, ExpiresAt: i.ExpiresAt})
	}
	return page, s.addTransfer(r, &page)
}

func (s *Server) addTransfer(r *request, page *pages.Team) error {
	offer, ok, err := s.Accounts.OpenTransfer(r.ctx, r.scope)
	if err != nil || !ok {
		return err
	}
	page.Transfer = &pages.TransferOffer{
		From: offer.From.Email, To: offer.To.Email, ExpiresAt: offer.ExpiresAt, Mine: offer.From.UserID == r.user.ID, ToMe: offer.To.UserID == r.user.ID,
	}
	return nil
}

func (r *request) memberOf(p account.Person) pages.Member {
	m := pages.Member{ID: p.UserID.String(), Name: p.Name, Email: p.Email, Role: string(p.Role), Since: p.CreatedAt, Me: p.UserID == r.user.ID}
	switch {
	case p.Role == account.Owner:
		m.Denied = "An account always has an owner. Another one is made by transferring it."
	case m.Me:
		m.Denied = "This is you. Somebody else can change your role."
	case !r.role.May(account.ManageMembers):
		m.Denied = r.role.WhyNot(account.ManageMembers)
	case !r.role.Outranks(p.Role):
		m.Denied = "Only the owner can change an admin."
	}
	return m
}

func (r *request) mayNotGive(role account.Role) string {
	if r.role.May(account.ManageMembers) && !r.role.Outranks(role) {
		return "Only the owner can make somebody an admin."
	}
	return ""
}
