package components

import (
	"strconv"

	"github.com/a-h/templ"
)

// controlAttrs are the attributes that inputs, selects and text areas share.
func controlAttrs(f Field) templ.OrderedAttributes {
	var attrs templ.OrderedAttributes
	set := func(name string, value any) { attrs = append(attrs, templ.KV(name, value)) }
	text := func(name, value string) {
		if value != "" {
			set(name, value)
		}
	}
	text("autocomplete", f.Autocomplete)
	text("inputmode", f.InputMode)
	text("placeholder", f.Placeholder)
	text("aria-describedby", f.describedBy())
	if f.MinLength > 0 {
		set("minlength", strconv.Itoa(f.MinLength))
	}
	if f.Mono || f.Type == "email" {
		set("spellcheck", "false")
		set("autocapitalize", "none")
	}
	if f.Error != "" {
		set("aria-invalid", "true")
	}
	if f.Required {
		set("required", true)
	}
	if f.Focus {
		set("autofocus", true)
	}
	return attrs
}
