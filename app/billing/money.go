package billing

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
)

// Money is an amount in the smallest unit of its currency: cents, or yen.
type Money int64

// part is the share of an amount, rounded to the nearest unit, halves away from zero. The
// amounts of a mail service and shares of at most a year's seconds leave room in 64 bits.
func (m Money) part(of, whole int64) Money {
	product := int64(m) * of
	half := whole / 2
	if product < 0 {
		return Money((product - half) / whole)
	}
	return Money((product + half) / whole)
}

// scale returns how many decimals a currency has, per ISO 4217, and whether there is one
// of this name.
func scale(code string) (int, bool) {
	unit, err := currency.ParseISO(code)
	if err != nil || code != strings.ToUpper(code) {
		return 0, false
	}
	digits, _ := currency.Standard.Rounding(unit)
	return digits, true
}

// Format writes an amount as people read it: "1,234.50 EUR".
func (m Money) Format(code string) string {
	digits, _ := scale(code)
	sign, text := "", strconv.FormatUint(uint64(max(m, -m)), 10)
	if m < 0 {
		sign = "−"
	}
	if missing := digits + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	whole, rest := text[:len(text)-digits], text[len(text)-digits:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if digits > 0 {
		whole += "." + rest
	}
	return fmt.Sprintf("%s%s %s", sign, whole, code)
}

// ParseMoney reads what a person typed, like "12", "12.5" or "12.50". More decimals than
// the currency has are refused rather than rounded.
func ParseMoney(typed, code string) (Money, bool) {
	digits, known := scale(code)
	whole, rest, _ := strings.Cut(strings.TrimSpace(typed), ".")
	if !known || whole == "" || len(whole) > 9 || len(rest) > digits || strings.ContainsFunc(whole+rest, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+rest+strings.Repeat("0", digits-len(rest)), 10, 64)
	return Money(n), err == nil
}

// Plain writes an amount as ParseMoney reads it.
func (m Money) Plain(code string) string {
	text, _, _ := strings.Cut(m.Format(code), " ")
	return strings.NewReplacer(",", "", "−", "-").Replace(text)
}
