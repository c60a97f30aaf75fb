package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// member is a member of a JSON object. Objects are decoded as []member: their
// order is part of the bytes.
type member struct {
	key   string
	value any
}

// decode reads a JSON value, or several as a stream of JSON lines, which come
// as one array. Anything else is an error.
func decode(body []byte) (any, error) {
	if !json.Valid(body) && !bytes.HasPrefix(body, []byte("{")) {
		return nil, errors.New("not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	values := []any{}
	for {
		value, err := decodeValue(d)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	if len(values) == 1 {
		return values[0], nil
	}
	return values, nil
}

// decodeValue reads one value: []member, []any, or what json.Token is.
func decodeValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d)
	case json.Delim('['):
		array := []any{}
		for d.More() {
			value, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			array = append(array, value)
		}
		_, err = d.Token()
		return array, err
	}
	return token, nil
}

func decodeObject(d *json.Decoder) (any, error) {
	object := []member{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		object = append(object, member{fmt.Sprint(key), value})
	}
	_, err := d.Token()
	return object, err
}

// show is a value as it is printed in the report.
func show(value any) string {
	switch v := value.(type) {
	case []member:
		members := make([]string, len(v))
		for i, m := range v {
			members[i] = fmt.Sprintf("%q:%s", m.key, show(m.value))
		}
		return "{" + strings.Join(members, ",") + "}"
	case []any:
		elements := make([]string, len(v))
		for i, e := range v {
			elements[i] = show(e)
		}
		return "[" + strings.Join(elements, ",") + "]"
	case string:
		return fmt.Sprintf("%q", v)
	case nil:
		return "null"
	case absent:
		return "-"
	}
	return fmt.Sprint(value)
}

// absent stands for a member that is not there.
type absent struct{}
