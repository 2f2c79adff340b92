package liquid

import "errors"

// Data gives the value of a known name; "" for none.
type Data func(name string) string

// The ways in which a render ends early.
var (
	ErrFuel   = errors.New("liquid: the template does too much")
	ErrOutput = errors.New("liquid: the output is too long")
)

// What a render may spend, and what the steps cost besides the octets they touch. The
// costliest template that anybody found for this takes some milliseconds.
const (
	fullTank     = 1 << 21
	costOfNode   = 24
	costOfField  = 8
	costOfFilter = 24
)

// run is one render.
type run struct {
	data   Data
	locals map[string]value
	out    []byte
	most   int
	fuel   int
	err    error
}

// Render fills in data. The output has at most so many octets.
func (t *Template) Render(data Data, most int) (string, error) {
	r := &run{data: data, most: most, fuel: fullTank, out: make([]byte, 0, len(t.source)+len(t.source)/8)}
	if r.nodes(t.nodes); r.err != nil {
		return "", r.err
	}
	return string(r.out), nil
}

// spend takes fuel and says whether there was enough.
func (r *run) spend(n int) bool {
	if r.fuel -= n; r.fuel < 0 && r.err == nil {
		r.err = ErrFuel
	}
	return r.err == nil
}

func (r *run) field(name string) value {
	s := r.data(name)
	if r.spend(costOfField + len(s)); s == "" {
		return nil
	}
	return s
}

func (r *run) set(name string, v value) {
	if r.locals == nil {
		r.locals = map[string]value{}
	}
	r.locals[name] = v
}

func (r *run) write(s string) {
	if len(r.out)+len(s) > r.most && r.err == nil {
		r.err = ErrOutput
	}
	if r.spend(len(s)) {
		r.out = append(r.out, s...)
	}
}

// signal says how to go on after a node.
type signal int

const (
	on       signal = iota
	breaking        // out of the loop
	again           // to its next round
)

func (r *run) nodes(nodes []node) signal {
	for _, n := range nodes {
		if !r.spend(costOfNode) {
			return breaking
		}
		if s := n.run(r); s != on {
			return s
		}
	}
	return on
}

type node interface{ run(r *run) signal }

type (
	wording struct {
		s    string
		line int
	}
	show struct {
		of     expression
		escape escaper
		source string
		line   int
	}
	branch struct {
		when expression
		body []node
	}
	choose struct {
		branches  []branch
		otherwise []node
		line      int
	}
	each struct {
		name            string
		of              expression
		limit, offset   expression
		reversed        bool
		body, otherwise []node
		line            int
	}
	assign struct {
		name string
		of   expression
	}
	capture struct {
		name string
		body []node
		line int
	}
	leave struct {
		again bool
		line  int
	}
	cycle struct {
		show
		values []expression
	}
	nothing struct{ line int }
)

func (n *wording) run(r *run) signal {
	r.write(n.s)
	return on
}

func (n *show) run(r *run) signal {
	v := n.of.eval(r)
	if r.spend(size(v)) {
		r.write(n.escape(v))
	}
	return on
}

func (n *choose) run(r *run) signal {
	for _, b := range n.branches {
		if truth(b.when.eval(r)) {
			return r.nodes(b.body)
		}
	}
	return r.nodes(n.otherwise)
}

func (n *assign) run(r *run) signal {
	r.set(n.name, n.of.eval(r))
	return on
}

func (n *capture) run(r *run) signal {
	before := len(r.out)
	s := r.nodes(n.body)
	if r.err == nil {
		r.set(n.name, string(r.out[before:]))
	}
	r.out = r.out[:before]
	return s
}

func (n *leave) run(*run) signal {
	if n.again {
		return again
	}
	return breaking
}

func (n *nothing) run(*run) signal { return on }

// eval of a cycle is the value of this round.
func (n *cycle) eval(r *run) value {
	l, ok := r.locals["forloop"].(*loop)
	if !ok {
		return nil
	}
	return n.values[l.index%len(n.values)].eval(r)
}

// loop is what a template knows of the loop it is in.
type loop struct{ index, length int }

func (l *loop) property(name string) value {
	switch name {
	case "index":
		return float64(l.index + 1)
	case "index0":
		return float64(l.index)
	case "rindex":
		return float64(l.length - l.index)
	case "rindex0":
		return float64(l.length - l.index - 1)
	case "length":
		return float64(l.length)
	case "first":
		return l.index == 0
	case "last":
		return l.index == l.length-1
	}
	return nil
}

func (n *each) run(r *run) signal {
	items := n.items(r)
	if len(items) == 0 {
		return r.nodes(n.otherwise)
	}
	was, had := r.locals[n.name]
	wasLoop, hadLoop := r.locals["forloop"]
	l := &loop{length: len(items)}
	for l.index = range items {
		r.set(n.name, items[l.index])
		r.set("forloop", l)
		if !r.spend(costOfNode) || r.nodes(n.body) == breaking || r.err != nil {
			break
		}
	}
	r.restore(n.name, was, had)
	r.restore("forloop", wasLoop, hadLoop)
	return on
}

// restore gives a name the value that it had before a loop used it.
func (r *run) restore(name string, v value, had bool) {
	if had {
		r.locals[name] = v
	} else {
		delete(r.locals, name)
	}
}

// items is what the loop goes over: at most maxRounds.
func (n *each) items(r *run) list {
	items, _ := n.of.eval(r).(list)
	if n.offset != nil {
		k, _ := number(n.offset.eval(r))
		items = items[min(max(int(k), 0), len(items)):]
	}
	most := maxRounds
	if n.limit != nil {
		if k, ok := number(n.limit.eval(r)); ok {
			most = min(max(int(k), 0), maxRounds)
		}
	}
	items = items[:min(most, len(items))]
	if n.reversed {
		items = reverse(items)
	}
	return items
}

func reverse(l list) list {
	out := make(list, len(l))
	for i, v := range l {
		out[len(l)-1-i] = v
	}
	return out
}
