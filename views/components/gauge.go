package components

import "strconv"

// Stat is one figure with its sentence and, where there are thresholds, its gauge.
type Stat struct {
	Label, Note string  // left and right above: "Delivered", "30 days"
	Value, Unit string  // "99.4 %", "of 96,412"
	Fill        float64 // 0..1 of the gauge
	Tone        Tone    // "" for no gauge
	Marks       []Mark
	Caption     string
	URL         string // the list behind the figure
}

// Mark is a threshold on a gauge.
type Mark struct {
	At  float64 // 0..1
	Bad bool    // else a warning
}

func percentOf(fraction float64) string {
	return strconv.FormatFloat(100*min(1, max(0, fraction)), 'f', 2, 64) + "%"
}

// markAt keeps a mark at the very end inside the drawing.
func markAt(at float64) string { return percentOf(min(at, 0.995)) }
