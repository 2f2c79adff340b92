package message

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/sheet"
)

// Suppression is an address that an account must not mail in a stream.
type Suppression struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Stream    Stream `gorm:"primaryKey"`
	Address   string `gorm:"primaryKey"` // lower case
	Reason    string
	MessageID *id.ID     // the message that brought it about
	OptedOut  bool       // the person's own wish, which they may take back by a new consent
	EndsAt    *time.Time // of a pause; nil: it lasts
	CreatedAt time.Time
}

// TableName implements gorm's naming.
func (Suppression) TableName() string { return "suppressions" }

// TopicSuppression is an address that gets no campaign about a topic.
type TopicSuppression struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	TopicID   id.ID  `gorm:"primaryKey"`
	Address   string `gorm:"primaryKey"` // lower case
	CreatedAt time.Time
}

// TableName implements gorm's naming.
func (TopicSuppression) TableName() string { return "topic_suppressions" }

// OnSuppressionList is the verdict of a delivery that was not tried for it, beside the
// keys of package verdict; NextForSuppressed is what its sender should do.
const (
	OnSuppressionList = "suppressed"
	NextForSuppressed = "Nothing, if the address is right to be there; otherwise take it off the list on the page Suppressions."
)

// MostSuppressions bounds what one person adds at once.
const MostSuppressions = 50_000

// ParseSuppressions reads what a person pasted: an address per line, or lines of CSV
// whose columns are address, stream and reason, as the export writes them. What has no
// stream of its own gets those given. Problems name the line and are safe to show.
func ParseSuppressions(text string, streams []Stream, reason string) (rows []Suppression, problems []string) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, problems
		}
		line, _ := r.FieldPos(0)
		switch {
		case err != nil:
			return rows, append(problems, "The text cannot be read as lines.")
		case len(rows) >= MostSuppressions:
			return rows, append(problems, fmt.Sprintf("There are more than %d addresses. Add them in parts.", MostSuppressions))
		case line == 1 && strings.EqualFold(record[0], "address"):
			continue // the heading of an export
		}
		added, problem := parseSuppression(record, streams, reason)
		if problem != "" {
			problems = append(problems, fmt.Sprintf("Line %d: %s", line, problem))
		}
		rows = append(rows, added...)
	}
}

func parseSuppression(record []string, streams []Stream, reason string) (rows []Suppression, problem string) {
	text := strings.TrimSpace(strings.TrimPrefix(record[0], "'")) // a spreadsheet's mark that it is text
	if text == "" {
		return nil, ""
	}
	mailbox, err := address.Parse(text)
	if err != nil {
		return nil, "this is no e-mail address."
	}
	if len(record) > 1 && strings.TrimSpace(record[1]) != "" {
		own := Stream(strings.ToLower(strings.TrimSpace(record[1])))
		if !own.Valid() {
			return nil, "the second column is transactional, broadcast or empty."
		}
		streams = []Stream{own}
	}
	if len(record) > 2 && strings.TrimSpace(record[2]) != "" {
		reason = strings.TrimSpace(record[2])
	}
	for _, stream := range streams {
		rows = append(rows, Suppression{Stream: stream, Address: mailbox.Key(), Reason: reason})
	}
	return rows, ""
}

// WriteSuppressions writes rows as CSV that a spreadsheet does not take for formulas (I-06).
func WriteSuppressions(w *csv.Writer, rows []Suppression) error {
	for _, s := range rows {
		if err := w.Write([]string{sheet.Cell(s.Address), string(s.Stream), sheet.Cell(s.Reason), s.CreatedAt.UTC().Format(time.RFC3339)}); err != nil {
			return err
		}
	}
	return nil
}
