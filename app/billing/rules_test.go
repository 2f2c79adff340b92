package billing

import (
	"testing"
	"time"

	"smtpserver/app/id"
)

func TestMoneyIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m              Money
		currency, want string
	}{
		{0, "EUR", "0.00 EUR"}, {5, "EUR", "0.05 EUR"}, {123456, "USD", "1,234.56 USD"}, {-99, "EUR", "−0.99 EUR"},
		{1500, "JPY", "1,500 JPY"}, {1, "JPY", "1 JPY"}, {1234567, "KWD", "1,234.567 KWD"}, {100000000, "EUR", "1,000,000.00 EUR"},
	} {
		if got := c.m.Format(c.currency); got != c.want {
			t.Errorf("%d %s is written %q, want %q", c.m, c.currency, got, c.want)
		}
		if c.m >= 0 {
			if back, ok := ParseMoney(c.m.Plain(c.currency), c.currency); !ok || back != c.m {
				t.Errorf("%q is read as %d", c.m.Plain(c.currency), back)
			}
		}
	}
	for _, typed := range []string{"", ".", "1.234", "1,5", "-1", "1e3", "12345678901", "٣", "0x1", "1.5.0"} {
		if m, ok := ParseMoney(typed, "EUR"); ok {
			t.Errorf("%q is read as %d", typed, m)
		}
	}
	if _, ok := ParseMoney("1.5", "JPY"); ok {
		t.Error("half a yen")
	}
	if _, ok := ParseMoney("1", "XYZ"); ok {
		t.Error("a currency that there is not")
	}
}

func TestShares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ m, part, whole, want int64 }{
		{100, 1, 3, 33}, {100, 2, 3, 67}, {5, 1, 2, 3}, {-5, 1, 2, -3}, {-100, 2, 3, -67}, {0, 1, 7, 0}, {999_999_999_99, 365, 366, 99_726_775_955},
	} {
		if got := Money(c.m).part(c.part, c.whole); got != Money(c.want) {
			t.Errorf("%d × %d/%d = %d, want %d", c.m, c.part, c.whole, got, c.want)
		}
	}
}

// A subscription of the 31st ends on the last day of shorter months and comes back to the
// 31st; 12 months are a year, leap years included.
func TestPeriods(t *testing.T) {
	t.Parallel()
	start := Date("2027-01-31")
	for _, want := range []Date{"2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"} {
		p := periodFrom(start, 31, Monthly)
		if p.End != want {
			t.Fatalf("from %s to %s, want %s", start, p.End, want)
		}
		start = p.End
	}
	if p := periodFrom("2028-02-29", 29, Yearly); p.End != "2029-02-28" || p.days() != 365 {
		t.Errorf("a leap day's year: %v, %d days", p, p.days())
	}
	if p := periodFrom("2026-12-15", 15, Monthly); p.End != "2027-01-15" || p.String() != "15 December 2026 to 14 January 2027" {
		t.Errorf("%v %+v", p, p)
	}
}

