package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/automation"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// automationList lists the account's automations, and recipes for another.
func (s *Server) automationList(r *request) error {
	rows, err := s.Automations.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.AutomationList{Denied: r.denied(account.ManageCampaigns)}
	for _, a := range rows {
		f, err := s.Automations.FiguresOf(r.ctx, r.scope, a.ID)
		if err != nil {
			return err
		}
		words, err := s.automationWords(r, a)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, pages.AutomationRow{ID: a.ID.String(), Name: a.Name, Words: words, State: string(a.State), Steps: len(a.Steps), Waiting: f.Waiting, Finished: f.Finished})
	}
	return s.showAutomations(r, fiber.StatusOK, "Automations", func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func (s *Server) showAutomations(r *request, status int, title string, build func(layout.Page) view) error {
	return r.show(status, title, func(p layout.Page) view {
		p.Active = layout.NavAutomations
		if title != "Automations" {
			p = p.Under(layout.Crumb{Label: "Automations", URL: r.urls().Automations()}, layout.Crumb{Label: title})
		}
		return build(p)
	})
}

// automationWords says in words who comes in.
func (s *Server) automationWords(r *request, a automation.Automation) (string, error) {
	switch a.Recipe {
	case automation.Welcome:
		l, err := s.Contacts.List(r.ctx, r.scope, a.ListID)
		if fault.Is(err, fault.NotFound) {
			return "Its list is gone.", nil
		}
		return "Who joins “" + l.Name + "”.", err
	case automation.Date:
		fields, err := s.Contacts.Fields(r.ctx, r.scope)
		for _, f := range fields {
			if f.ID == a.FieldID {
				return dateWords(a, f.Label), nil
			}
		}
		return "Its field is gone.", err
	}
	return fmt.Sprintf("Who got mail and gave no sign of life for %d days.", a.IdleDays), nil
}

func dateWords(a automation.Automation, field string) string {
	day := "On the day in “" + field + "”"
	switch {
	case a.Shift > 0:
		day = components.Plural(int64(a.Shift), "day", "days") + " after “" + field + "”"
	case a.Shift < 0:
		day = components.Plural(int64(-a.Shift), "day", "days") + " before “" + field + "”"
	}
	if a.Yearly {
		day += ", each year"
	}
	return fmt.Sprintf("%s, from %d:00 on.", day, a.Hour)
}

// automationNew is the form of a recipe.
func (s *Server) automationNew(r *request) error {
	form := pages.AutomationForm{Recipe: r.query("recipe"), Shift: "0", Hour: "9", Yearly: true, IdleDays: "90", FromName: r.account.Name, FromLocal: "news", Opens: true, Clicks: true}
	if form.Recipe != string(automation.Date) && form.Recipe != string(automation.WinBack) {
		form.Recipe = string(automation.Welcome)
	}
	return s.showAutomationForm(r, fiber.StatusOK, form, nil)
}

func (s *Server) showAutomationForm(r *request, status int, form pages.AutomationForm, errs pages.Errors) error {
	if err := s.automationChoices(r, &form); err != nil {
		return err
	}
	return s.showAutomations(r, status, "A new automation", func(p layout.Page) view {
		return pages.AutomationEdit{Page: p, AutomationForm: form, Denied: r.denied(account.ManageCampaigns), Errors: errs}
	})
}

// automationChoices are the account's lists, fields, domains and topics.
func (s *Server) automationChoices(r *request, form *pages.AutomationForm) error {
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	if err != nil {
		return err
	}
	form.Lists = []components.Option{{Label: "Choose a list"}}
	for _, l := range lists {
		form.Lists = append(form.Lists, components.Option{Value: l.ID.String(), Label: l.Name})
	}
	fields, err := s.Contacts.Fields(r.ctx, r.scope)
	if err != nil {
		return err
	}
	form.Fields = []components.Option{{Label: "Choose a field with dates"}}
	for _, f := range fields {
		if f.Kind == contact.Date {
			form.Fields = append(form.Fields, components.Option{Value: f.ID.String(), Label: f.Label})
		}
	}
	topics, err := s.Contacts.Topics(r.ctx, r.scope)
	if err != nil {
		return err
	}
	form.Topics = []components.Option{{Label: "None: they leave everything"}}
	for _, t := range topics {
		form.Topics = append(form.Topics, components.Option{Value: t.ID.String(), Label: t.Name})
	}
	domains, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	form.Domains = []components.Option{{Label: "Choose a proven domain"}}
	form.Domains = append(form.Domains, provenOptions(domains)...)
	return nil
}

type automationFields struct {
	Recipe    string `form:"recipe"`
	Name      string `form:"name"`
	List      string `form:"list"`
	Field     string `form:"field"`
	Shift     string `form:"shift"`
	Before    string `form:"before"`
	Hour      string `form:"hour"`
	Yearly    bool   `form:"yearly"`
	IdleDays  string `form:"idle_days"`
	Domain    string `form:"domain"`
	FromName  string `form:"from_name"`
	FromLocal string `form:"from_local"`
	ReplyTo   string `form:"reply_to"`
	Topic     string `form:"topic"`
	Opens     bool   `form:"opens"`
	Clicks    bool   `form:"clicks"`
	Revision  string `form:"revision"`
}

// typedAutomation reads the form. Lists, fields, topics and domains that are not the
// account's own are none.
func (s *Server) typedAutomation(r *request) (d automation.Draft, form pages.AutomationForm, err error) {
	var f automationFields
	err = r.bind(&f)
	form = pages.AutomationForm{
		Recipe: f.Recipe, Name: f.Name, List: f.List, Field: f.Field, Shift: f.Shift, Before: f.Before, Hour: f.Hour, IdleDays: f.IdleDays, Yearly: f.Yearly, Opens: f.Opens, Clicks: f.Clicks,
		Domain: f.Domain, FromName: f.FromName, FromLocal: f.FromLocal, ReplyTo: f.ReplyTo, Topic: f.Topic, Revision: f.Revision,
	}
	if err != nil {
		return d, form, err
	}
	if err := s.automationChoices(r, &form); err != nil {
		return d, form, err
	}
	fields := map[string]string{}
	number := func(name, typed string) int {
		n, err := strconv.Atoi(strings.TrimSpace(typed))
		if typed != "" && err != nil {
			fields[name] = "A whole number, please."
		}
		return n
	}
	d = automation.Draft{
		Recipe: automation.Recipe(f.Recipe), Name: f.Name, ListID: ownChoice(form.Lists, f.List), FieldID: ownChoice(form.Fields, f.Field), Shift: number("shift", f.Shift), Yearly: f.Yearly,
		Hour: number("hour", f.Hour), IdleDays: number("idle_days", f.IdleDays), DomainID: ownChoice(form.Domains, f.Domain), TopicID: ownChoice(form.Topics, f.Topic),
		FromName: f.FromName, FromLocal: f.FromLocal, ReplyTo: f.ReplyTo, TrackOpens: f.Opens, TrackClicks: f.Clicks,
	}
	if f.Before != "" {
		d.Shift = -d.Shift
	}
	if len(fields) > 0 {
		return d, form, &fault.Error{Kind: fault.Invalid, Safe: "Please look at the form again.", Fields: fields}
	}
	return d, form, nil
}

// ownChoice is the id of one of the options; "" when it is none of them.
func ownChoice(options []components.Option, value string) id.ID {
	for _, o := range options {
		if o.Value == value {
			return id.ID(value)
		}
	}
	return ""
}

// automationCreate makes one, off.
func (s *Server) automationCreate(r *request) error {
	d, form, err := s.typedAutomation(r)
	var a automation.Automation
	if err == nil {
		a, err = s.Automations.Create(r.ctx, r.scope, d)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showAutomationForm(r, status, form, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().AutomationStep(a.ID.String(), ""), "It is saved, and off. Now write its first mail.")
}

// automationShow is one with its steps and figures.
func (s *Server) automationShow(r *request) error {
	automationID, err := r.id()
	if err != nil {
		return err
	}
	return s.showAutomation(r, fiber.StatusOK, automationID, nil, nil)
}

func (s *Server) showAutomation(r *request, status int, automationID id.ID, typed *pages.AutomationForm, errs pages.Errors) error {
	a, err := s.Automations.Get(r.ctx, r.scope, automationID)
	if err != nil {
		return err
	}
	f, err := s.Automations.FiguresOf(r.ctx, r.scope, automationID)
	if err != nil {
		return err
	}
	page := pages.AutomationShow{
		AutomationForm: automationForm(a), ID: a.ID.String(), State: string(a.State), Waiting: f.Waiting, Finished: f.Finished, Stopped: f.Stopped, Held: f.Held,
		Denied: r.denied(account.ManageCampaigns), ChangeDenied: r.denied(account.ManageCampaigns), Errors: errs,
	}
	if page.ChangeDenied == "" && a.State == automation.On {
		page.ChangeDenied = "Turn it off to change it."
	}
	if typed != nil {
		revision := page.Revision
		page.AutomationForm = *typed
		page.Revision = revision
	}
	if err := s.automationChoices(r, &page.AutomationForm); err != nil {
		return err
	}
	if page.Words, err = s.automationWords(r, a); err != nil {
		return err
	}
	for i, step := range a.Steps {
		sums := f.Steps[step.ID]
		page.Steps = append(page.Steps, pages.AutomationStepRow{
			ID: step.ID.String(), Subject: step.Content.Subject, When: whenWords(i, step.WaitDays), Audience: sums.Audience, Sent: sums.Sent, Waiting: sums.Waiting, Failed: sums.Failed,
			LeftOut: sums.Suppressed + sums.OptedOut + sums.Invalid + sums.Duplicate + sums.Skipped,
		})
	}
	return s.showAutomations(r, status, a.Name, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func whenWords(i, days int) string {
	switch {
	case days == 0 && i == 0:
		return "At once."
	case days == 0:
		return "Right after the step before."
	case i == 0:
		return components.Plural(int64(days), "day", "days") + " after they come in."
	}
	return components.Plural(int64(days), "day", "days") + " after the step before."
}

func automationForm(a automation.Automation) pages.AutomationForm {
	shift, before := a.Shift, ""
	if shift < 0 {
		shift, before = -shift, "1"
	}
	return pages.AutomationForm{
		Recipe: string(a.Recipe), Name: a.Name, List: a.ListID.String(), Field: a.FieldID.String(), Shift: strconv.Itoa(shift), Before: before, Hour: strconv.Itoa(a.Hour), IdleDays: strconv.Itoa(a.IdleDays),
		Yearly: a.Yearly, Opens: a.TrackOpens, Clicks: a.TrackClicks, Domain: a.DomainID.String(), FromName: a.FromName, FromLocal: a.FromLocal, ReplyTo: a.ReplyTo, Topic: a.TopicID.String(),
		Revision: strconv.FormatInt(a.Revision, 10),
	}
}

// automationSave changes who comes in and who writes.
func (s *Server) automationSave(r *request) error {
	automationID, err := r.id()
	if err != nil {
		return err
	}
	d, form, err := s.typedAutomation(r)
	if err == nil {
		err = s.Automations.Change(r.ctx, r.scope, automationID, revisionTyped(form.Revision), d)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showAutomation(r, status, automationID, &form, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Automation(automationID.String()), "It is saved.")
}

// revisionTyped reads what a form carries; what is no number is no revision: a conflict.
func revisionTyped(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// automationAct answers the buttons.
func (s *Server) automationAct(do func(r *request, automationID id.ID) error, done string) func(*request) error {
	return func(r *request) error {
		automationID, err := r.id()
		if err != nil {
			return err
		}
		err = do(r, automationID)
		if status, errs, ok := refusal(err); ok {
			return s.showAutomation(r, status, automationID, nil, errs)
		}
		if err != nil {
			return err
		}
		return r.doneAt(r.urls().Automation(automationID.String()), done)
	}
}

func (s *Server) automationOn(r *request, automationID id.ID) error {
	return s.Automations.TurnOn(r.ctx, r.scope, automationID)
}

func (s *Server) automationOff(r *request, automationID id.ID) error {
	return s.Automations.TurnOff(r.ctx, r.scope, automationID)
}

func (s *Server) automationRemoveStep(r *request, automationID id.ID) error {
	return s.Automations.RemoveStep(r.ctx, r.scope, automationID, revisionTyped(r.post("revision")), idOrNone(r.post("step")))
}

// automationRemove forgets one.
func (s *Server) automationRemove(r *request) error {
	automationID, err := r.id()
	if err != nil {
		return err
	}
	err = s.Automations.Remove(r.ctx, r.scope, automationID)
	if status, errs, ok := refusal(err); ok {
		return s.showAutomation(r, status, automationID, nil, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Automations(), "The automation is removed.")
}

// automationStep is the form of a step.
func (s *Server) automationStep(r *request) error {
	automationID, err := r.id()
	if err != nil {
		return err
	}
	a, err := s.Automations.Get(r.ctx, r.scope, automationID)
	if err != nil {
		return err
	}
	page := pages.AutomationStep{
		StepID: r.query("step"), WaitDays: "0", Revision: strconv.FormatInt(a.Revision, 10),
	}
	source := content.Source{Kind: content.Markdown, Body: "Hello {{ name | default: \"there\" }},\n\n\n\n[Unsubscribe]({{ unsubscribe_url }})\n\n{{ sender }}, {{ sender_address }}\n"}
	found := page.StepID == ""
	for _, step := range a.Steps {
		if step.ID.String() == page.StepID {
			page.WaitDays, source, found = strconv.Itoa(step.WaitDays), step.Content, true
		}
	}
	if !found {
		return errNoPage()
	}
	return s.showAutomationStep(r, fiber.StatusOK, a, page, source)
}

func (s *Server) showAutomationStep(r *request, status int, a automation.Automation, page pages.AutomationStep, source content.Source) (err error) {
	page.ID, page.Name, page.Denied = a.ID.String(), a.Name, r.denied(account.ManageCampaigns)
	if page.Denied == "" && a.State == automation.On {
		page.Denied = "Turn it off to change it."
	}
	page.Subject, page.Preheader = source.Subject, source.Preheader
	if page.Editor, err = s.contentEditor(r, source, page.Denied, page.Errors); err != nil {
		return err
	}
	page.First = len(a.Steps) == 0 || a.Steps[0].ID.String() == page.StepID
	title := "A new mail"
	for i, step := range a.Steps {
		if step.ID.String() == page.StepID {
			title = "Step " + strconv.Itoa(i+1)
		}
	}
	return s.showAutomations(r, status, title, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

type stepFields struct {
	Revision  string `form:"revision"`
	WaitDays  string `form:"wait_days"`
	Kind      string `form:"kind"`
	Subject   string `form:"subject"`
	Preheader string `form:"preheader"`
	Body      string `form:"body"`
	Text      string `form:"text"`
}

func (f stepFields) source() content.Source {
	return content.Source{Kind: content.Kind(f.Kind), Subject: f.Subject, Preheader: f.Preheader, Body: lines(f.Body), Text: lines(f.Text)}
}

// automationStepSave stores a step; what cannot be compiled is told at once.
func (s *Server) automationStepSave(r *request) error {
	automationID, err := r.id()
	if err != nil {
		return err
	}
	a, err := s.Automations.Get(r.ctx, r.scope, automationID)
	if err != nil {
		return err
	}
	var f stepFields
	err = r.bind(&f)
	page := pages.AutomationStep{StepID: r.query("step"), Revision: f.Revision, WaitDays: f.WaitDays}
	if err == nil {
		err = s.saveAutomationStep(r, automationID, f)
	}
	if status, errs, ok := refusal(err); ok {
		page.Errors = errs
		return s.showAutomationStep(r, status, a, page, f.source())
	}
	if err != nil {
		return err
	}
	return r.doneAt(r.urls().Automation(automationID.String()), "The mail is saved.")
}

func (s *Server) saveAutomationStep(r *request, automationID id.ID, f stepFields) error {
	wait, err := strconv.Atoi(strings.TrimSpace(f.WaitDays))
	if err != nil {
		return fault.Field("wait_days", "A number of days, please.")
	}
	source := f.source()
	if _, err := s.Compiler.Compile(r.ctx, source); err != nil {
		return err
	}
	return s.Automations.SetStep(r.ctx, r.scope, automationID, revisionTyped(f.Revision), idOrNone(r.query("step")), wait, source)
}
