package web

import "github.com/a-h/templ"

type plain struct{}

func (plain) View() templ.Component { return templ.NopComponent }

func drawn(page any) view {
	if v, ok := page.(view); ok {
		return v
	}
	return plain{}
}