func TestTaxes(t *testing.T) {
	t.Parallel()
	german := Seller{Party: Party{Country: "DE", TaxNumber: "DE123456788"}, Rates: map[string]int{"DE": 1900, "FR": 2000, "CH": 810}}
	for _, c := range []struct {
		name    string
		buyer   Party
		rate    int
		reverse bool
		note    bool
	}{
		{"nothing known", Party{}, 1900, false, false},
		{"home, consumer", Party{Country: "DE"}, 1900, false, false},
		{"home, business", Party{Country: "DE", Business: true, TaxNumber: "DE1"}, 1900, false, false},
		{"union, business with a number", Party{Country: "FR", Business: true, TaxNumber: "FR1"}, 0, true, true},
		{"union, business without a number", Party{Country: "FR", Business: true}, 2000, false, false},
		{"union, an individual's number does not count", Party{Country: "FR", TaxNumber: "FR1"}, 2000, false, false},
		{"union, not registered", Party{Country: "IT"}, 1900, false, false},
		{"abroad, registered, consumer", Party{Country: "CH"}, 810, false, false},
		{"abroad, registered, business", Party{Country: "CH", Business: true, TaxNumber: "CHE1"}, 0, false, true},
		{"abroad", Party{Country: "US", Business: true}, 0, false, true},
	} {
		got := german.TaxOf(c.buyer)
		if got.Rate != c.rate || got.Reverse != c.reverse || (got.Note != "") != c.note {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if got := (Seller{Party: Party{Country: "DE"}}).TaxOf(Party{Country: "DE"}); got.Rate != 0 || got.Note == "" {
		t.Errorf("a small seller: %+v", got)
	}
	if p := (Tax{Rate: 550}).Percent(); p != "5.5 %" {
		t.Error(p)
	}
	if p := (Tax{Rate: 2000}).Percent(); p != "20 %" {
		t.Error(p)
	}
}

func planOf(amount Money, more ...Price) Plan {
	return Plan{ID: id.New(), Version: 1, Offer: Offer{
		Name: amount.Format("EUR"), Overage: Charge, Included: map[string]int64{"transactional": 1000},
		Prices: append([]Price{{"EUR", Monthly, amount, 100}}, more...),
	}}
}

// The sums of a change of plans, by hand.
func TestChangesOfPlans(t *testing.T) {
	t.Parallel()
	small, large := planOf(1000), planOf(3000, Price{"EUR", Yearly, 30000, 100})
	on := Subscription{Plan: small, Currency: "EUR", Interval: Monthly, Anchor: 1, Period: Period{"2027-04-01", "2027-05-01"}}

	up := on.moveTo(large, Monthly, "2027-04-11") // 20 of 30 days are left
	if !up.now || len(up.lines) != 2 || up.lines[0].Amount != -667 || up.lines[1].Amount != 2000 || up.after.Period != on.Period {
		t.Errorf("up: %+v", up)
	}
	year := on.moveTo(large, Yearly, "2027-04-11") // 25.00 a month is dearer than 10.00
	if !year.now || year.lines[0].Amount != -667 || year.lines[1].Amount != 30000 || year.after.Period != (Period{"2027-04-11", "2028-04-11"}) || year.after.Anchor != 11 {
		t.Errorf("to a year: %+v", year)
	}
	down := up.after.moveTo(small, Monthly, "2027-04-12")
	if down.now || len(down.lines) > 0 || down.after.Plan.ID != large.ID || down.after.Next == nil || down.after.Next.PlanID != small.ID {
		t.Errorf("down: %+v", down)
	}
	after, lines := down.after.renew(small)
	if after.Plan.ID != small.ID || after.Next != nil || after.Period != (Period{"2027-05-01", "2027-06-01"}) || len(lines) != 1 || lines[0].Amount != 1000 {
		t.Errorf("after it: %+v %+v", after, lines)
	}
	trial := on
	trial.Trial = true
	if c := trial.moveTo(small, Monthly, "2027-04-11"); !c.now || len(c.lines) != 1 || c.lines[0].Amount != 1000 || c.after.Trial || c.after.Period.Start != "2027-04-11" {
		t.Errorf("out of a trial: %+v", c)
	}
}

func TestOverage(t *testing.T) {
	t.Parallel()
	s := Subscription{Plan: planOf(1000), Currency: "EUR", Interval: Monthly, Period: Period{"2027-04-01", "2027-05-01"}}
	for used, want := range map[int64]int64{0: 0, 1000: 0, 1001: 1, 2000: 1, 2001: 2} {
		lines := s.overage(Usage{"transactional": used})
		got := int64(0)
		if len(lines) > 0 {
			got = lines[0].Quantity
		}
		if got != want {
			t.Errorf("%d used: %d begun thousands, want %d", used, got, want)
		}
	}
	s.Plan.Overage = Stop
	if lines := s.overage(Usage{"transactional": 9999}); len(lines) > 0 {
		t.Errorf("a plan that stops bills nothing beyond: %v", lines)
	}
}

// No pause without a week's warning, however late the warning was given.
func TestStepsOfAnOverdueInvoice(t *testing.T) {
	t.Parallel()
	due, step, told := Date("2027-03-01"), Good, time.Time{}
	at := map[Step]int{}
	for day := range 60 {
		now := due.Add(day).Time().Add(5 * time.Hour)
		if next, ok := nextStep(due, step, told, now); ok {
			step, told = next, now
			at[step] = day
		}
	}
	if at[Reminded] != 3 || at[Warned] != 10 || at[BroadcastPaused] != 17 || at[LastWarned] != 24 || at[AllPaused] != 31 {
		t.Errorf("%v", at)
	}
	// A program that was off for two months warns first.
	late := due.Add(70).Time()
	step, told = Good, time.Time{}
	var days []int
	for day := range 40 {
		now := late.AddDate(0, 0, day)
		if next, ok := nextStep(due, step, told, now); ok {
			if step, told = next, now; step.Pauses(true) {
				days = append(days, day)
			}
		}
	}
	if len(days) < 2 || days[0] < 7 || step != AllPaused {
		t.Errorf("pauses after %v days, at last %s", days, step.Words())
	}
	for s, want := range map[Step][2]bool{Warned: {false, false}, BroadcastPaused: {true, false}, LastWarned: {true, false}, AllPaused: {true, true}} {
		if s.Pauses(true) != want[0] || s.Pauses(false) != want[1] {
			t.Errorf("%s", s.Words())
		}
	}
}
