// Package option has what the rooms that compile options share: the error that
// names the option, and the hint at what was probably meant.
package option

import (
	"strconv"
	"strings"
)

// Error says what is wrong with the value of an option. Error has all of it and
// is for the log; Public leaves the value out, which may be a secret, and is for
// clients.
type Error struct {
	Option string // as the user types it, with the index in a list; empty: the whole configuration
	Value  string // empty: the reason says all
	Reason string
	Hint   string // about the value; for the log alone, as the value
}

// New returns the error of an option.
func New(option, value, reason string) *Error {
	return &Error{Option: option, Value: value, Reason: reason}
}

// At is New for element i of a list.
func At(option string, i int, value, reason string) *Error {
	return New(option+"["+strconv.Itoa(i)+"]", value, reason)
}

// Error is the option, the value and the reason.
func (e *Error) Error() string {
	if e.Value == "" {
		return e.Public() + e.Hint
	}
	value := strconv.Quote(e.Value) + ": " + e.Reason + e.Hint
	if e.Option == "" {
		return value
	}
	return e.Option + ": " + value
}

// Public is the option and the reason.
func (e *Error) Public() string {
	if e.Option == "" {
		return e.Reason
	}
	return e.Option + ": " + e.Reason
}

// Suggest asks for the valid name that name was probably meant to be, or is
// empty if there is none.
func Suggest(name string, valid []string) string {
	best, bestDistance := "", len(name)/2+1
	for _, candidate := range valid {
		d := distance(strings.ToLower(name), strings.ToLower(candidate))
		if d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + best + "?"
}

// distance is the Levenshtein distance of a and b, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			d := diagonal
			if a[i-1] != b[j-1] {
				d++
			}
			diagonal = row[j]
			row[j] = least(d, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func least(a, b, c int) int {
	if b < a {
		a = b
	}
	if c < a {
		a = c
	}
	return a
}
