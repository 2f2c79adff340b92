package pages

import (
	"strconv"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// TemplateList is the account's templates.
type TemplateList struct {
	layout.Page
	Rows   []TemplateRow
	Denied string
}

// TemplateRow is one template.
type TemplateRow struct {
	ID, Name, Kind string
	Version        int
	At             time.Time
}

func kindWords(kind string) string {
	for _, o := range writtenIn {
		if o.Value == kind {
			return o.Label
		}
	}
	return kind
}

// TemplateNew asks what to begin with.
type TemplateNew struct {
	layout.Page
	Name, Starter string
	Starters      []components.Option
	Errors        Errors
	Denied        string
}

// TemplateShow is one template, to be written.
type TemplateShow struct {
	layout.Page
	ContentEditor
	ID, Name           string
	Saved              string // the name as it is saved
	Subject, Preheader string
	Since              int // the version that the person began with
	Versions           []VersionRow
	Warnings           []string
	Denied             string
}

// VersionRow is a version of a template.
type VersionRow struct {
	Number   int
	Restored int
	By       string
	At       time.Time
	Newest   bool
}

func (r VersionRow) number() string { return strconv.Itoa(r.Number) }

// ImageList is the account's images.
type ImageList struct {
	layout.Page
	Rows   []ImageRow
	Errors Errors
	Denied string
}

// ImageRow is one image.
type ImageRow struct {
	ID, Name, Path string
	URL            string // the whole address, for mails
	Width, Height  int
	Size           int64
	At             time.Time
}

func (r ImageRow) measures() string {
	return strconv.Itoa(r.Width) + " × " + strconv.Itoa(r.Height) + ", " + components.Bytes(r.Size)
}

func templateTabs(p layout.Page, images bool) []components.Tab {
	return []components.Tab{
		{Label: "Templates", URL: p.URLs().Templates(), Current: !images},
		{Label: "Images", URL: p.URLs().Images(), Current: images},
	}
}

// thumbWidth and thumbHeight keep an image's proportions in a box.
func (r ImageRow) thumb() (width, height string) {
	w, h := max(r.Width, 1), max(r.Height, 1)
	if w > 240 {
		w, h = 240, max(1, h*240/w)
	}
	return strconv.Itoa(w), strconv.Itoa(h)
}
