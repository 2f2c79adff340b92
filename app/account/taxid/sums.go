package taxid

import "strconv"

func digit(s string, i int) int { return int(s[i] - '0') }

// dot is the sum of digits times weights.
func dot(s string, weights ...int) (sum int) {
	for i, w := range weights {
		sum += digit(s, i) * w
	}
	return sum
}

// weighted holds when the sum of all digits times weights is divisible.
func weighted(modulus int, weights ...int) func(string) bool {
	return func(s string) bool { return len(s) == len(weights) && dot(s, weights...)%modulus == 0 }
}

// luhn is ISO/IEC 7812-1.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := digit(s, len(s)-1-i)
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// mod1110 is ISO/IEC 7064, MOD 11,10.
func mod1110(s string) bool {
	p := 10
	for i := range len(s) - 1 {
		if p = (p + digit(s, i)) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (11-p)%10 == digit(s, len(s)-1)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func austria(s string) bool {
	sum := 0
	for i := range 7 {
		d := digit(s, i)
		if i%2 == 1 {
			d = d/5 + d*2%10
		}
		sum += d
	}
	return (10-(sum+4)%10)%10 == digit(s, 7)
}

func belgium(s string) bool { return 97-number(s[:8])%97 == number(s[8:]) }

// france checks the SIREN, and the key where it is of digits.
func france(s string) bool {
	siren := s[len(s)-9:]
	return luhn(siren) && (len(s) != 11 || (12+3*(number(siren)%97))%97 == number(s[:2]))
}

func greece(s string) bool { return dot(s, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == digit(s, 8) }

func luxembourg(s string) bool { return number(s[:6])%89 == number(s[6:]) }

func portugal(s string) bool {
	check := 11 - dot(s, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if check > 9 {
		check = 0
	}
	return check == digit(s, 8)
}

func slovakia(s string) bool { return number(s)%11 == 0 }

func sweden(s string) bool { return luhn(s[:10]) }

// britain has two rules in use: modulus 97, and since 2010 the same shifted by 55.
func britain(s string) bool {
	sum := dot(s, 8, 7, 6, 5, 4, 3, 2) + number(s[7:])
	return sum%97 == 0 || (sum+55)%97 == 0
}

func switzerland(s string) bool {
	check := 11 - dot(s, 5, 4, 3, 2, 7, 6, 5, 4)%11
	return check%11 == digit(s, 8)
}

func norway(s string) bool {
	check := 11 - dot(s, 3, 2, 7, 6, 5, 4, 3, 2)%11
	return check%11 == digit(s, 8)
}

// ein refuses the campus codes that the IRS never gave.
func ein(s string) bool {
	switch s[:2] {
	case "00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97":
		return false
	}
	return true
}

func australia(s string) bool {
	return (dot(s, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}
