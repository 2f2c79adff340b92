package pages

import (
	"encoding/json"

	"smtpserver/views/components"
)

// ContentEditor is where a content is written and looked at: part of a form whose page
// is whatever the content is for. The form needs data-previews for the preview to
// follow what is typed.
type ContentEditor struct {
	Kind, Body, Text string
	Fields           []string // the account's own: {{ fields.city }}
	Images           []EditorImage
	VisualURL        string // the visual editor, for a frame
	PreviewURL       string // draws what was typed (POST)
	Errors           Errors
	Denied           string
}

// EditorImage is an image to choose in the visual editor.
type EditorImage struct {
	Src  string `json:"src"`
	Name string `json:"name"`
}

func (v ContentEditor) images() string {
	if len(v.Images) == 0 {
		return "[]"
	}
	out, err := json.Marshal(v.Images)
	if err != nil {
		return "[]" // cannot happen: strings
	}
	return string(out)
}

func (v ContentEditor) field(f components.Field) components.Field {
	return f.With(v.Errors, "name", "subject", "preheader", "kind", "body", "text")
}

var writtenIn = []components.Option{
	{Value: "mjml", Label: "MJML", Hint: "Blocks that look right in every mail program, drawn or written."},
	{Value: "html", Label: "HTML", Hint: "Your own. Styles are put into the elements."},
	{Value: "markdown", Label: "Markdown", Hint: "Words with a few signs, in a clean layout."},
}

// commonFields are those that every person and every mail has.
var commonFields = []string{`{{ first_name | default: "there" }}`, "{{ name }}", "{{ email }}", "{{ company }}", "{{ sender }}", "{{ sender_address }}", "{{ unsubscribe_url }}", "{{ preferences_url }}", "{{ view_url }}"}

// previewView is a way to look at a mail.
type previewView struct{ value, label, icon string }

var previewViews = []previewView{{"desktop", "Desktop", "monitor"}, {"phone", "Phone", "smartphone"}, {"dark", "Dark", "moon"}, {"text", "Text", "file-text"}}
