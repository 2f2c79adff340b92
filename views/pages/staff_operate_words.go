package pages

import (
	"strconv"

	"smtpserver/views/components"
)

func (v StaffDestination) about() string {
	if v.Row.Why != "" {
		return v.Row.Why + " " + v.Row.Waiting + " wait."
	}
	return v.Row.Waiting + " wait."
}

func (v StaffDestination) limit(name, label string) components.Field {
	return components.Field{Name: name, Label: label, Value: v.Limits[name], Optional: true, Hint: "Without: " + v.Default[name] + "."}.With(v.Errors, limitOrder...)
}

func reasonID(i int) string { return "f-reason-" + strconv.Itoa(i) }

func (v StaffHome) sentence() string {
	if len(v.Attention) == 0 {
		return "Nothing asks for you."
	}
	return components.Plural(int64(len(v.Attention)), "thing asks", "things ask") + " for you."
}
