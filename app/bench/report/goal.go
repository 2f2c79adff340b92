package report

// Goal is a figure that the project wants to reach, and what was measured.
type Goal struct {
	Name, System   string
	Measured, Want float64
	AtMost         bool // or at least
}

// Met reports whether it was reached.
func (g Goal) Met() bool {
	if g.AtMost {
		return g.Measured <= g.Want
	}
	return g.Measured >= g.Want
}
