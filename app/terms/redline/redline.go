package redline

import "regexp"

// Redline is how two documents differ.
type Redline struct {
	Sections  []Section // those that changed, in the new document's order
	Unchanged int       // how many sections did not
	Added     int       // words
	Removed   int
	Numbers   bool // a number, date or amount is among the changes
	Moved     int  // blocks that stand elsewhere now
}

// Section is a heading with what stands under it.
type Section struct {
	Heading *Block // nil: what stands before the first heading
	Parts   []Part
}

// Part is a block, or a stretch of unchanged blocks that is left out.
type Part struct {
	Block   *Block
	LeftOut int
}

// Empty reports whether no word changed and nothing moved. The Markdown may still
// differ in its marks.
func (r Redline) Empty() bool { return len(r.Sections) == 0 }

// Compare returns how after differs from before. An empty before makes all of it new.
func Compare(before, after string) Redline {
	return gather(align(read(before), read(after)))
}

// Full is Compare with nothing left out: every section, every block.
func Full(before, after string) Redline {
	r := Redline{}
	for _, s := range split(align(read(before), read(after))) {
		r.count(s)
		whole := Section{Heading: s.heading}
		for i := range s.blocks {
			whole.Parts = append(whole.Parts, Part{Block: &s.blocks[i]})
		}
		r.Sections = append(r.Sections, whole)
	}
	return r
}

// section is a section before anything is left out of it.
type section struct {
	heading *Block
	blocks  []Block
}

func split(blocks []Block) []section {
	var all []section
	current := section{}
	for i := range blocks {
		if blocks[i].Kind != Heading {
			current.blocks = append(current.blocks, blocks[i])
			continue
		}
		if current.heading != nil || len(current.blocks) > 0 {
			all = append(all, current)
		}
		current = section{heading: &blocks[i]}
	}
	if current.heading != nil || len(current.blocks) > 0 {
		all = append(all, current)
	}
	return all
}

func gather(blocks []Block) Redline {
	r := Redline{}
	for _, s := range split(blocks) {
		if !s.changed() {
			r.Unchanged++
			continue
		}
		r.count(s)
		r.Sections = append(r.Sections, s.shorten())
	}
	return r
}

func (s section) changed() bool {
	if s.heading != nil && s.heading.Change != Unchanged {
		return true
	}
	for _, b := range s.blocks {
		if b.Change != Unchanged {
			return true
		}
	}
	return false
}

// shorten keeps the changes and one block on either side of each.
func (s section) shorten() Section {
	out := Section{Heading: s.heading}
	keep := make([]bool, len(s.blocks))
	for i, b := range s.blocks {
		if b.Change != Unchanged {
			for j := max(i-1, 0); j <= min(i+1, len(s.blocks)-1); j++ {
				keep[j] = true
			}
		}
	}
	for i := range s.blocks {
		if keep[i] {
			out.Parts = append(out.Parts, Part{Block: &s.blocks[i]})
			continue
		}
		if last := len(out.Parts) - 1; last >= 0 && out.Parts[last].LeftOut > 0 {
			out.Parts[last].LeftOut++
			continue
		}
		out.Parts = append(out.Parts, Part{LeftOut: 1})
	}
	return out
}

var digits = regexp.MustCompile(`\p{N}`)

func (r *Redline) count(s section) {
	blocks := s.blocks
	if s.heading != nil {
		blocks = append([]Block{*s.heading}, blocks...)
	}
	for _, b := range blocks {
		switch b.Change {
		case MovedAway:
			continue // counted where it stands now
		case MovedHere:
			r.Moved++
		}
		for _, span := range b.Spans {
			switch span.Op {
			case Added:
				r.Added += words(span.Text)
			case Removed:
				r.Removed += words(span.Text)
			default:
				continue
			}
			r.Numbers = r.Numbers || digits.MatchString(span.Text)
		}
	}
}
