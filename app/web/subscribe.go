package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// language is what the reader of a public page speaks: as the link says, else the browser.
func (r *request) language() string {
	if asked := r.query("lang"); slices.Contains(pages.SubscribeLanguages, asked) {
		return asked
	}
	for wish := range strings.SplitSeq(r.c.Get(fiber.HeaderAcceptLanguage), ",") {
		wish, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(wish)), ";")
		wish, _, _ = strings.Cut(wish, "-")
		if slices.Contains(pages.SubscribeLanguages, wish) {
			return wish
		}
	}
	return pages.SubscribeLanguages[0]
}

// formShow is a list's form for the public. An address in the query fills it in: that is
// how the form on the account's own site hands it over.
func (s *Server) formShow(r *request) error {
	return s.showForm(r, fiber.StatusOK, pages.Subscribe{Email: r.query("email"), Name: r.query("name")})
}

func (s *Server) showForm(r *request, status int, page pages.Subscribe) error {
	formID, err := r.id()
	if err != nil {
		return err
	}
	o, err := s.Forms.Open(r.ctx, formID)
	if err != nil {
		return err
	}
	page.FormID, page.Sender, page.List, page.Wording, page.Language = formID.String(), o.Sender, o.List, o.Wording, r.language()
	return r.show(status, o.List, func(p layout.Page) view {
		p.Lang = page.Language
		page.Page = p
		return page
	})
}

// formSend takes a form that was filled in. Whatever is true of the address, the answer is
// the same; a machine that filled in the hidden field gets it too.
func (s *Server) formSend(r *request) error {
	formID, err := r.id()
	if err != nil {
		return err
	}
	page := pages.Subscribe{Email: r.post("email"), Name: r.post("name"), Asked: true}
	if r.post("website") != "" {
		return s.showForm(r, fiber.StatusOK, page)
	}
	if !isText(page.Email) || !isText(page.Name) {
		page.Email, page.Name = "", ""
	}
	err = s.Forms.Ask(r.ctx, formID, page.Email, page.Name, r.language(), r.ip().String(), limit.Network(r.ip()))
	words := pages.WordsIn(r.language())
	switch {
	case err == nil:
		return s.showForm(r, fiber.StatusOK, page)
	case fault.Is(err, fault.Invalid):
		page.Problem = words.BadEmail
	case fault.Is(err, fault.Limited):
		page.Problem = words.TooMuch
	default:
		return err
	}
	page.Asked = false
	return s.showForm(r, statusOf[fault.KindOf(err)], page)
}

// subscribeConfirm asks for one click: programs that open every link subscribe nobody.
func (s *Server) subscribeConfirm(r *request) error {
	row, o, err := s.Forms.Inspect(r.ctx, r.param("token"))
	page := pages.SubscribeConfirm{Action: urls.Subscribe(r.param("token")), Sender: o.Sender, List: o.List, Language: row.Language}
	return s.showConfirm(r, page, err)
}

func (s *Server) showConfirm(r *request, page pages.SubscribeConfirm, err error) error {
	status := fiber.StatusOK
	if fault.Is(err, fault.NotFound) {
		status, page.Gone, page.Language = fiber.StatusNotFound, true, r.language()
	} else if err != nil {
		return err
	}
	return r.show(status, pages.WordsIn(page.Language).ConfirmButton, func(p layout.Page) view {
		p.Lang = page.Language
		page.Page = p
		return page
	})
}

// subscribeDo puts the person on the list.
func (s *Server) subscribeDo(r *request) error {
	row, _, err := s.Forms.Inspect(r.ctx, r.param("token"))
	if err != nil {
		return s.showConfirm(r, pages.SubscribeConfirm{}, err)
	}
	o, err := s.Forms.Confirm(r.ctx, r.param("token"), r.ip().String())
	return s.showConfirm(r, pages.SubscribeConfirm{Sender: o.Sender, List: o.List, Language: row.Language, Done: true}, err)
}

// preferenceShow is what the person behind a signed link may choose.
func (s *Server) preferenceShow(r *request) error {
	p, err := s.Forms.OpenPreferences(r.ctx, r.param("token"))
	if err != nil {
		return err
	}
	page := pages.PreferenceShow{Token: r.param("token"), Sender: p.Sender, Address: p.Address, Nothing: p.Nothing, Language: r.language(), Saved: r.query("saved") != ""}
	for _, topic := range p.Topics {
		page.Topics = append(page.Topics, pages.PreferenceTopic{ID: topic.ID.String(), Name: topic.Name, Description: topic.Description, Wanted: !slices.Contains(p.Out, topic.ID)})
	}
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	return r.show(fiber.StatusOK, pages.Say(pages.WordsIn(page.Language).PreferencesTitle, p.Sender, ""), func(f layout.Page) view {
		f.Lang = page.Language
		page.Page = f
		return page
	})
}

// preferenceSave stores what the person chose.
func (s *Server) preferenceSave(r *request) error {
	var wanted []id.ID
	for _, value := range r.posts("topics") {
		if topicID, err := id.Parse(value); err == nil {
			wanted = append(wanted, topicID)
		}
	}
	if err := s.Forms.SavePreferences(r.ctx, r.param("token"), wanted, r.post("nothing") != "", r.ip().String()); err != nil {
		return err
	}
	return r.redirect(urls.WithQuery(urls.Preferences(r.param("token")), "saved", "1"))
}

// listForm opens or closes the subscription form of a list.
func (s *Server) listForm(r *request) error {
	listID, err := r.id()
	if err != nil {
		return err
	}
	wording := r.post("wording")
	if !isText(wording) {
		return fault.Field("wording", "This field holds characters that are no text.")
	}
	live := r.post("close") == ""
	err = s.Contacts.SaveForm(r.ctx, r.scope, listID, wording, live)
	if status, errs, ok := refusal(err); ok {
		return s.showList(r, status, listID, nil, errs)
	}
	if err != nil {
		return err
	}
	text := "The form is open. Its address and a piece of HTML for your own site are below."
	if !live {
		text = "The form is closed. Who is on the list stays on it."
	}
	return r.doneAt(r.urls().List(listID.String()), text)
}

// addForm tells a list's page about its form.
func (s *Server) addForm(r *request, page *pages.ListShow, listID id.ID) error {
	f, found, err := s.Contacts.FormOf(r.ctx, r.scope, listID)
	if err != nil || !found {
		return err
	}
	address := s.cfg.PublicURL.JoinPath(urls.Form(f.ID.String())).String()
	page.Form = pages.ListForm{Wording: f.Wording, Live: f.Live, URL: address, HTML: "<form action=\"" + address + "\">\n  <label>E-mail <input type=\"email\" name=\"email\" required></label>\n  <button>Subscribe</button>\n</form>"}
	return nil
}
