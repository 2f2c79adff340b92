package terms

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Archive holds the versions, the notices and the records. Safe for concurrent use.
type Archive struct{ store *store.Store }

// New returns an archive.
func New(s *store.Store) *Archive { return &Archive{store: s} }

type versionRow struct {
	Document    Document `gorm:"primaryKey"`
	Number      int      `gorm:"primaryKey;autoIncrement:false"`
	EffectiveOn Date
	Title       string
	Markdown    string
	Digest      string
	CreatedAt   time.Time
	Kind        Kind
	Summary     string
	Reason      string
	ToldOn      Date
	DraftedBy   *id.ID
	ApprovedBy  *id.ID
	AnnouncedBy *id.ID
	AnnouncedAt time.Time
	NotifiedAt  *time.Time
	WithdrawnBy *id.ID
	WithdrawnAt *time.Time
}

// TableName implements gorm's Tabler.
func (versionRow) TableName() string { return "terms_versions" }

func (r versionRow) version() Version {
	return Version{
		Document: r.Document, Number: r.Number, Kind: r.Kind, Title: r.Title, Markdown: r.Markdown, Digest: r.Digest, Summary: r.Summary, Reason: r.Reason,
		EffectiveOn: r.EffectiveOn, ToldOn: r.ToldOn, DraftedBy: orZero(r.DraftedBy), ApprovedBy: orZero(r.ApprovedBy), AnnouncedBy: orZero(r.AnnouncedBy),
		AnnouncedAt: r.AnnouncedAt, NotifiedAt: r.NotifiedAt, WithdrawnAt: r.WithdrawnAt,
	}
}

type recordRow struct {
	AccountID    id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Seq          int   `gorm:"primaryKey;autoIncrement:false"`
	RecordID     id.ID
	Act          Act
	Document     Document
	Number       int
	Digest       string
	Channel      Channel
	UserID       *id.ID
	CredentialID *id.ID
	NoticeID     *id.ID
	IP           string `gorm:"column:ip"`
	UserAgent    string
	At           time.Time
	Hash         string
}

// TableName implements gorm's Tabler.
func (recordRow) TableName() string { return "terms_records" }

func (r recordRow) record() Record {
	ip, _ := netip.ParseAddr(r.IP) // stored by us; an unreadable one shows as none
	return Record{
		AccountID: r.AccountID, Seq: r.Seq, ID: r.RecordID, Act: r.Act, Document: r.Document, Number: r.Number, Digest: r.Digest, Channel: r.Channel,
		UserID: orZero(r.UserID), CredentialID: orZero(r.CredentialID), NoticeID: orZero(r.NoticeID), IP: ip, UserAgent: r.UserAgent, At: r.At, Hash: r.Hash,
	}
}

func rowOf(r Record) recordRow {
	ip := ""
	if r.IP.IsValid() {
		ip = r.IP.String()
	}
	return recordRow{
		AccountID: r.AccountID, Seq: r.Seq, RecordID: r.ID, Act: r.Act, Document: r.Document, Number: r.Number, Digest: r.Digest, Channel: r.Channel,
		UserID: orNil(r.UserID), CredentialID: orNil(r.CredentialID), NoticeID: orNil(r.NoticeID), IP: ip, UserAgent: r.UserAgent, At: r.At, Hash: r.Hash,
	}
}

type noticeRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	NoticeID  id.ID `gorm:"primaryKey"`
	Document  Document
	Number    int
	Required  bool
	PortalAt  time.Time
	SeenAt    *time.Time
	SeenBy    *id.ID
}

// TableName implements gorm's Tabler.
func (noticeRow) TableName() string { return "terms_notices" }

type mailRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	MailID    id.ID `gorm:"primaryKey"`
	Document  Document
	Number    int
	Kind      MailKind
	UserID    id.ID
	Address   string
	MessageID *id.ID
	State     MailState
	Why       string
	QueuedAt  time.Time
	SettledAt *time.Time
}

// TableName implements gorm's Tabler.
func (mailRow) TableName() string { return "terms_mails" }

