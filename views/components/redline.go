package components

// Redline is how two texts differ, section by section.
type Redline struct {
	Sections  []RedlineSection
	Unchanged int // sections that are left out
}

// RedlineSection is a heading with what changed under it.
type RedlineSection struct {
	Heading *RedlineBlock // nil: before the first heading
	Parts   []RedlinePart
}

// RedlinePart is a block, or a sentence about unchanged ones that are left out.
type RedlinePart struct {
	Block   *RedlineBlock
	LeftOut string
}

// RedlineBlock is a heading, paragraph, list item or piece of code.
type RedlineBlock struct {
	Kind   string // heading, paragraph, item, code
	Level  int
	Marker string // of an item
	Note   string // of a moved block: where it came from or went to
	Away   bool   // moved away: only the note is shown
	Spans  []RedlineSpan
}

// RedlineSpan is a piece of text; Op is same, added or removed.
type RedlineSpan struct {
	Op, Text string
}

// Indent is how far an item stands in.
func (b RedlineBlock) Indent() string {
	switch {
	case b.Kind != "item":
		return ""
	case b.Level > 2:
		return "pl-12"
	case b.Level == 2:
		return "pl-6"
	}
	return ""
}

// Rest says how many sections did not change.
func (r Redline) Rest() string {
	switch r.Unchanged {
	case 0:
		return ""
	case 1:
		return "1 other section is unchanged."
	}
	return Count(int64(r.Unchanged)) + " other sections are unchanged."
}
