package liquid

import (
	"strings"
	"time"
)

// The ways in which a field may write a date.
var dateLayouts = []string{"2006-01-02", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "02.01.2006", "2006/01/02"}

// strftime is what each letter after % stands for, as a layout of package time.
var strftime = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'B': "January", 'b': "Jan", 'A': "Monday", 'a': "Mon",
	'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'e': "_2", 'j': "002", 'F': "2006-01-02",
}

// date writes a date otherwise: {{ fields.birthday | date: "%d %B %Y" }}. What is no
// date stays as it is.
func date(r *run, v value, args []value) value {
	s, format := strings.TrimSpace(text(v)), text(args[0])
	if r.spend(16*len(format) + 200*len(dateLayouts)); len(s) > 40 || r.err != nil {
		return v
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return written(t, format)
		}
	}
	return v
}

func written(t time.Time, format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		plain := format[i] == '-' && i+1 < len(format) // %-d: without the zero
		if plain {
			i++
		}
		s := string(format[i])
		if layout, ok := strftime[format[i]]; ok {
			s = t.Format(layout)
		}
		if plain {
			s = strings.TrimLeft(s, "0 ")
		}
		b.WriteString(s)
	}
	return b.String()
}

// judgeDate refuses a letter that stands for nothing.
func judgeDate(args []expression) *Error {
	c, ok := args[0].(constant)
	if !ok {
		return nil
	}
	_, rest, found := strings.Cut(text(c.v), "%")
	for found {
		rest = strings.TrimPrefix(rest, "-")
		if rest == "" || strftime[rest[0]] == "" && rest[0] != '%' {
			return errorf(0, "In a date, %% stands before one of Y y m d e B b A a H I M S p j F: %%d %%B %%Y.")
		}
		_, rest, found = strings.Cut(rest[1:], "%")
	}
	return nil
}