func (r mailRow) mail() Mail {
	return Mail{Kind: r.Kind, Address: r.Address, MessageID: orZero(r.MessageID), State: r.State, Why: r.Why, QueuedAt: r.QueuedAt, SettledAt: r.SettledAt}
}

func orZero(v *id.ID) id.ID {
	if v == nil {
		return ""
	}
	return *v
}

func orNil(v id.ID) *id.ID {
	if v.IsZero() {
		return nil
	}
	return &v
}

// Seed stores version 1 of the founding documents, effective today, unless the document
// has versions already or customers would be bound without notice, and seals records that an older program left without a hash.
// Several processes may do it at once.
func (a *Archive) Seed(ctx context.Context) error {
	now := a.store.Now()
	customers, err := a.hasCustomers(ctx)
	if err != nil {
		return fmt.Errorf("terms: seed: %w", err)
	}
	err = a.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		for _, f := range founding {
			var count int64
			if err := tx.Model(&versionRow{}).Where("document = ?", f.document).Count(&count).Error; err != nil {
				return err
			}
			if count > 0 || !mayFound(f.document, customers) {
				continue
			}
			r := versionRow{
				Document: f.document, Number: 1, Kind: Founding, EffectiveOn: DateOf(now), ToldOn: DateOf(now), Title: f.title, Markdown: f.markdown,
				Digest: digest(f.markdown), CreatedAt: now, AnnouncedAt: now, NotifiedAt: &now,
			}
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&r).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || errors.Is(err, store.ErrReference) { // another process was faster
		err = a.sealOld(ctx)
	}
	if err != nil {
		return fmt.Errorf("terms: seed: %w", err)
	}
	return nil
}

// Current returns the version in force at a moment.
func (a *Archive) Current(ctx context.Context, document Document, now time.Time) (Version, error) {
	return a.pick(ctx, document, func(all []Version) (Version, bool) { return inForce(all, now) })
}

// Announced returns the version that is announced and waits for its date.
func (a *Archive) Announced(ctx context.Context, document Document, now time.Time) (Version, error) {
	return a.pick(ctx, document, func(all []Version) (Version, bool) { return announced(all, now) })
}

func (a *Archive) pick(ctx context.Context, document Document, choose func([]Version) (Version, bool)) (Version, error) {
	all, err := a.Versions(ctx, document)
	if err != nil {
		return Version{}, err
	}
	v, ok := choose(all)
	if !ok {
		return Version{}, errNoVersion
	}
	return a.Get(ctx, document, v.Number)
}

var errNoVersion = fault.New(fault.NotFound, "There is no such version.")

// Get returns one version.
func (a *Archive) Get(ctx context.Context, document Document, number int) (Version, error) {
	var r versionRow
	err := a.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("document = ? AND number = ?", document, number).Take(&r).Error
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Version{}, errNoVersion
	case err != nil:
		return Version{}, fmt.Errorf("terms: find: %w", err)
	}
	return r.version(), nil
}

// Versions returns all versions of a document, the newest first, without their text.
func (a *Archive) Versions(ctx context.Context, document Document) ([]Version, error) {
	return a.list(ctx, func(tx *gorm.DB) *gorm.DB { return tx.Where("document = ?", document) })
}

// AllVersions returns the versions of all documents, the newest first, without their text.
func (a *Archive) AllVersions(ctx context.Context) ([]Version, error) {
	return a.list(ctx, func(tx *gorm.DB) *gorm.DB { return tx })
}

func (a *Archive) list(ctx context.Context, where func(*gorm.DB) *gorm.DB) ([]Version, error) {
	var rows []versionRow
	err := a.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return where(tx).Omit("markdown").Order("number DESC, document").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("terms: list: %w", err)
	}
	versions := make([]Version, len(rows))
	for i, r := range rows {
		versions[i] = r.version()
	}
	return versions, nil
}

// Of keeps the versions of one document.
func Of(all []Version, document Document) (own []Version) {
	for _, v := range all {
		if v.Document == document {
			own = append(own, v)
		}
	}
	return own
}
