package urls

// Templates is the list of templates; POST makes one.
func (a Account) Templates() string { return a.page("templates") }

// TemplateNew is the form.
func (a Account) TemplateNew() string { return a.page("templates", "new") }

// Template is one template; POST saves it.
func (a Account) Template(id string) string { return a.page("templates", id) }

// TemplateAct is one of its actions (POST): restore, copy, remove.
func (a Account) TemplateAct(id, act string) string { return a.page("templates", id, act) }

// TemplateVersion is a version of it as it arrives.
func (a Account) TemplateVersion(id, number string) string {
	return WithQuery(a.page("templates", id, "preview"), "version", number)
}

// ContentPreview draws what was typed into a content's form (POST).
func (a Account) ContentPreview() string { return a.page("templates", "preview") }

// VisualEditor is the editor of MJML, for a frame.
func (a Account) VisualEditor() string { return a.page("templates", "editor") }

// Images is the images that mails show; POST takes a file.
func (a Account) Images() string { return a.page("templates", "images") }

// ImageRemove removes one (POST).
func (a Account) ImageRemove(id string) string { return a.page("templates", "images", id, "remove") }

// Images is below what images are served to everybody.
const Images = "/i/"

// Image is an image for everybody.
func Image(file string) string { return join("/i", file) }
