// Package taxid checks how a tax number is written, and its check digits where their
// rule is public. It does not ask whether the number was ever given to anybody.
package taxid

import (
	"regexp"
	"strings"
)

// rule is how one country writes the number.
type rule struct {
	shape   *regexp.Regexp
	example string
	sum     func(digits string) bool // nil: no public rule, or several in use
}

func is(pattern, example string, sum func(string) bool) rule {
	return rule{regexp.MustCompile("^(?:" + pattern + ")$"), example, sum}
}

// rules by ISO country. The EU's are VAT numbers (Council Directive 2006/112/EC,
// art. 215), with the country's prefix, which is EL for Greece.
var rules = map[string]rule{
	"AT": is(`ATU\d{8}`, "ATU12345675", austria),
	"BE": is(`BE[01]\d{9}`, "BE0123456749", belgium),
	"BG": is(`BG\d{9,10}`, "BG123456789", nil),
	"CY": is(`CY\d{8}[A-Z]`, "CY12345678X", nil),
	"CZ": is(`CZ\d{8,10}`, "CZ12345678", nil),
	"DE": is(`DE\d{9}`, "DE136695976", mod1110),
	"DK": is(`DK\d{8}`, "DK13585628", weighted(11, 2, 7, 6, 5, 4, 3, 2, 1)),
	"EE": is(`EE\d{9}`, "EE100931558", weighted(10, 3, 7, 1, 3, 7, 1, 3, 7, 1)),
	"ES": is(`ES[A-Z0-9]\d{7}[A-Z0-9]`, "ESX1234567X", nil),
	"FI": is(`FI\d{8}`, "FI20774740", weighted(11, 7, 9, 10, 5, 8, 4, 2, 1)),
	"FR": is(`FR[A-HJ-NP-Z0-9]{2}\d{9}`, "FR40303265045", france),
	"GR": is(`EL\d{9}`, "EL094259216", greece),
	"HR": is(`HR\d{11}`, "HR33392005961", mod1110),
	"HU": is(`HU\d{8}`, "HU12892312", weighted(10, 9, 7, 3, 1, 9, 7, 3, 1)),
	"IE": is(`IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IE\d{7}[A-Z]{1,2}`, "IE1234567T", nil),
	"IT": is(`IT\d{11}`, "IT00743110157", luhn),
	"LT": is(`LT(?:\d{9}|\d{12})`, "LT119511515", nil),
	"LU": is(`LU\d{8}`, "LU15027442", luxembourg),
	"LV": is(`LV\d{11}`, "LV40003521600", nil),
	"MT": is(`MT\d{8}`, "MT11679112", weighted(37, 3, 4, 6, 7, 8, 9, 10, 1)),
	"NL": is(`NL\d{9}B\d{2}`, "NL123456782B12", nil),
	"PL": is(`PL\d{10}`, "PL8567346215", weighted(11, 6, 5, 7, 2, 3, 4, 5, 6, 7, -1)),
	"PT": is(`PT\d{9}`, "PT501964843", portugal),
	"RO": is(`RO[1-9]\d{1,9}`, "RO18547290", nil),
	"SE": is(`SE\d{10}01`, "SE123456789701", sweden),
	"SI": is(`SI[1-9]\d{7}`, "SI50223054", nil),
	"SK": is(`SK[1-9]\d{9}`, "SK2022749619", slovakia),
	"GB": is(`GB\d{9}`, "GB980780684", britain),
	"CH": is(`CHE\d{9}(?:MWST|TVA|IVA)?`, "CHE-100.155.212", switzerland),
	"NO": is(`NO\d{9}(?:MVA)?`, "NO995525828MVA", norway),
	"US": is(`\d{9}`, "12-3456789", ein),
	"CA": is(`\d{9}(?:RT\d{4})?`, "123456782", nil),
	"AU": is(`\d{11}`, "51824753556", australia),
}

var noise = strings.NewReplacer(" ", "", ".", "", "-", "", "/", "", "\t", "", "\u00a0", "")

// Check returns the number as it is stored, and what is wrong with it in words, ""
// for nothing. A country without a rule takes what looks like a number at all.
func Check(country, typed string) (number, problem string) {
	number = strings.ToUpper(noise.Replace(strings.TrimSpace(typed)))
	if number == "" {
		return "", ""
	}
	r, known := rules[country]
	if !known {
		if len(number) > 30 || strings.Trim(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return number, "Use letters and digits only, at most 30."
		}
		return number, ""
	}
	if !strings.HasPrefix(number, r.prefix()) {
		number = r.prefix() + number
	}
	if !r.shape.MatchString(number) {
		return number, "It should look like " + r.example + "."
	}
	if r.sum != nil && !r.sum(onlyDigits(number)) {
		return number, "One of the digits must be wrong: its check digit does not fit. An example of a right one is " + r.example + "."
	}
	return number, ""
}

// prefix is the country's letters that people leave out; "" where there are none.
func (r rule) prefix() string {
	letters := strings.TrimRight(r.example[:3], "0123456789-.")
	if len(letters) == 3 && letters != "CHE" {
		letters = letters[:2]
	}
	return letters
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
