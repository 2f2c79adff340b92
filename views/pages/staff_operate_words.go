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

// errorsOf are what is refused of one form of the page.
func (v StaffDestination) errorsOf(order []string) Errors {
	errs := Errors{}
	for _, name := range order {
		if text := v.Errors[name]; text != "" {
			errs[name] = text
		}
	}
	return errs
}

func (v StaffDestination) route(f components.Field) components.Field {
	f.Value = v.Typed[f.Name]
	return f.With(v.errorsOf(routeOrder), routeOrder...)
}

func (v StaffDestination) pools() []components.Option {
	return append([]components.Option{{Label: "As the rules say"}}, v.Pools...)
}

func (v StaffDestination) password() components.Field {
	f := components.Field{Name: "password", Label: "Password at the relay", Type: "password", Autocomplete: "new-password", Optional: true, Hint: "Sealed when it is kept, and never shown again."}
	if v.Password {
		f.Hint = "Password kept. Leave this empty to go on with it; another relay or name needs its own."
	}
	return v.route(f)
}

func reasonID(i int) string { return "f-reason-" + strconv.Itoa(i) }

func (v StaffHome) sentence() string {
	if len(v.Attention) == 0 {
		return "Nothing asks for you."
	}
	return components.Plural(int64(len(v.Attention)), "thing asks", "things ask") + " for you."
}
