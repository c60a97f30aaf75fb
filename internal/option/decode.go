package option

import (
	"fmt"
	"strconv"
	"strings"
)

// The values of options as Traefik hands them over. The error of each is an *Error.

// SetEmpty refuses an option that is there and has no value, such as the Docker
// label of a compose variable that is not set.
const SetEmpty = "set but empty"

// List is the value of a list: a list, or one string with commas.
func List(name string, value interface{}) ([]string, error) {
	elements, ok := value.([]interface{})
	if !ok {
		text, ok := Text(value)
		if !ok {
			return nil, New(name, "", "must be a list, or one string with commas")
		}
		if strings.TrimSpace(text) == "" {
			return nil, New(name, "", SetEmpty)
		}
		return strings.Split(text, ","), nil
	}
	values := make([]string, 0, len(elements))
	for i := range elements {
		text, ok := Text(elements[i])
		if !ok {
			return nil, At(name, i, "", "must be a string")
		}
		values = append(values, text)
	}
	return values, nil
}

// Text is the text of a value that is no list and no object. Traefik has
// made a string of nearly all of them.
func Text(value interface{}) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case int, int64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// Required is a text that must not be blank: it says how much is shown.
func Required(name, text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", New(name, "", SetEmpty)
	}
	return text, nil
}

// Bool is a switch.
func Bool(name, text string) (bool, error) {
	if strings.TrimSpace(text) == "" {
		return false, New(name, "", SetEmpty)
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, New(name, text, "must be true or false")
	}
	return b, nil
}

// Bytes is a number of bytes.
func Bytes(name, text string) (int64, error) {
	if strings.TrimSpace(text) == "" {
		return 0, New(name, "", SetEmpty)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, New(name, text, "must be a whole number of bytes")
	}
	return n, nil
}
