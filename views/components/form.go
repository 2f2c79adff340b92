package components

import "slices"

// Option is one choice of a select or a group of radio buttons.
type Option struct {
	Value, Label string
	Hint         string // radio buttons only
}

// Field is a labelled control. Value is what was typed before; leave it empty for
// passwords.
type Field struct {
	Name, Label, Value string
	Type               string // of an input; "" is text
	Hint               string
	Error              string
	Autocomplete       string
	InputMode          string
	Placeholder        string
	Mono               bool // addresses, names of hosts
	Required           bool
	Optional           bool // say so in the label
	Focus              bool // the first thing to fill in or to repair
	Rows               int  // of a text area
	MinLength          int
}

// ID is the control's id.
func (f Field) ID() string { return "f-" + f.Name }

func (f Field) hintID() string  { return f.ID() + "-hint" }
func (f Field) errorID() string { return f.ID() + "-error" }

func (f Field) describedBy() string {
	switch {
	case f.Error != "" && f.Hint != "":
		return f.errorID() + " " + f.hintID()
	case f.Error != "":
		return f.errorID()
	case f.Hint != "":
		return f.hintID()
	}
	return ""
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// With sets the field's error from a form's errors, and the focus when it is the
// first that is wrong. Order is that of the fields on the page.
func (f Field) With(errors map[string]string, order ...string) Field {
	f.Error = errors[f.Name]
	if len(errors) > 0 {
		f.Focus = f.Name == FirstWrong(errors, order...)
	}
	return f
}

// FirstWrong returns the first field, in the page's order, that has an error; "" for none.
func FirstWrong(errors map[string]string, order ...string) string {
	i := slices.IndexFunc(order, func(name string) bool { return errors[name] != "" })
	if i < 0 {
		return ""
	}
	return order[i]
}
