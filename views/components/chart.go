package components

import (
	"math"
	"strconv"
)

// Chart is bars over time, each with its bad part at the foot.
type Chart struct {
	Label    string // what is drawn, for screen readers
	GoodWord string // "delivered"
	BadWord  string // "bounced"
	Bars     []Bar
}

// Bar is one day.
type Bar struct {
	Label     string // "12 Nov"
	Good, Bad int64
	Now       bool // not over yet
}

const (
	chartHeight = 176 // of the drawing area
	chartTop    = 16
)

// top is the upper end of the scale: a round number whose quarters are whole.
func (c Chart) top() int64 {
	var highest int64
	for _, b := range c.Bars {
		highest = max(highest, b.Good+b.Bad)
	}
	for scale := int64(1); scale < math.MaxInt64/40; scale *= 10 {
		for _, step := range []int64{4, 6, 8, 12, 16, 20, 28} {
			if step*scale >= highest && step*scale%4 == 0 {
				return step * scale
			}
		}
	}
	return highest
}

func (c Chart) height(n int64) float64 {
	h := float64(n) / float64(c.top()) * chartHeight
	if n > 0 {
		return max(h, 1.5) // what is there can be seen
	}
	return 0
}

func (c Chart) x(i int) string { return share(float64(i)+0.14, len(c.Bars)) }
func (c Chart) width() string  { return share(0.72, len(c.Bars)) }

func share(part float64, of int) string {
	return strconv.FormatFloat(100*part/float64(max(1, of)), 'f', 3, 64) + "%"
}

func px(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func (c Chart) goodY(b Bar) string {
	return px(chartTop + chartHeight - c.height(b.Bad) - c.height(b.Good))
}
func (c Chart) badY(b Bar) string { return px(chartTop + chartHeight - c.height(b.Bad)) }

// lines are the scale: a quarter each.
func (c Chart) lines() []int64 {
	top := c.top()
	return []int64{top, top * 3 / 4, top / 2, top / 4}
}

func (c Chart) lineY(n int64) string {
	return px(chartTop + chartHeight - float64(n)/float64(c.top())*chartHeight)
}

func (c Chart) tip(b Bar) string {
	return b.Label + ": " + Count(b.Good) + " " + c.GoodWord + ", " + Count(b.Bad) + " " + c.BadWord
}
