package liquid

import "strings"

// expression is what gives a value while rendering.
type expression interface{ eval(r *run) value }

type (
	constant struct{ v value }
	// path is a name with its parts: fields.city, forloop.index, words.first.
	path struct {
		name  string // local, or known to the data by the whole path
		parts []string
		local bool
	}
	index   struct{ of, at expression }
	compare struct {
		op   string
		a, b expression
	}
	logic struct {
		and  bool
		a, b expression
	}
	negation struct{ of expression }
	filtered struct {
		of   expression
		fn   filter
		args []expression
	}
	numbers struct{ from, to expression } // (1..5)
)

func (e constant) eval(*run) value { return e.v }

func (e path) eval(r *run) value {
	if !e.local {
		return r.field(e.name)
	}
	v := r.locals[e.name]
	for _, part := range e.parts {
		v = property(v, part)
	}
	return v
}

func property(v value, name string) value {
	if l, ok := v.(*loop); ok {
		return l.property(name)
	}
	l, isList := v.(list)
	switch name {
	case "size":
		return sizeOf(v)
	case "first":
		if isList && len(l) > 0 {
			return l[0]
		}
	case "last":
		if isList && len(l) > 0 {
			return l[len(l)-1]
		}
	}
	return nil
}

func (e index) eval(r *run) value {
	l, _ := e.of.eval(r).(list)
	n, ok := number(e.at.eval(r))
	if ok && n < 0 {
		n += float64(len(l))
	}
	if !ok || n < 0 || int(n) >= len(l) {
		return nil
	}
	return l[int(n)]
}

func (e compare) eval(r *run) value {
	a, b := e.a.eval(r), e.b.eval(r)
	r.spend(min(size(a), size(b)) + size(a)/8)
	switch e.op {
	case "==":
		return equal(a, b)
	case "!=", "<>":
		return !equal(a, b)
	case "<":
		return less(a, b)
	case ">":
		return less(b, a)
	case "<=":
		return less(a, b) || equal(a, b) && !isBlank(a)
	case ">=":
		return less(b, a) || equal(a, b) && !isBlank(a)
	}
	r.spend(size(a))
	return contains(a, b)
}

func (e logic) eval(r *run) value {
	if truth(e.a.eval(r)) != e.and {
		return !e.and
	}
	return truth(e.b.eval(r))
}

func (e negation) eval(r *run) value { return !truth(e.of.eval(r)) }

func (e filtered) eval(r *run) value {
	v := e.of.eval(r)
	var room [4]value
	args := room[:0]
	for _, a := range e.args {
		args = append(args, a.eval(r))
	}
	if r.err != nil {
		return nil
	}
	r.spend(costOfFilter + size(v))
	return e.fn(r, v, args)
}

func (e numbers) eval(r *run) value {
	from, ok := number(e.from.eval(r))
	to, also := number(e.to.eval(r))
	if !ok || !also || to < from {
		return nil
	}
	var l list
	for n := float64(int(from)); n <= to && len(l) < maxRounds; n++ {
		l = append(l, n)
	}
	return l
}

// reader reads the items of one pair of braces.
type reader struct {
	p     *parser
	items []item
	depth int
	shows bool     // what is read here is shown
	names []string // fields that were read
}

func (r *reader) peek() item { return r.items[0] }

func (r *reader) take() item {
	it := r.items[0]
	if it.kind != endItem {
		r.items = r.items[1:]
	}
	return it
}

func (r *reader) sign(text string) bool {
	if it := r.peek(); it.kind == signItem && it.text == text {
		r.take()
		return true
	}
	return false
}

func (r *reader) word(text string) bool {
	if it := r.peek(); it.kind == nameItem && it.text == text {
		r.take()
		return true
	}
	return false
}

// end refuses what is left over.
func (r *reader) end() *Error {
	if it := r.peek(); it.kind != endItem {
		return errorf(0, "“%s” cannot stand here.", it.text)
	}
	return nil
}

// condition reads comparisons joined by and, or: from the right, as Liquid does.
func (r *reader) condition() (expression, *Error) {
	if r.depth++; r.depth > maxItems {
		return nil, errorf(0, "This condition is too long.")
	}
	a, err := r.comparison()
	if err != nil {
		return nil, err
	}
	and := r.word("and")
	if !and && !r.word("or") {
		return a, nil
	}
	b, err := r.condition()
	return logic{and, a, b}, err
}

func (r *reader) comparison() (expression, *Error) {
	a, err := r.filtered()
	if err != nil {
		return nil, err
	}
	it := r.peek()
	switch {
	case it.kind == signItem && (strings.ContainsAny(it.text, "<>") || it.text == "==" || it.text == "!="):
	case it.kind == nameItem && it.text == "contains":
	case it.kind == signItem && it.text == "=":
		return nil, errorf(0, "To compare, write == and not =.")
	default:
		return a, nil
	}
	r.take()
	b, err := r.filtered()
	return compare{it.text, a, b}, err
}

