package terms

import (
	"context"
	"fmt"
	"strings"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Desk is where staff write, approve, announce and withdraw versions.
type Desk struct {
	*Archive
	told func() // the courier has work
}

// NewDesk returns a desk; told is called after an announcement or withdrawal.
func NewDesk(a *Archive, told func()) *Desk { return &Desk{a, told} }

// Open returns the document's draft, or one that begins with the text in force (of a new
// document: with our suggestion) and the earliest date that will hold.
func (d *Desk) Open(ctx context.Context, document Document) (Draft, error) {
	saved, ok, err := d.draft(ctx, document)
	if err != nil || ok {
		return saved, err
	}
	now := d.store.Now()
	fresh := Draft{Document: document, Title: document.Name(), Markdown: suggestion(document), Kind: Material, EffectiveOn: Suggested(now)}
	current, err := d.Current(ctx, document, now)
	switch {
	case err == nil:
		fresh.Title, fresh.Markdown = current.Title, current.Markdown
	case !fault.Is(err, fault.NotFound):
		return fresh, err
	}
	return fresh, nil
}

// Save stores what was typed. The revision is the one that was opened: what somebody
// else saved meanwhile is not overwritten. An approval is for one text, so it falls.
func (d *Desk) Save(ctx context.Context, staff id.ID, f Draft) error {
	f.Markdown = strings.ReplaceAll(f.Markdown, "\r\n", "\n")
	if !f.Document.Valid() {
		return errNoVersion
	}
	if err := f.Check(); err != nil {
		return err
	}
	return d.saveDraft(ctx, staff, f)
}

// Approve says that a second person has read the draft. Its writer cannot.
func (d *Desk) Approve(ctx context.Context, staff id.ID, document Document, revision int) error {
	f, err := d.sameDraft(ctx, document, revision)
	if err != nil {
		return err
	}
	if f.EditedBy == staff {
		return fault.New(fault.Conflict, "Somebody else has to read and approve it: you wrote the text as it stands.")
	}
	all, err := d.Versions(ctx, document)
	if err != nil {
		return err
	}
	if err := d.judge(ctx, f, all); err != nil {
		return err
	}
	return d.setApproval(ctx, staff, f)
}

// judge is Draft.Judge on versions whose texts are not loaded yet.
func (d *Desk) judge(ctx context.Context, f Draft, all []Version) error {
	for i, v := range all {
		if !v.InForce(d.store.Now()) {
			continue
		}
		whole, err := d.Get(ctx, v.Document, v.Number)
		if err != nil {
			return err
		}
		all[i] = whole
		break // the newest in force; older ones are not compared with
	}
	return f.Judge(all, d.store.Now())
}

// Announce makes the approved draft a version: the pages show it from this moment, and
// the courier begins to tell everybody.
func (d *Desk) Announce(ctx context.Context, staff id.ID, document Document, revision int) (Version, error) {
	f, err := d.sameDraft(ctx, document, revision)
	if err != nil {
		return Version{}, err
	}
	if f.ApprovedBy.IsZero() {
		return Version{}, fault.New(fault.Conflict, "A second person has to approve the text first.")
	}
	all, err := d.Versions(ctx, document)
	if err != nil {
		return Version{}, err
	}
	if err := d.judge(ctx, f, all); err != nil {
		return Version{}, err
	}
	v, err := d.insertVersion(ctx, staff, f, len(all)+1)
	if err == nil {
		d.told()
	}
	return v, err
}

// Withdraw takes an announced version back; everybody who was told is told so, and
// objections to it fall away.
func (d *Desk) Withdraw(ctx context.Context, staff id.ID, document Document, number int) error {
	v, err := d.Get(ctx, document, number)
	if err != nil {
		return err
	}
	if !v.Open(d.store.Now()) {
		return fault.Newf(fault.Conflict, "Version %d is not waiting for its date, so it cannot be withdrawn.", v.Number)
	}
	err = d.setWithdrawn(ctx, staff, v)
	if err == nil {
		d.told()
	}
	return err
}

func (d *Desk) sameDraft(ctx context.Context, document Document, revision int) (Draft, error) {
	f, ok, err := d.draft(ctx, document)
	switch {
	case err != nil:
		return f, err
	case !ok || f.Revision != revision:
		return f, errOtherDraft
	}
	return f, nil
}

var errOtherDraft = fault.New(fault.Conflict, "Somebody changed the draft meanwhile. Please look at it again.")

func wrap(step string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("terms: %s: %w", step, err)
}
