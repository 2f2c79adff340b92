package components

// Stack is stacked bars over time: what is counted, told apart by kinds.
type Stack struct {
	Label string // what is drawn, for screen readers
	Unit  string // heading of the first column of its table: "Hour"
	Kinds []StackKind
	Bars  []StackBar
}

// StackKind is one part of the bars.
type StackKind struct {
	Word string
	Tone Tone
}

// StackBar is one bar; its values stand in the order of the kinds, from the foot up.
type StackBar struct {
	Label  string
	Values []int64
}

func (b StackBar) total() (n int64) {
	for _, v := range b.Values {
		n += v
	}
	return n
}

// chart lends the frame and the scale.
func (s Stack) chart() Chart {
	c := Chart{Label: s.Label}
	for _, b := range s.Bars {
		c.Bars = append(c.Bars, Bar{Label: b.Label, Good: b.total()})
	}
	return c
}

type piece struct {
	tone      Tone
	y, height string
}

// pieces are a bar's rectangles.
func (s Stack) pieces(scale Chart, b StackBar) (out []piece) {
	foot := float64(chartTop + chartHeight)
	for i, v := range b.Values {
		if v == 0 {
			continue
		}
		h := scale.height(v)
		foot -= h
		out = append(out, piece{s.Kinds[i].Tone, px(foot), px(h)})
	}
	return out
}

func (s Stack) tip(b StackBar) string {
	text := b.Label + ": "
	for i, v := range b.Values {
		if i > 0 {
			text += ", "
		}
		text += Count(v) + " " + s.Kinds[i].Word
	}
	return text
}

// ShareBar is a whole in its parts, as one line.
type ShareBar struct {
	Label string
	Parts []SharePart
}

// SharePart is one part.
type SharePart struct {
	Word string
	N    int64
	Tone Tone
}

type shareRect struct {
	tone     Tone
	x, width string
	tip      string
}

// rects are the parts that are there, one beside the other.
func (b ShareBar) rects() (out []shareRect) {
	var whole, before int64
	for _, p := range b.Parts {
		whole += p.N
	}
	for _, p := range b.Parts {
		if p.N == 0 {
			continue
		}
		out = append(out, shareRect{p.Tone, share(float64(before), int(whole)), share(float64(p.N), int(whole)), Count(p.N) + " " + p.Word})
		before += p.N
	}
	return out
}
