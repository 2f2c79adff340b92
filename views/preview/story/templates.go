package story

import (
	"time"

	"smtpserver/static"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// templates is the pages of templates and images.
func templates() []Story {
	page := func(name, title string, page func(layout.Page) view) Story {
		return inside(name, title, layout.NavTemplates, page)
	}
	rows := []pages.TemplateRow{
		{ID: sampleID, Name: "Autumn letter: apples are in", Kind: "mjml", Version: 12, At: ago(time.Hour)},
		{ID: otherID, Name: words(1), Kind: "html", Version: 1, At: ago(26 * time.Hour)},
		{ID: otherID, Name: "Invitation to the tasting", Kind: "markdown", Version: 3, At: ago(40 * 24 * time.Hour)},
	}
	starters := []components.Option{
		{Value: "letter", Label: "Letter", Hint: "Words only, in a clean layout. Written in Markdown."}, {Value: "news", Label: "News", Hint: "A lead, two columns, a button. Drawn in the visual editor."},
		{Value: "invitation", Label: "Invitation", Hint: "One event, when and where, one button. Drawn in the visual editor."}, {Value: "simple", Label: "Plain HTML", Hint: "A short page of HTML of your own."},
		{Value: "empty-mjml", Label: "Empty, visual", Hint: "A greeting and what the law asks for. Drawn in the visual editor."}, {Value: "empty-markdown", Label: "Empty, words", Hint: "One line of Markdown."},
	}
	images := []pages.ImageRow{
		{ID: sampleID, Name: "orchard-in-september.jpg", Path: static.URL("screenshot-light.png"), URL: "https://mail.example.com/i/x3k7q2m5d4a6s8f2g4h6j8k3l5.jpg", Width: 1200, Height: 750, Size: 184_320, At: ago(time.Hour)},
		{ID: otherID, Name: words(1) + ".png", Path: static.URL("favicon.svg"), URL: "https://mail.example.com/i/a1s2d3f4g5h6j7k2l3m4n5p6q7.png", Width: 64, Height: 64, Size: 912, At: ago(24 * time.Hour)},
	}
	return []Story{
		page("template_list", "Templates", func(p layout.Page) view { return pages.TemplateList{Page: p, Rows: rows} }),
		page("template_list-empty", "Templates", func(p layout.Page) view { return pages.TemplateList{Page: p} }),
		page("template_new", "New template", func(p layout.Page) view {
			return pages.TemplateNew{Page: p, Starter: "letter", Starters: starters}
		}),
		refused(page("template_new-refused", "New template", func(p layout.Page) view {
			return pages.TemplateNew{Page: p, Starter: "news", Starters: starters, Errors: pages.Errors{"name": "Give it a name, so that you find it again."}}
		})),
		page("template_show", "Autumn letter", func(p layout.Page) view { return someTemplate(p, "mjml", templateMJML) }),
		page("template_show-markdown", "Autumn letter", func(p layout.Page) view {
			return someTemplate(p, "markdown", "# Hello {{ first_name }}\n\nThe **apples** are in.\n")
		}),
		refused(page("template_show-refused", "Autumn letter", func(p layout.Page) view {
			v := someTemplate(p, "html", "<p>\n{{ nonsense }}\n</p>")
			v.Errors = pages.Errors{"body": "Line 2: There is no field “nonsense”.", "subject": "A mail needs a subject."}
			v.Subject = ""
			return v
		})),
		page("template_show-viewer", "Autumn letter", func(p layout.Page) view {
			v := someTemplate(p, "html", "<p>Hello</p>")
			v.Denied = "Your role in this account, viewer, does not allow this."
			v.ContentEditor.Denied = v.Denied
			return v
		}),
		page("image_list", "Images", func(p layout.Page) view { return pages.ImageList{Page: p, Rows: images} }),
		page("image_list-empty", "Images", func(p layout.Page) view { return pages.ImageList{Page: p} }),
		refused(page("image_list-refused", "Images", func(p layout.Page) view {
			return pages.ImageList{Page: p, Errors: pages.Errors{"file": "This is no PNG, JPEG or GIF. Other kinds are not shown by all mail programs."}}
		})),
	}
}

const templateMJML = `<mjml>
  <mj-body background-color="#f4f6f5">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text font-size="28px">The apples are in</mj-text>
        <mj-text>Hello {{ first_name | default: "there" }}, {% if fields.city == "Bern" %}come and see us{% else %}we send them to you{% endif %}.</mj-text>
        <mj-button href="https://hofladen-brandt.de/apples?who={{ email }}">Choose yours</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
`

func someTemplate(p layout.Page, kind, body string) pages.TemplateShow {
	return pages.TemplateShow{
		Page: p, ID: sampleID, Name: "Autumn letter: apples are in", Saved: "Autumn letter: apples are in", Since: 12,
		Subject: "The apples are in, {{ first_name }}", Preheader: "Eleven sorts, from Friday on",
		ContentEditor: pages.ContentEditor{
			Kind: kind, Body: body, Fields: []string{"{{ fields.city }}", "{{ fields.customer_since }}"},
			VisualURL: p.URLs().VisualEditor(), PreviewURL: p.URLs().ContentPreview(),
		},
		Versions: []pages.VersionRow{
			{Number: 12, Restored: 9, By: "Maria Brandt", At: ago(time.Hour), Newest: true}, {Number: 11, By: words(1), At: ago(3 * time.Hour)}, {Number: 10, By: "another member", At: ago(26 * time.Hour)},
		},
	}
}
