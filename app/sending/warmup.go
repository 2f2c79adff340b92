package sending

// allowances are how many deliveries a new address sends to a provider on its first,
// second … day of sending there. After the last day it is known.
var allowances = map[string][]int{
	"":              {200, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000},
	"via:microsoft": {100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000},
	"via:yahoo":     {100, 300, 600, 1_500, 3_000, 6_000, 12_000, 25_000, 50_000},
}

const unlimited = 1 << 40

// allowance is what may be sent on a day that follows so many days of sending.
func allowance(provider string, before int) int {
	days, known := allowances[provider]
	if !known {
		days = allowances[""]
	}
	if before >= len(days) {
		return unlimited
	}
	return days[before]
}
