package identity

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	// MinPassword is how many characters a password has at least.
	MinPassword = 8
	maxPassword = 256
)

// passwordProblem says what is wrong with a new password, or "". There are no rules
// of composition: length and not being guessable is what counts (ASVS 6.2.1–6.2.5,
// 6.2.9–6.2.12). The person's own words are the first that an attacker tries.
func passwordProblem(password string, own ...string) string {
	length := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return "Use characters of a keyboard."
	case length < MinPassword:
		return "Use at least 8 characters. A few words in a row are good."
	case length > maxPassword:
		return "Use at most 256 characters."
	case isCommon(password):
		return "This password is among the first that attackers try. Choose another one."
	case isOwn(password, own):
		return "This is too close to your name or address. Choose another one."
	}
	return ""
}

var (
	//go:embed common_passwords.txt
	commonText string
	//go:embed breached_passwords.txt
	breachedText string
)

// common is the set of passwords, and stems of such, that were seen in breaches.
var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonText + breachedText) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			set[word] = true
		}
	}
	return set
})

// isCommon compares the password, and its stem without the usual decoration
// ("Passw0rd!2024" → "password"), to the list, and refuses runs and repetitions.
func isCommon(password string) bool {
	lower := strings.ToLower(password)
	for _, form := range []string{lower, undecorated(lower)} {
		if common()[form] || common()[unleet.Replace(form)] {
			return true
		}
	}
	return isMonotonous(lower)
}

var unleet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// undecorated drops digits and signs at both ends, unless they are the larger part.
func undecorated(s string) string {
	stem := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if 2*len(stem) < len(s) {
		return s
	}
	return stem
}

// rows of keys and of the alphabet that people run a finger along.
var runs = []string{"01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv", "1q2w3e4r5t6y7u8i9o0p"}

// isMonotonous reports whether a password is one short piece repeated, or made of
// one or two runs.
func isMonotonous(s string) bool {
	for size := 1; size <= min(4, len(s)/2); size++ {
		if strings.Repeat(s[:size], len(s)/size+1)[:len(s)] == s {
			return true
		}
	}
	for parts := 0; parts < 2; parts++ {
		taken := longestRun(s)
		if taken < 4 {
			return false
		}
		if s = s[taken:]; len(s) <= 1 {
			return true
		}
	}
	return false
}

// longestRun returns how long s begins with a part of a run.
func longestRun(s string) int {
	longest := 0
	for _, run := range runs {
		for from := range len(run) {
			n := 0
			for n < len(s) && from+n < len(run) && s[n] == run[from+n] {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}

// isOwn reports whether the password is one of the person's words with at most
// three characters around it.
func isOwn(password string, own []string) bool {
	lower := strings.ToLower(password)
	for _, text := range own {
		text = strings.ToLower(strings.TrimSpace(text))
		local, _, _ := strings.Cut(text, "@")
		for _, word := range append(strings.Fields(text), text, local, strings.ReplaceAll(text, " ", "")) {
			if utf8.RuneCountInString(word) >= 4 && strings.Contains(lower, word) && utf8.RuneCountInString(lower)-utf8.RuneCountInString(word) <= 3 {
				return true
			}
		}
	}
	return false
}
