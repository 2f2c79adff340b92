package contact

import (
	"strings"
	"time"
	"unicode/utf8"

	"smtpserver/app/id"
)

// List is a set of contacts joined by hand, import or form.
type List struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID          id.ID `gorm:"column:list_id;primaryKey"`
	Name        string
	NameKey     string
	Description string
	TopicID     *id.ID // what its mail is about; who opted out of that is not joined again
	Members     int64
	CreatedAt   time.Time
}

// TableName implements gorm's naming.
func (List) TableName() string { return "lists" }

// Member is a contact's place on a list.
type Member struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ListID    id.ID `gorm:"primaryKey"`
	ContactID id.ID `gorm:"primaryKey"`
	ImportID  id.ID
	JoinedAt  time.Time
}

// TableName implements gorm's naming.
func (Member) TableName() string { return "list_members" }

// Topic is something an account writes about, for people to choose or to leave.
type Topic struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID          id.ID `gorm:"column:topic_id;primaryKey"`
	Name        string
	NameKey     string
	Description string
	CreatedAt   time.Time
}

// TableName implements gorm's naming.
func (Topic) TableName() string { return "topics" }

// TopicChoice is what the person at an address said about a topic.
type TopicChoice struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	TopicID   id.ID  `gorm:"primaryKey"`
	Address   string `gorm:"primaryKey"`
	Choice    string // ChoseIn or ChoseOut
	Source    Source
	At        time.Time
}

// TableName implements gorm's naming.
func (TopicChoice) TableName() string { return "topic_choices" }

// The choices about a topic.
const (
	ChoseIn  = "in"
	ChoseOut = "out"
)

// Bounds of what an account may make.
const (
	MostLists  = 1000
	MostTopics = 50
)

// named judges the name and description of a list or a topic.
func named(name, description string) (tidyName, tidyDescription string, err error) {
	problems := map[string]string{}
	name, description = tidy(name), strings.TrimSpace(cleanText(description))
	switch {
	case name == "":
		problems["name"] = "Give it a name, so that you find it again."
	case utf8.RuneCountInString(name) > 80:
		problems["name"] = "At most 80 characters, please."
	}
	if utf8.RuneCountInString(description) > 300 {
		problems["description"] = "At most 300 characters, please."
	}
	return name, description, refusal(problems)
}
