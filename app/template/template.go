package template

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"smtpserver/app/content"
	"smtpserver/app/fault"
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

	Source content.Source `gorm:"-"` // of the newest version
}

// TableName implements gorm's naming.
func (Template) TableName() string { return "templates" }

// Version is a content as it was saved once.
type Version struct {
	AccountID  id.ID          `gorm:"column:account_id;primaryKey;<-:create"`
	TemplateID id.ID          `gorm:"primaryKey"`
	Number     int            `gorm:"primaryKey;autoIncrement:false"`
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
	longestName   = 80
)

// PartName is how errors call the name.
const PartName = "name"

// named judges a name, which finds the template again.
func named(name string) (tidy, key string, err error) {
	tidy = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	switch {
	case tidy == "":
		return tidy, "", fault.Field(PartName, "Give it a name, so that you find it again.")
	case utf8.RuneCountInString(tidy) > longestName:
		return tidy, "", fault.Field(PartName, "At most 80 characters, please.")
	}
	return tidy, strings.ToLower(tidy), nil
}
