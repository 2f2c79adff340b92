package template

import (
	"time"

	"smtpserver/app/content"
	"smtpserver/app/id"
)

// Template is a saved content, as it is now.
type Template struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID        id.ID `gorm:"column:template_id;primaryKey"`
	Name      string
	NameKey   string
	Kind      content.Kind
	Version   int // the newest
	CreatedAt time.Time
	UpdatedAt time.Time

	Source content.Source `gorm:"-"`
}

// TableName implements gorm's naming.
func (Template) TableName() string { return "templates" }

// Version is a content as it was saved once.
type Version struct {
	AccountID  id.ID          `gorm:"column:account_id;primaryKey;<-:create"`
	TemplateID id.ID          `gorm:"primaryKey"`
	Number     int            `gorm:"primaryKey"`
	Source     content.Source `gorm:"serializer:json"`
	Restored   int            // the version that it brought back; 0: typed
	SavedBy    id.ID          // user
	SavedAt    time.Time
}

// TableName implements gorm's naming.
func (Version) TableName() string { return "template_versions" }

// Bounds of what an account may keep.
const (
	MostTemplates = 500
	MostVersions  = 100 // of one template; the oldest go first
)
