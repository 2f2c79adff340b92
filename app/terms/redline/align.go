package redline

// Change is what became of a block.
type Change string

// The changes of a block.
const (
	Unchanged   Change = "unchanged"
	Edited      Change = "edited"
	NewBlock    Change = "added"
	GoneBlock   Change = "removed"
	MovedHere   Change = "moved_here"
	MovedAway   Change = "moved_away"
	placeholder        = -1
)

// Block is one block of the comparison. A moved one is drawn at its new place, with
// the words that changed on the way; at its old place only a note is left.
type Block struct {
	Kind   Kind
	Level  int
	Marker string
	Change Change
	Spans  []Span
	Other  string // of a moved block: the heading it came from or went to

	before, after int // place among the old and new blocks, placeholder when there is none
}

func one(s source, change Change, op Op) Block {
	return Block{Kind: s.kind, Level: s.level, Marker: s.marker, Change: change, Spans: []Span{{op, s.text}}, before: placeholder, after: placeholder}
}

// align puts the blocks of both documents into one order.
func align(before, after []source) []Block {
	var blocks []Block
	i, j := 0, 0
	var gone, fresh []int
	flush := func() {
		blocks = append(blocks, replace(before, after, gone, fresh)...)
		gone, fresh = nil, nil
	}
	for _, e := range compare(keys(before), keys(after)) {
		for range e.items {
			switch e.op {
			case Removed:
				gone = append(gone, i)
				i++
			case Added:
				fresh = append(fresh, j)
				j++
			default:
				flush()
				blocks = append(blocks, one(after[j], Unchanged, Same))
				i, j = i+1, j+1
			}
		}
	}
	flush()
	findMoves(blocks, before, after)
	return blocks
}

func keys(blocks []source) []string {
	out := make([]string, len(blocks))
	for i, b := range blocks {
		out[i] = b.key()
	}
	return out
}

// replace sets old blocks against the new ones that stand in their place: those that
// are alike, in their order, are compared; the others came or went.
func replace(before, after []source, gone, fresh []int) []Block {
	var blocks []Block
	i, j := 0, 0
	for _, p := range pairs(before, after, gone, fresh) {
		for ; i < p[0]; i++ {
			blocks = append(blocks, left(before, gone[i]))
		}
		for ; j < p[1]; j++ {
			blocks = append(blocks, came(after, fresh[j]))
		}
		b := one(after[fresh[j]], Edited, Same)
		b.Spans = compareWords(before[gone[i]].text, after[fresh[j]].text)
		blocks = append(blocks, b)
		i, j = i+1, j+1
	}
	for ; i < len(gone); i++ {
		blocks = append(blocks, left(before, gone[i]))
	}
	for ; j < len(fresh); j++ {
		blocks = append(blocks, came(after, fresh[j]))
	}
	return blocks
}

func left(before []source, i int) Block {
	b := one(before[i], GoneBlock, Removed)
	b.before = i
	return b
}

func came(after []source, j int) Block {
	b := one(after[j], NewBlock, Added)
	b.after = j
	return b
}

// How alike blocks must be to be shown as one that was edited, or moved.
const (
	editedFrom = 0.45
	movedFrom  = 0.75
	movedWords = 5 // a shorter block may stand in many places
)

// pairs finds the order-keeping pairs with the greatest likeness in all.
func pairs(before, after []source, gone, fresh []int) [][2]int {
	n, m := len(gone), len(fresh)
	if n == 0 || m == 0 || n*m > most/100 {
		return nil
	}
	best := make([][]float64, n+1)
	like := make([][]float64, n)
	for i := range best {
		best[i] = make([]float64, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		like[i] = make([]float64, m)
		for j := m - 1; j >= 0; j-- {
			like[i][j] = likeness(before[gone[i]], after[fresh[j]])
			best[i][j] = max(best[i+1][j], best[i][j+1], best[i+1][j+1]+like[i][j])
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case like[i][j] > 0 && best[i][j] == best[i+1][j+1]+like[i][j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	return out
}

// likeness is 0 for blocks that are not to be paired.
func likeness(a, b source) float64 {
	if (a.kind == Heading) != (b.kind == Heading) {
		return 0
	}
	if l := alike(a.text, b.text); l >= editedFrom {
		return l
	}
	return 0
}

// findMoves pairs what went in one place and came in another.
func findMoves(blocks []Block, before, after []source) {
	oldHeads, newHeads := headings(before), headings(after)
	for i := range blocks {
		from := &blocks[i]
		if from.Change != GoneBlock || from.Kind == Heading || words(before[from.before].text) < movedWords {
			continue
		}
		var to *Block
		closest := movedFrom
		for j := range blocks {
			b := &blocks[j]
			if b.Change != NewBlock || b.Kind == Heading {
				continue
			}
			if l := alike(before[from.before].text, after[b.after].text); l >= closest && (to == nil || l > closest) {
				to, closest = b, l
			}
		}
		if to == nil {
			continue
		}
		from.Change, from.Other = MovedAway, newHeads[to.after]
		to.Change, to.Other = MovedHere, oldHeads[from.before]
		to.Spans = compareWords(before[from.before].text, after[to.after].text)
	}
}

// headings gives each block the heading it stands under.
func headings(blocks []source) []string {
	out := make([]string, len(blocks))
	current := ""
	for i, b := range blocks {
		if b.kind == Heading {
			current = b.text
		}
		out[i] = current
	}
	return out
}
