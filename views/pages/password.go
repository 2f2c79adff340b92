package pages

import (
	"fmt"

	"smtpserver/views/components"
)

// newPassword is the field that chooses a password; what was typed is never repeated.
func newPassword(label string, shortest int) components.Field {
	f := components.Field{Name: "password", Label: label, Type: "password", Autocomplete: "new-password", Required: true, MinLength: shortest}
	if shortest > 0 {
		f.Hint = fmt.Sprintf("At least %d characters. A few unrelated words are good; your password manager is better.", shortest)
	}
	return f
}

func focused(f components.Field) components.Field {
	f.Focus = true
	return f
}
