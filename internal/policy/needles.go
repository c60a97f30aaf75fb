package policy

import (
	"bytes"
	"regexp"
	"strings"
)

// plainText are strings that stand in JSON as they are.
var plainText = regexp.MustCompile(`^[A-Za-z0-9._:/=-]+$`)

// separator stands between the elements of a list as dockerd writes it.
var separator = []byte(`},{"Id":"`)

// newNeedles returns strings of which every visible element of a list and every
// event of a visible container holds one, or nil if there are none such. None
// begins with a quote: it is the most frequent byte, and a search that begins
// with it takes many times as long.
func newNeedles(p *Policy) [][]byte {
	needles := selectorNeedles(p)
	for _, needle := range needles {
		if bytes.Contains(separator, needle) {
			return nil // It would be found between the elements.
		}
	}
	return needles
}

func selectorNeedles(p *Policy) [][]byte {
	byName := nameNeedles(p.names)
	byLabel := labelNeedles(p.labels)
	switch {
	case len(p.names) == 0:
		return byLabel
	case len(p.labels) == 0:
		return byName
	case p.requireAll && byLabel != nil:
		return byLabel
	case p.requireAll:
		return byName
	case byName == nil || byLabel == nil:
		return nil
	}
	return append(byName, byLabel...)
}

func nameNeedles(names []Pattern) [][]byte {
	var needles [][]byte
	for i := range names {
		text := names[i].text
		switch {
		case !plainText.MatchString(text):
			return nil
		case names[i].mode == "exact":
			needles = append(needles, []byte(text+`"`))
		case names[i].mode == "contains":
			needles = append(needles, []byte(text))
		default:
			return nil
		}
	}
	return needles
}

func labelNeedles(rules []labelRule) [][]byte {
	var needles [][]byte
	for i := range rules {
		key, value := rules[i].key, rules[i].value
		switch {
		case !plainText.MatchString(key.text):
			return nil
		case key.mode == "exact" && rules[i].hasValue && plainText.MatchString(value.text) && strings.Contains(key.text, "."):
			needles = append(needles, []byte(key.text+`":"`+value.text+`"`))
		case key.mode == "exact":
			// Docker: in an event, what it says itself replaces the value of a
			// label of that name, such as image or signal; none has a dot.
			needles = append(needles, []byte(key.text+`":`))
		case key.mode == "contains":
			needles = append(needles, []byte(key.text))
		default:
			return nil
		}
	}
	return needles
}
