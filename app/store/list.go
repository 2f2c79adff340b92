package store

import (
	"database/sql/driver"
	"strings"

	"gorm.io/gorm"
)

// In is a condition for a column and its argument: one of the values. On PostgreSQL
// they are one array parameter, so that the statement has one text, and one plan, for
// any number of them.
func In[T ~string](tx *gorm.DB, values []T) (condition string, arg any) {
	if tx.Name() != string(Postgres) {
		return "IN ?", values
	}
	return "= ANY(?::text[])", textArray[T](values)
}

// textArray is a list that GORM takes for one value.
type textArray[T ~string] []T

var quoteElement = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// Value implements driver.Valuer: PostgreSQL's way to write an array.
func (a textArray[T]) Value() (driver.Value, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		if _, err := quoteElement.WriteString(&b, string(v)); err != nil {
			return nil, err
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String(), nil
}
