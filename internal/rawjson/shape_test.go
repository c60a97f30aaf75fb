package rawjson

import (
	"encoding/json"
	"strings"
	"testing"
)

func object(open bool, members map[string]*Shape) *Shape {
	s := &Shape{Form: Object, Open: open}
	for name, member := range members {
		s.Set(name, member)
	}
	return s
}

// testShape is closed, but for Own.
func testShape() *Shape {
	scalar, gone := &Shape{Form: Scalar}, &Shape{}
	inner := object(false, map[string]*Shape{"Name": scalar, "Gone": gone})
	return object(false, map[string]*Shape{
		"Id":     scalar,
		"Gone":   gone,
		"Free":   {Form: Any},
		"Tags":   {Form: List, Each: scalar},
		"Labels": {Form: Map, Each: scalar},
		"Inner":  inner,
		"Inners": {Form: List, Each: inner},
		"ByName": {Form: Map, Each: inner},
		"Bare":   {Form: List},
		"Own":    object(true, map[string]*Shape{"Gone": gone}),
	})
}

func TestFit(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"fits", `{"Id":"a","Tags":["x",1,null],"Labels":{"k":"v"}}`, ""},
		{"no member", `{}`, ""},
		{"null", `null`, ""},
		{"null in each form", `{"Id":null,"Gone":null,"Tags":null,"Labels":null,"Inner":null,"Inners":[null],"ByName":{"x":null}}`, ""},
		{"already empty", `{"Gone":"","Bare":[],"Own":{"Gone":0}}`, ""},
		{"first member not allowed", `{"New":1,"Id":"a","Tags":[]}`, `{"Id":"a","Tags":[]}`},
		{"middle member not allowed", `{"Id":"a","New":{"x":[1]},"Tags":[]}`, `{"Id":"a","Tags":[]}`},
		{"last member not allowed", `{"Id":"a","New":1}`, `{"Id":"a"}`},
		{"no member allowed", `{"New":1,"Newer":2}`, `{}`},
		{"blanks stay", "{ \"New\" : 1 , \"Id\" : \"a\" ,\n \"Newer\":2 , \"Tags\": [ 1 , 2 ] }\n", "{\"Id\" : \"a\" , \"Tags\": [ 1 , 2 ] }\n"},
		{"numbers stay", `{"New":1,"Id":1.50e+3,"Tags":[12345678901234567890]}`, `{"Id":1.50e+3,"Tags":[12345678901234567890]}`},
		{"escapes stay", `{"New":1,"Id":"\u003c<\u0041","Labels":{"\u006b":"v"}}`, `{"Id":"\u003c<\u0041","Labels":{"\u006b":"v"}}`},
		{"emptied string", `{"Gone":"a"}`, `{"Gone":""}`},
		{"emptied number", `{"Gone":-1.5}`, `{"Gone":0}`},
		{"emptied boolean", `{"Gone":true}`, `{"Gone":false}`},
		{"emptied list", `{"Gone":[1]}`, `{"Gone":[]}`},
		{"emptied object", `{"Gone":{"a":1}}`, `{"Gone":{}}`},
		{"emptied time", `{"Gone":"2024-01-02T03:04:05.678901234Z"}`, `{"Gone":"0001-01-01T00:00:00Z"}`},
		{"free", `{"Free":{"a":[{}]},"New":1}`, `{"Free":{"a":[{}]}}`},
		{"object for a scalar", `{"Id":{"a":1}}`, `{"Id":{}}`},
		{"list for a scalar", `{"Tags":[["a"]],"Labels":{"k":["v"]}}`, `{"Tags":[[]],"Labels":{"k":[]}}`},
		{"scalar for an object", `{"Inner":"a","Inners":"b","ByName":1}`, `{"Inner":"","Inners":"","ByName":0}`},
		{"list for an object", `{"Inner":[{"Name":"a"}]}`, `{"Inner":[]}`},
		{"elements of no shape", `{"Bare":[1,"a",{}]}`, `{"Bare":[0,"",{}]}`},
		{"nested", `{"Inner":{"Name":"a","New":1,"Gone":2},"Inners":[{"New":1},{"Name":"b"}],"ByName":{"New":{"New":1}}}`, `{"Inner":{"Name":"a","Gone":0},"Inners":[{},{"Name":"b"}],"ByName":{"New":{}}}`},
		{"open", `{"Own":{"New":{"a":1},"Gone":"a"}}`, `{"Own":{"New":{"a":1},"Gone":""}}`},
		{"spelled in another case", `{"ID":"a","GONE":"b","new":1}`, `{"ID":"a","GONE":""}`},
		{"folded by Unicode", `{"Tagſ":[{}],"LABELſ":{"a":{"b":1}},"id":{"a":1}}`, `{"Tagſ":[{}],"LABELſ":{"a":{}},"id":{}}`},
		{"escaped name", `{"\u0047one":"b","\u004eew":1}`, `{"\u0047one":""}`},
		{"name twice", `{"Gone":"a","Gone":""}`, `{"Gone":"","Gone":""}`},
		{"name twice, nested", `{"Inner":{"Gone":"a"},"Inner":{}}`, `{"Inner":{"Gone":""},"Inner":{}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == "" {
				tt.want = tt.in
			}
			got, err := testShape().Fit([]byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Fatalf("%s, %v\nwant %s", got, err, tt.want)
			}
			again, err := testShape().Fit(got)
			if err != nil || string(again) != string(got) {
				t.Errorf("fitted again: %s, %v", again, err)
			}
		})
	}
}

func TestFitRefusesWhatIsNoDocument(t *testing.T) {
	for _, in := range []string{``, ` `, `{`, `{"Id":"a"`, `{"Id":"a"}x`, `{"Id":"a"}{}`, `{'Id':1}`, `{"Tags":[1,]}`, "{\"Id\":\"a\"}\v"} {
		t.Run(in, func(t *testing.T) {
			if got, err := testShape().Fit([]byte(in)); err == nil {
				t.Errorf("got %s", got)
			}
		})
	}
}

// A shape that holds itself ends with the value.
func TestFitRecursive(t *testing.T) {
	s := &Shape{Form: Object}
	s.Set("Next", s)
	got, err := s.Fit([]byte(`{"Next":{"Next":{"New":1}}}`))
	if want := `{"Next":{"Next":{}}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

// What encoding/json takes for a field, Member does, too.
func TestMemberFoldsAsClientsDo(t *testing.T) {
	s := testShape()
	for _, name := range []string{"Tags", "tags", "TAGS", "Tagſ", "tAgS", "Tag\u017f", "Tags ", "Tag", "Tägs", "T\u0131gs"} {
		t.Run(name, func(t *testing.T) {
			var client struct{ Tags string }
			encoded, _ := json.Marshal(map[string]string{name: "x"})
			if err := json.Unmarshal(encoded, &client); err != nil {
				t.Fatal(err)
			}
			if got, want := s.Member(name) != nil, client.Tags != ""; got != want {
				t.Errorf("%q: found %v, a client %v", name, got, want)
			}
		})
	}
	s.Set("Key", &Shape{})
	if s.Member("\u212aey") == nil {
		t.Error("the Kelvin sign is not taken for k")
	}
}

func BenchmarkFit(b *testing.B) {
	element := `{"Id":"sha256:0","Tags":["a:1","b:2"],"Labels":{"a":"b","c":"d"},"Inner":{"Name":"a"},"Inners":[{"Name":"a"},{"Name":"b"}]}`
	fits := `[` + strings.Repeat(element+",", 99) + element + `]`
	s := &Shape{Form: List, Each: testShape()}
	for _, bb := range []struct{ name, in string }{
		{"fits", fits},
		{"cut", strings.ReplaceAll(fits, `"Inner":`, `"New":1,"Inner":`)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				if _, err := s.Fit([]byte(bb.in)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
