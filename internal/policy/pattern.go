package policy

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/docker-proxy-filter/dpf/internal/option"
)

// Pattern is a string to compare with, in one of the modes of the option match.
type Pattern struct {
	mode string
	text string
	// re is the pattern in all modes. Yaegi: a call of it from where it is
	// needed is a fifth of one of a method of ours.
	re *regexp.Regexp
}

func same(text string) string { return text }

// newPattern compiles a value for a mode.
func newPattern(mode string, value *filled) (Pattern, error) {
	text := value.with(same, same)
	if !utf8.ValidString(text) {
		return Pattern{}, errors.New("not valid UTF-8")
	}
	expression := ""
	switch mode {
	case "contains", "":
		return Pattern{mode: "contains", text: text, re: regexp.MustCompile(regexp.QuoteMeta(text))}, nil
	case "exact":
		expression = regexp.QuoteMeta(text)
	case "glob":
		if strings.ContainsAny(value.with(same, none), `[]{}\`) {
			return Pattern{}, errors.New("a glob has * and ? only; use match: regexp for more")
		}
		expression = value.with(globExpression, regexp.QuoteMeta)
	case "regexp":
		expression = value.with(same, quoteGroup)
		// By itself, so that no parenthesis closes the one below.
		if _, err := regexp.Compile(expression); err != nil {
			return Pattern{}, err
		}
	default:
		return Pattern{}, errors.New("no such match mode")
	}
	re, err := regexp.Compile(`^(?s:` + expression + `)$`)
	if err != nil {
		return Pattern{}, err
	}
	return Pattern{mode: mode, text: text, re: re}, nil
}

func none(_ string) string { return "" }

// globExpression is a glob as a regular expression.
func globExpression(glob string) string {
	quoted := regexp.QuoteMeta(glob)
	return strings.ReplaceAll(strings.ReplaceAll(quoted, `\*`, `.*`), `\?`, `.`)
}

// quoteGroup is a text as one operand of a regular expression.
func quoteGroup(text string) string { return `(?:` + regexp.QuoteMeta(text) + `)` }

// MatchAny reports whether one of the patterns matches s.
func MatchAny(patterns []Pattern, s string) bool {
	for i := range patterns {
		if patterns[i].re.MatchString(s) {
			return true
		}
	}
	return false
}

// newPatterns compiles one list of names.
func newPatterns(name, mode string, values []string, who *Identity) ([]Pattern, error) {
	patterns := make([]Pattern, 0, len(values))
	for i, value := range values {
		all := fillings(value, who)
		for j := range all {
			p, err := newPattern(mode, &all[j])
			if err != nil {
				return nil, patternError(name, i, value, err)
			}
			patterns = append(patterns, p)
		}
	}
	return patterns, nil
}

// badRegexp begins the errors of the package regexp, which quote the pattern.
const badRegexp = "error parsing regexp"

// patternError is the error of an option for an error of newPattern.
func patternError(name string, i int, value string, err error) error {
	reason := err.Error()
	hint := strings.TrimPrefix(reason, badRegexp)
	if hint == reason {
		return option.At(name, i, value, reason)
	}
	e := option.At(name, i, value, badRegexp)
	e.Hint = hint
	return e
}

// KeyGlobs compiles the globs of an option for keys, which match without regard
// to case: what is compared has to be in lower case. The error is an
// *option.Error.
func KeyGlobs(name string, globs []string) ([]Pattern, error) {
	patterns := make([]Pattern, 0, len(globs))
	for i, glob := range globs {
		p, err := newPattern("glob", &filled{text: strings.ToLower(glob)})
		if err != nil {
			return nil, patternError(name, i, glob, err)
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}
