package web

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
)

// post returns one field of the body. It never looks at the query string, as
// Fiber's FormValue does: a link must not be able to fill in a form.
func (r *request) post(name string) string {
	if r.upload != nil {
		return r.upload.fields[name]
	}
	if strings.HasPrefix(strings.ToLower(r.c.Get(fiber.HeaderContentType)), fiber.MIMEMultipartForm) {
		form, err := r.c.MultipartForm()
		if err != nil || len(form.Value[name]) == 0 {
			return ""
		}
		return form.Value[name][0]
	}
	return string(r.c.Request().PostArgs().Peek(name))
}

// query returns one field of the query string as clean text: what a database would
// refuse becomes nothing.
func (r *request) query(name string) string {
	value := string(r.c.Request().URI().QueryArgs().Peek(name))
	if !isText(value) {
		return ""
	}
	return value
}

// bind fills the fields of the struct that form points to from the body, by their
// `form:"name"` tags: text, bool (a ticked box) and int. Fields without a tag cannot
// be set from outside (H-06).
func (r *request) bind(form any) error {
	v := reflect.ValueOf(form).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("form")
		if name == "" {
			continue
		}
		value := r.post(name)
		if !isText(value) {
			return fault.Field(name, "This field holds characters that are no text.")
		}
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			field.SetString(value)
		case reflect.Bool:
			field.SetBool(value == "on" || value == "true" || value == "1" || value == "yes")
		case reflect.Int:
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil {
				n = 0 // judged like a missing number
			}
			field.SetInt(int64(n))
		default:
			return fmt.Errorf("web: bind: field %s has a kind that forms do not have", name)
		}
	}
	return nil
}

// isText refuses what PostgreSQL and people cannot read: broken UTF-8, NUL and
// control characters.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	})
}
