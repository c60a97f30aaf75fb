package rawjson

import (
	"errors"
	"strings"
	"testing"
)

var errTest = errors.New("refused by the test")

// upper is a change that shows where it was made.
func upper(raw []byte) ([]byte, error) { return []byte(strings.ToUpper(string(raw))), nil }

func fails(_ []byte) ([]byte, error) { return nil, errTest }

// check compares what a function made of a value. wantErr alone: any error.
func check(t *testing.T, got []byte, err error, want string) {
	t.Helper()
	if want == "error" {
		if err == nil {
			t.Errorf("got %s, want an error", got)
		}
		return
	}
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestWithin(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"one of two", `{"a":"x","b":"y"}`, `{"a":"X","b":"y"}`},
		{"blanks stay", "{ \"b\" :\t\"y\" ,\n\"a\" : \"x\" }\n", "{ \"b\" :\t\"y\" ,\n\"a\" : \"X\" }\n"},
		{"another case", `{"A":"x"}`, `{"A":"X"}`},
		{"an escaped key", `{"\u0061":"x"}`, `{"\u0061":"X"}`},
		{"twice", `{"a":"x","a":"y"}`, `{"a":"X","a":"Y"}`},
		{"not there", `{"b":"y"}`, `{"b":"y"}`},
		{"deeper is another", `{"b":{"a":"x"}}`, `{"b":{"a":"x"}}`},
		{"null", `null`, `null`},
		{"large numbers stay", `{"n":12345678901234567890,"a":"x"}`, `{"n":12345678901234567890,"a":"X"}`},
		{"a list", `[]`, "error"},
		{"a string", `"a"`, "error"},
		{"cut short", `{"a":"x"`, "error"},
		{"data after it", `{"a":"x"} {}`, "error"},
		{"nothing", ``, "error"},
		{"two values", `{"a":"x" "y"}`, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Within([]byte(tt.in), "a", upper)
			check(t, got, err, tt.want)
		})
	}
}

func TestEdit(t *testing.T) {
	changes := map[string]func([]byte) ([]byte, error){
		"a":    upper,
		"keep": func(_ []byte) ([]byte, error) { return nil, nil },
		"no":   fails,
	}
	tests := []struct{ name, in, want string }{
		{"what is named", `{"a":"x","keep":"y","other":"z"}`, `{"a":"X","keep":"y","other":"z"}`},
		{"in another case", `{"A":"x"}`, `{"A":"X"}`},
		{"a change that fails", `{"no":1}`, "error"},
		{"not an object", `1`, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Edit([]byte(tt.in), changes)
			check(t, got, err, tt.want)
		})
	}
}

func TestSet(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"there", `{"n":5,"s":"x"}`, `{"n":0,"s":"x"}`},
		{"in another case", `{"N":5}`, `{"N":0}`},
		{"not there", `{"s":"x"}`, `{"s":"x"}`},
		{"not an object", `[5]`, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Set([]byte(tt.in), map[string]string{"n": "0"})
			check(t, got, err, tt.want)
		})
	}
}

func TestEachMember(t *testing.T) {
	change := func(key string, value []byte) ([]byte, error) {
		switch key {
		case "omit":
			return nil, ErrOmit
		case "no":
			return nil, errTest
		case "a":
			return upper(value)
		}
		return nil, nil
	}
	tests := []struct{ name, in, want string }{
		{"kept, changed and left out", `{"a":"x","omit":1,"k":"y"}`, `{"a":"X","k":"y"}`},
		{"all left out", `{ "omit" : 1 }`, `{}`},
		{"an escaped key stays", `{"\u006b":"y"}`, `{"\u006b":"y"}`},
		{"a key with a quote and a colon", `{"k\":\"":{"x":1}}`, `{"k\":\"":{"x":1}}`},
		{"null", `null`, `null`},
		{"empty", `{}`, `{}`},
		{"a change that fails", `{"no":1}`, "error"},
		{"not an object", `[]`, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := EachMember([]byte(tt.in), change)
			check(t, got, err, tt.want)
		})
	}
}

func TestEachElement(t *testing.T) {
	change := func(raw []byte) ([]byte, error) {
		switch string(raw) {
		case `"omit"`:
			return nil, ErrOmit
		case `"no"`:
			return nil, errTest
		}
		return upper(raw)
	}
	tests := []struct{ name, in, want string }{
		{"changed and left out", `["a", "omit" ,"b"]`, `["A","B"]`},
		{"all left out", `["omit"]`, `[]`},
		{"empty", `[]`, `[]`},
		{"null", `null`, `null`},
		{"a change that fails", `["no"]`, "error"},
		{"not a list", `{}`, "error"},
		{"data after it", `[] []`, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := EachElement([]byte(tt.in), change)
			check(t, got, err, tt.want)
		})
	}
}

