package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/sheet"
	"smtpserver/app/terms"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffVersion is one version with where the accounts stand.
func (s *Server) staffVersion(r *request) error {
	v, err := s.staffVersionAsked(r)
	if err != nil {
		return err
	}
	all, err := s.Terms.Versions(r.ctx, v.Document)
	if err != nil {
		return err
	}
	people, err := s.Terms.People(r.ctx, v.DraftedBy, v.ApprovedBy, v.AnnouncedBy)
	if err != nil {
		return err
	}
	page := pages.StaffVersion{
		Document: string(v.Document), Name: v.Document.Name(), Number: v.Number, State: string(v.StateAmong(all, s.Clock.Now())), EffectiveOn: v.EffectiveOn.Long(),
		Kind:    map[terms.Kind]string{terms.Founding: "founding text", terms.Material: "change, with notice", terms.Correction: "correction, without notice"}[v.Kind],
		Summary: v.Summary, Reason: v.Reason, DraftedBy: people[v.DraftedBy], ApprovedBy: people[v.ApprovedBy], AnnouncedBy: people[v.AnnouncedBy],
		AnnouncedAt: v.AnnouncedAt, NotifiedAt: timeOrZero(v.NotifiedAt), Digest: v.Digest, TextURL: urls.Document(string(v.Document), v.Number),
		CanWithdraw: v.Open(s.Clock.Now()),
	}
	if v.Moved() {
		page.MovedFrom = v.ToldOn.Long()
	}
	if v.Number > 1 {
		page.ChangesURL = urls.DocumentChanges(string(v.Document), v.Number)
	}
	if err := s.fillFigures(r, &page, v); err != nil {
		return err
	}
	crumbs := []layout.Crumb{{Label: "Terms", URL: urls.StaffTerms}, {Label: v.Document.Name() + " " + numeral(v.Number)}}
	return r.showStaff(fiber.StatusOK, v.Document.Name()+" "+numeral(v.Number), layout.NavStaffTerms, crumbs, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

const shownUnreachable = 200

func (s *Server) fillFigures(r *request, page *pages.StaffVersion, v terms.Version) error {
	f, err := s.Terms.FiguresOf(r.ctx, v.Document, v.Number)
	if err != nil {
		return err
	}
	lost, err := s.Terms.Unreachable(r.ctx, v.Document, v.Number, shownUnreachable)
	if err != nil {
		return err
	}
	for _, c := range lost {
		page.Unreachable = append(page.Unreachable, pages.StaffUnreachable{Account: c.Name, Address: c.Address, Why: c.Why, Others: c.Others, At: c.At})
	}
	figure := func(label string, n int64, tone components.Tone) pages.StaffFigure {
		return pages.StaffFigure{Label: label, Count: n, Of: f.Told, Tone: tone}
	}
	page.Figures = []pages.StaffFigure{
		figure("Told in the portal", f.Told, components.ToneAccent),
		figure("Mail delivered", f.Delivered, components.ToneGood),
		figure("Mail under way", f.Queued, components.ToneWaiting),
		figure("Mail came back", f.Unreachable, components.ToneBad),
		figure("Not mailed: newcomer, address not confirmed", f.NotMailed, components.ToneWaiting),
		figure("Opened in the portal", f.Seen, components.ToneAccent),
	}
	page.Decisions = []pages.StaffFigure{
		figure("Accepted explicitly", f.Explicit, components.ToneGood),
		figure("Accepted by use", f.ByUse, components.ToneGood),
		figure("Objected", f.Objected, components.ToneBad),
		figure("Neither yet", f.NotYet, components.ToneWaiting),
	}
	if f.SignedUp > 0 {
		page.Decisions = append(page.Decisions, pages.StaffFigure{Label: "Besides: began with this version at sign-up", Count: f.SignedUp, Tone: components.ToneGood})
	}
	return nil
}

func (s *Server) staffVersionAsked(r *request) (terms.Version, error) {
	d, err := documentAsked(r)
	if err != nil {
		return terms.Version{}, err
	}
	return s.versionOf(r, d, r.param("number"))
}

// staffVersionWithdraw takes an announced version back.
func (s *Server) staffVersionWithdraw(r *request) error {
	v, err := s.staffVersionAsked(r)
	if err != nil {
		return err
	}
	if err := s.TermsDesk.Withdraw(r.ctx, r.user.ID, v.Document, v.Number); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "Withdrawn. Everybody who was told is told so."); err != nil {
		return err
	}
	return r.redirect(urls.StaffVersion(string(v.Document), v.Number, ""))
}

// staffEvidenceJSON exports a line for each account, with the verdict on all chains.
func (s *Server) staffEvidenceJSON(r *request) error {
	v, err := s.staffVersionAsked(r)
	if err != nil {
		return err
	}
	out := struct {
		Document terms.Document   `json:"document"`
		Number   int              `json:"number"`
		Digest   string           `json:"digest"`
		MadeAt   time.Time        `json:"made_at"`
		Chains   terms.Proof      `json:"chains"`
		Figures  terms.Figures    `json:"figures"`
		Accounts []terms.Evidence `json:"accounts"`
	}{Document: v.Document, Number: v.Number, Digest: v.Digest, MadeAt: s.Clock.Now(), Accounts: []terms.Evidence{}}
	if out.Chains, err = s.Terms.Prove(r.ctx); err != nil {
		return err
	}
	if out.Figures, err = s.Terms.FiguresOf(r.ctx, v.Document, v.Number); err != nil {
		return err
	}
	err = s.Terms.EvidenceOf(r.ctx, v.Document, v.Number, func(e terms.Evidence) error {
		out.Accounts = append(out.Accounts, e)
		return nil
	})
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return fmt.Errorf("web: evidence: %w", err)
	}
	return r.sendFile(fiber.MIMEApplicationJSONCharsetUTF8, evidenceName(v)+".json", body)
}

// staffEvidenceCSV is the same for a spreadsheet.
func (s *Server) staffEvidenceCSV(r *request) error {
	v, err := s.staffVersionAsked(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"account", "name", "notice", "portal_since", "portal_opened", "mailed_to", "message", "mail", "mail_reason", "mail_queued", "mail_settled", "objected", "accepted", "accepted_by", "record", "hash"}
	if err := w.Write(head); err != nil {
		return err
	}
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	err = s.Terms.EvidenceOf(r.ctx, v.Document, v.Number, func(e terms.Evidence) error {
		return w.Write([]string{
			string(e.AccountID), sheet.Cell(e.Name), string(e.NoticeID), at(e.PortalAt), at(e.SeenAt), sheet.Cell(e.Address), string(e.MessageID), e.MailState, sheet.Cell(e.MailWhy),
			at(e.MailedAt), at(e.SettledAt), at(e.ObjectedAt), at(e.AcceptedAt), e.Channel, numeral(e.Seq), e.Hash,
		})
	})
	if err != nil {
		return err
	}
	w.Flush()
	return r.sendFile("text/csv; charset=utf-8", evidenceName(v)+".csv", b.Bytes())
}

func evidenceName(v terms.Version) string { return string(v.Document) + "-" + numeral(v.Number) }

func (r *request) sendFile(kind, name string, body []byte) error {
	r.c.Set(fiber.HeaderContentType, kind)
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return r.c.Send(body)
}
