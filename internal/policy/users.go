package policy

import (
	"errors"
	"regexp"
	"strings"
)

// Identity is who a request comes from. In the values of the selectors {user}
// stands for the user, and {group} for each of the groups by turns.
type Identity struct {
	User   string
	Groups []string
}

// placeholder is what stands for a user or a group; anything near to it is
// refused, since it would be taken for itself.
var (
	placeholder     = regexp.MustCompile(`\{(?:user|group)\}`)
	nearPlaceholder = regexp.MustCompile(`(?i)\{\s*(?:users?|groups?)\s*\}`)
)

// Placeholders reports which placeholders the values of lists hold.
func Placeholders(lists ...[]string) (user, group bool) {
	for _, list := range lists {
		for _, value := range list {
			user = user || strings.Contains(value, "{user}")
			group = group || strings.Contains(value, "{group}")
		}
	}
	return user, group
}

// CheckPlaceholders refuses a value in which a placeholder would not stand for
// exactly the user or the group.
func CheckPlaceholders(mode, value string) error {
	for _, near := range nearPlaceholder.FindAllString(value, -1) {
		if near != "{user}" && near != "{group}" {
			return errors.New("the placeholders are {user} and {group}")
		}
	}
	if !placeholder.MatchString(value) {
		return nil
	}
	switch mode {
	case "contains", "":
		// Fail closed: the user al would see what belongs to alice.
		return errors.New("a placeholder needs match: exact, glob or regexp")
	case "regexp":
		return checkInExpression(value)
	}
	return nil
}

// checkInExpression refuses a placeholder where the value of a user would be
// more than its text: among the characters of a class, after a backslash, and
// between \Q and \E, which a value could end.
func checkInExpression(expression string) error {
	if strings.Contains(expression, `\Q`) {
		return errors.New(`a placeholder does not go with \Q`)
	}
	for rest := expression; rest != ""; {
		atom := leadingAtom(rest)
		if placeholder.MatchString(atom) {
			return errors.New("a placeholder stands neither in a class nor after a backslash")
		}
		rest = rest[len(atom):]
	}
	return nil
}

// leadingAtom is the class or the escaped character, with a placeholder right
// after the backslash, that an expression begins with, or its first byte.
func leadingAtom(expression string) string {
	if loc := escapedPlaceholder.FindStringIndex(expression); loc != nil {
		return expression[:loc[1]]
	}
	if expression[0] == '\\' && len(expression) > 1 {
		return expression[:2]
	}
	if expression[0] != '[' {
		return expression[:1]
	}
	if loc := leadingClass.FindStringIndex(expression); loc != nil {
		return expression[:loc[1]]
	}
	return expression // no end: it does not compile
}

// leadingClass is a class of characters as RE2 reads it: a bracket that closes is
// one of them where it comes first, and in the name of a class, [:alpha:].
var (
	leadingClass       = regexp.MustCompile(`^(?s:\[\^?\]?(?:\[:[^\]]*:\]|\\.|[^\]\\])*\])`)
	escapedPlaceholder = regexp.MustCompile(`^\\\{(?:user|group)\}`)
)

// filled is a value of a selector for one user and one of the groups.
type filled struct {
	text        string
	user, group string
	fills       bool // placeholders stand for user and group
}

// fillings returns what a value is for an identity: one for each group if the
// value has {group}. nil: placeholders stand for themselves.
func fillings(value string, who *Identity) []filled {
	if who == nil {
		return []filled{{text: value}}
	}
	if !strings.Contains(value, "{group}") {
		return []filled{{text: value, user: who.User, fills: true}}
	}
	all := make([]filled, 0, len(who.Groups))
	for _, group := range who.Groups {
		all = append(all, filled{text: value, user: who.User, group: group, fills: true})
	}
	return all
}

// with returns the value with its placeholders filled: literal changes what the
// user typed into the configuration, quote what stands for a placeholder.
func (f *filled) with(literal, quote func(text string) string) string {
	if !f.fills {
		return literal(f.text)
	}
	var out strings.Builder
	rest := f.text
	for {
		at := placeholder.FindStringIndex(rest)
		if at == nil {
			out.WriteString(literal(rest))
			return out.String()
		}
		out.WriteString(literal(rest[:at[0]]))
		value := f.user
		if rest[at[0]:at[1]] == "{group}" {
			value = f.group
		}
		out.WriteString(quote(value))
		rest = rest[at[1]:]
	}
}

// cut is strings.Cut of the value at its first "=", of what was typed: a user
// may have one in the name.
func (f *filled) cut() (key, value filled, hasValue bool) {
	key, value = *f, *f
	key.text, value.text, hasValue = strings.Cut(f.text, "=")
	return key, value, hasValue
}
