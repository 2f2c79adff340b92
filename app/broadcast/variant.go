package broadcast

// A test goes to a part of the audience. Numbers follow the age of the contacts, so the
// part is not the first of them: multiplying by an odd number and keeping sixteen bits
// scatters any run of numbers evenly over the bands, the same in Go and in both engines.
const (
	scatter = 40503 // 2^16 divided by the golden ratio
	bands   = 1 << 16
)

// band is where a number falls: 0 … bands-1.
func band(number int64) int64 { return number % bands * scatter % bands }

// bandOf is band in SQL.
const bandOf = "(number % 65536) * 40503 % 65536"

// tested is up to which band recipients belong to the test; all of them once somebody
// has won, or where there is nothing to test.
func (c Campaign) testedBands() int64 {
	if !c.Tested() || c.Winner != NoWinner || c.Test.Share >= 100 {
		return bands
	}
	return int64(c.Test.Share) * bands / 100
}

// variantOf is which variant a recipient gets.
func (c Campaign) variantOf(number int64) int {
	switch {
	case !c.Tested():
		return 0
	case c.Winner != NoWinner:
		return c.Winner
	}
	return int(band(number) * int64(len(c.Content)) / c.testedBands())
}

// best is the variant that did best by the measure, the first of equals.
func best(by Measure, results []Result) (winner int) {
	var leads Result
	for i, r := range results {
		if i == 0 || better(by, r, leads) {
			winner, leads = i, r
		}
	}
	return winner
}

// better compares shares of what was delivered, without dividing.
func better(by Measure, a, b Result) bool {
	left, right := a.of(by)*b.Delivered, b.of(by)*a.Delivered
	if by == ByLeaving {
		return a.Delivered > 0 && (b.Delivered == 0 || left < right)
	}
	return left > right
}

func (r Result) of(by Measure) int64 {
	switch by {
	case ByClicks:
		return r.Clicks
	case ByLeaving:
		return r.Left
	}
	return r.Opens
}