func TestElements(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"split", `[1, {"a":[2]} ,"x,]"]`, `1|{"a":[2]}|"x,]"`},
		{"empty", `[]`, ``},
		{"null", `null`, "error"},
		{"not a list", `{}`, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			elements, err := Elements([]byte(tt.in))
			parts := make([]string, 0, len(elements))
			for _, element := range elements {
				parts = append(parts, string(element))
			}
			check(t, []byte(strings.Join(parts, "|")), err, tt.want)
		})
	}
}

func TestEmpty(t *testing.T) {
	tests := []struct{ in, want string }{
		{`"x"`, `""`}, {` ["x"]`, `[]`}, {`{"a":1}`, `{}`}, {`5`, `null`}, {`true`, `null`}, {`null`, `null`}, {``, ``},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := Empty([]byte(tt.in))
			check(t, got, err, tt.want)
		})
	}
}

func TestDecode(t *testing.T) {
	tests := []struct {
		in string
		ok bool
	}{
		{`{"A":1}`, true}, {"\n{\"A\":1}\t", true}, {`{"A":1}{}`, false}, {`{"A":1}x`, false}, {`{"A":"1"}`, false}, {``, false},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			var v struct{ A int }
			if err := Decode([]byte(tt.in), &v); (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestEncodeLeavesMarkup(t *testing.T) {
	got, err := Encode([]string{"<&>"})
	check(t, got, err, `["<&>"]`)
	if got, err := Encode(func() {}); err == nil {
		t.Errorf("a function gave %s", got)
	}
}

func TestTree(t *testing.T) {
	tree := &Tree{}
	tree.Add("a/b", upper)
	tree.Add("list/*/x", upper)
	tree.Add("map/*", upper)
	tree.Add("whole", upper)
	tree.Add("whole", func(raw []byte) ([]byte, error) { return append(raw, ' '), nil })
	tree.Add("no", fails)
	tree.Add("no", upper)
	tests := []struct{ name, in, want string }{
		{"a path", `{"a":{"b":"x","c":"x"}}`, `{"a":{"b":"X","c":"x"}}`},
		{"elements of a list", `{"list":[{"x":"x"},{"y":"x"},null]}`, `{"list":[{"x":"X"},{"y":"x"},null]}`},
		{"members of an object", `{"map":{"k":"x","l":"y"}}`, `{"map":{"k":"X","l":"Y"}}`},
		{"two changes, one after the other", `{"whole":"x"}`, `{"whole":"X" }`},
		{"another case", `{"A":{"B":"x"}}`, `{"A":{"B":"X"}}`},
		{"null on the way", `{"a":null,"list":null,"map":null}`, `{"a":null,"list":null,"map":null}`},
		{"another type on the way", `{"a":[]}`, "error"},
		{"a change that fails", `{"no":1}`, "error"},
		{"not an object", `[]`, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tree.Apply([]byte(tt.in))
			check(t, got, err, tt.want)
		})
	}
	whole := &Tree{}
	whole.Add("", upper)
	got, err := whole.Apply([]byte(`"x"`))
	check(t, got, err, `"X"`)
}

func TestSetOnly(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"once", `{"A":1,"Config":{"Env":["x"],"B":2}}`, `{"A":1,"Config":{"Env":[],"B":2}}`},
		{"null", `{"Config":{"Env":null}}`, `{"Config":{"Env":[]}}`},
		{"its value elsewhere", `{"Other":["x"],"Config":{"Env":["x"]}}`, `{"Other":["x"],"Config":{"Env":[]}}`},
		{"escaped quotes", `{"L":"\"Env\":[\"x\"]","Config":{"Env":["x"]}}`, `{"L":"\"Env\":[\"x\"]","Config":{"Env":[]}}`},

		{"twice", `{"Config":{"Env":["y"],"Env":["x"]}}`, ""},
		{"twice in another case", `{"Config":{"env":["y"],"Env":["x"]}}`, ""},
		{"in another object", `{"Env":["y"],"Config":{"Env":["x"]}}`, ""},
		{"as a value", `{"Cmd":["env"],"Config":{"Env":["x"]}}`, ""},
		{"a letter is escaped", `{"Config":{"\u0045nv":["y"],"Env":["x"]}}`, ""},
		{"a blank before it", `{"Config":{"Env": ["x"]}}`, ""},
		{"in another case", `{"Config":{"ENV":["x"]}}`, ""},
		{"not there", `{"Config":{}}`, ""},
		{"no object", `{"Config":[]}`, ""},
		{"cut short", `{"Config":{"Env":["x"]}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := SetOnly([]byte(tt.in), []string{"Config", "Env"}, "[]")
			if ok != (tt.want != "") || string(got) != tt.want {
				t.Errorf("got %s, %t, want %s", got, ok, tt.want)
			}
		})
	}
	if got, ok := SetOnly([]byte(`{"Tasks":1}`), []string{"Tasks"}, "0"); ok {
		t.Errorf("a name that folds to others: got %s", got)
	}
}