func (r *reader) filtered() (expression, *Error) {
	e, err := r.primary()
	for err == nil && r.sign("|") {
		e, err = r.filter(e)
	}
	return e, err
}

func (r *reader) filter(of expression) (expression, *Error) {
	it := r.take()
	def, known := filters[it.text]
	if it.kind != nameItem || !known {
		return nil, errorf(0, "There is no filter “%s”.", it.text)
	}
	f := filtered{of: of, fn: def.fn}
	if field, ok := of.(path); ok && it.text == "default" && r.shows && r.p.guards[field.name] == 0 {
		r.p.needs[field.name]--
	}
	for r.sign(":") || len(f.args) > 0 && r.sign(",") {
		a, err := r.primary()
		if err != nil {
			return nil, err
		}
		f.args = append(f.args, a)
	}
	if len(f.args) < def.least || len(f.args) > def.most {
		return nil, errorf(0, "The filter “%s” %s.", it.text, def.wants())
	}
	if err := def.refuse(f.args); err != nil {
		return nil, err
	}
	return f, nil
}

func (r *reader) primary() (expression, *Error) {
	it := r.take()
	switch {
	case it.kind == stringItem:
		return constant{it.text}, nil
	case it.kind == numberItem:
		return constant{it.num}, nil
	case it.kind == nameItem:
		return r.named(it.text)
	case it.kind == signItem && it.text == "(":
		return r.parenthesis()
	case it.kind == endItem:
		return nil, errorf(0, "Something is missing here.")
	}
	return nil, errorf(0, "“%s” cannot stand here.", it.text)
}

func (r *reader) parenthesis() (expression, *Error) {
	if r.depth++; r.depth > maxItems {
		return nil, errorf(0, "There are too many parentheses.")
	}
	e, err := r.condition()
	if err != nil {
		return nil, err
	}
	if r.sign("..") {
		to, err := r.primary()
		if err != nil {
			return nil, err
		}
		if err := shortEnough(e, to); err != nil {
			return nil, err
		}
		e = numbers{e, to}
	}
	if !r.sign(")") {
		return nil, errorf(0, "A parenthesis is never closed.")
	}
	return e, nil
}

// shortEnough judges a range that is written out. Others end at maxRounds.
func shortEnough(from, to expression) *Error {
	a, ok := from.(constant)
	b, also := to.(constant)
	if !ok || !also {
		return nil
	}
	m, ok := number(a.v)
	n, also := number(b.v)
	if !ok || !also {
		return errorf(0, "A range goes from a number to a number: (1..5).")
	}
	if n-m >= maxRounds {
		return errorf(0, "A range has at most %d numbers.", maxRounds)
	}
	return nil
}

var words = map[string]value{"true": true, "false": false, "nil": nil, "null": nil, "blank": blank{}, "empty": blank{}}

// named reads a name with its parts, which go to the data as one path.
func (r *reader) named(name string) (expression, *Error) {
	if v, ok := words[name]; ok {
		return constant{v}, nil
	}
	parts, at, err := r.parts(name)
	if err != nil {
		return nil, err
	}
	if r.p.locals[name] > 0 {
		e := path{name: name, parts: parts, local: true}
		if at != nil {
			return index{e, at}, nil
		}
		return e, nil
	}
	whole := strings.Join(append([]string{name}, parts...), ".")
	if !r.p.known(whole) {
		return nil, errorf(0, "There is no field “%s”.", whole)
	}
	if at != nil {
		return nil, errorf(0, "“%s” is no list.", whole)
	}
	r.p.fields[whole] = true
	r.names = append(r.names, whole)
	if r.shows && r.p.guards[whole] == 0 {
		r.p.needs[whole]++
	}
	return path{name: whole}, nil
}

// parts reads .name and ["name"], and at last maybe [place], which is at.
func (r *reader) parts(of string) (parts []string, at expression, err *Error) {
	for at == nil {
		if r.sign(".") {
			it := r.take()
			if it.kind != nameItem {
				return nil, nil, errorf(0, "After “%s.” a name is missing.", of)
			}
			parts = append(parts, it.text)
			continue
		}
		if !r.sign("[") {
			break
		}
		inner, err := r.primary()
		if err != nil {
			return nil, nil, err
		}
		if !r.sign("]") {
			return nil, nil, errorf(0, "“[” is never closed.")
		}
		if c, ok := inner.(constant); ok && isName(text(c.v)) {
			parts = append(parts, text(c.v))
		} else {
			at = inner
		}
	}
	return parts, at, nil
}

func isName(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && !isDigit(s[i]) && s[i] != '-' {
			return false
		}
	}
	return s != "" && isLetter(s[0])
}
