package delivery

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// table is the month by provider.
func (m *month) table() string {
	var b strings.Builder
	b.WriteString("| provider | it … | tries | delivered | refused | deferred | told to slow down | most connections | median wait | 95 % within |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, p := range m.providers {
		slices.Sort(p.waits)
		median, most := time.Duration(0), time.Duration(0)
		if n := len(p.waits); n > 0 {
			median, most = p.waits[n/2], p.waits[n*95/100]
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d | %d | %s | %s |\n", p.domain, p.name, p.attempts, p.delivered, p.bounced, p.deferred, p.throttles, p.peak, words(median), words(most))
	}
	return b.String()
}

func words(d time.Duration) string {
	if d < time.Hour {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// report is the page that testdata keeps.
func (m *month) report() string {
	last := m.count()
	return fmt.Sprintf(`# A simulated month

%d accounts send to %d providers of different temper for %d days; the process restarts every Sunday. Written by `+"`TestSimulatedMonth`"+` under `+"`make faults`"+`.
The clock, the peers and the chance are simulated; the engine and the database are the real ones. Waits are as long as the steps of the clock at least.

Accepted %d = delivered %d + refused %d + suppressed %d + expired %d + waiting %d.

Rules that hold for every try: nothing final is tried again · no retry before five minutes · an address that does not exist is mailed once ·
nothing after its time · no more connections and no higher rate than the profile · no more from a new address than it may on its n-th day of sending · at most a dozen probes an hour of a dead server · all final within five days.
Broken: %d.

![by day](month.svg)

%s
## Warm-up

Broadcasts leave from 192.0.2.2, which no provider knew, and from the eleventh day on from 192.0.2.3 as well. What %s, where two of three
readers are, saw of them on their days of sending; the rest waited, and spent no attempt.

%s`, len(m.accounts), len(m.providers), monthDays, last.accepted, last.delivered, last.bounced, last.suppressed, last.expired, last.waiting, m.brokenRules(), m.table(), m.providers[0].domain, m.warmUp())
}

// warmUp is what the largest provider saw of the new addresses.
func (m *month) warmUp() string {
	var b strings.Builder
	b.WriteString("| day of sending | allowed | from 192.0.2.2 | | from 192.0.2.3 | |\n|--:|--:|--:|---|--:|---|\n")
	cell := func(address string, n int) string {
		days := slices.Sorted(maps.Keys(m.providers[0].seen[address]))
		if n >= len(days) {
			return " | |"
		}
		seen := m.providers[0].seen[address][days[n]]
		return fmt.Sprintf(" %d | %s |", seen, strings.Repeat("█", 1+seen/100))
	}
	for n := range 14 {
		allowed := "all"
		if n < len(gentle) {
			allowed = fmt.Sprint(gentle[n])
		}
		fmt.Fprintf(&b, "| %d | %s |%s%s\n", n+1, allowed, cell("192.0.2.2", n), cell("192.0.2.3", n))
	}
	return b.String()
}

// brokenRules counts the tries that broke one.
func (m *month) brokenRules() (n int) {
	for _, p := range m.providers {
		n += len(p.broken)
	}
	return n
}

// chart is a picture of the month: what was delivered and refused each day, and what
// waited at its end.
func (m *month) chart() string {
	const width, height, left, bottom = 900, 320, 60, 40
	most := 1
	var before monthDay
	type bar struct{ delivered, other, waiting int }
	var bars []bar
	for _, d := range m.days {
		one := bar{d.delivered - before.delivered, d.bounced + d.expired + d.suppressed - before.bounced - before.expired - before.suppressed, d.waiting}
		bars, before = append(bars, one), d
		most = max(most, one.delivered+one.other, one.waiting)
	}
	y := func(n int) float64 {
		return float64(height-bottom) - float64(n)/float64(most)*float64(height-bottom-30)
	}
	step := float64(width-left-20) / float64(len(bars))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img" aria-label="Deliveries of each day of the simulated month, and what waited at its end">
<rect width="%d" height="%d" fill="#fff"/>
`, width, height, width, height)
	for _, part := range []int{0, 1, 2, 3, 4} {
		n := most * part / 4
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end" fill="#333">%d</text>`+"\n", left, y(n), width-20, left-8, y(n)+4, n)
	}
	var line []string
	for i, d := range bars {
		x := float64(left) + float64(i)*step
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#1d6f5b"/><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#b8541f"/>`+"\n",
			x+2, y(d.delivered), step-4, y(0)-y(d.delivered), x+2, y(d.delivered+d.other), step-4, y(d.delivered)-y(d.delivered+d.other))
		line = append(line, fmt.Sprintf("%.1f,%.1f", x+step/2, y(d.waiting)))
		if i%5 == 0 {
			fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#333">%d</text>`+"\n", x+step/2, height-bottom+18, i+1)
		}
	}
	fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="#22306b" stroke-width="2"/>`+"\n", strings.Join(line, " "))
	for i, legend := range []struct{ colour, text string }{{"#1d6f5b", "delivered that day"}, {"#b8541f", "refused, suppressed or expired"}, {"#22306b", "waiting at its end (line)"}} {
		fmt.Fprintf(&b, `<rect x="%d" y="8" width="12" height="12" fill="%s"/><text x="%d" y="18" fill="#333">%s</text>`+"\n", left+i*230, legend.colour, left+i*230+18, legend.text)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" fill="#333">day</text>`+"\n</svg>\n", width/2, height-4)
	return b.String()
}

func (m *month) write(path, text string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}
