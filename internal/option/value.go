package option

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// placeholder is a variable that nothing filled in: Traefik does not, and what
// starts it may not have.
var placeholder = regexp.MustCompile(`\$\{[^}]*\}|\{\{.*\}\}|(?:^|=)\$[A-Za-z_][A-Za-z0-9_]*$`)

// Element checks a value of a list, without the blanks around it. A value that
// cannot mean what it says is refused: as an exclude or a mask it would do
// nothing, and show what it seems to hide.
func Element(name string, i int, value string) error {
	if value == "" {
		return At(name, i, "", "blank value")
	}
	if !utf8.ValidString(value) {
		return At(name, i, value, "not valid UTF-8")
	}
	if strings.IndexFunc(value, invisible) >= 0 {
		return At(name, i, value, "a character that cannot be seen")
	}
	if strings.ContainsRune("\"'`", rune(value[0])) {
		err := At(name, i, value, "begins with a quote")
		err.Hint = "; in a label the quotes belong to the value"
		return err
	}
	if placeholder.MatchString(value) {
		err := At(name, i, value, "a placeholder that nothing filled in")
		err.Hint = "; write the value itself"
		return err
	}
	return nil
}

func invisible(r rune) bool { return !unicode.IsPrint(r) }
