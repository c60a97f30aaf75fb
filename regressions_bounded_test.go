package dpf

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// filterOf is the parameter filters with count values of one key.
func filterOf(key string, count int) string {
	values := make([]string, count)
	for i := range values {
		values[i] = fmt.Sprintf(`"%x"`, 4096+i)
	}
	return "filters=" + url.QueryEscape(`{"`+key+`":[`+strings.Join(values, ",")+`]}`)
}

// Work must not grow as what a client sends times what there is: a request with
// too much in it is refused before anything is asked for.
func TestRequestsWithTooMuchInThem(t *testing.T) {
	tests := []struct {
		name, method, target string
		status               int
	}{
		{"a long query", "GET", "/containers/json?" + strings.Repeat("x", 64<<10+1), 400},
		{"the longest query", "GET", "/containers/json?" + strings.Repeat("x", 64<<10), 200},
		{"a long query of an operation that is forwarded", "POST", "/containers/web/kill?signal=" + strings.Repeat("x", 64<<10), 400},
		{"a long query of one that is refused", "POST", "/containers/create?name=" + strings.Repeat("x", 64<<10), 400},
		{"90,000 values", "GET", "/containers/json?" + filterOf("id", 90000), 400},
		{"1,001 values", "GET", "/containers/json?" + filterOf("id", 1001), 400},
		{"1,000 values", "GET", "/containers/json?" + filterOf("id", 1000), 200},
		{"ancestors", "GET", "/containers/json?" + filterOf("ancestor", 1001), 400},
		{"before", "GET", "/containers/json?" + filterOf("before", 1001), 400},
		{"since", "GET", "/containers/json?" + filterOf("since", 1001), 400},
		{"references", "GET", "/images/json?" + filterOf("reference", 1001), 400},
		{"services", "GET", "/tasks?" + filterOf("service", 1001), 400},
		{"events", "GET", "/events?" + filterOf("container", 1001), 400},
		{"keys that nobody knows", "GET", "/events?" + filterOf("none", 1001), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine := testEngine()
			rec := do(newTestFilter(t, engine, testConfig()), tt.method, tt.target, "")
			if rec.Code != tt.status {
				t.Fatalf("got %d %.300s, want %d", rec.Code, rec.Body.String(), tt.status)
			}
			if tt.status == http.StatusBadRequest && (len(engine.requests) > 0 || !strings.HasPrefix(rec.Body.String(), `{"message":"dpf: `)) {
				t.Errorf("got %s, and %v upstream", rec.Body.String(), engine.requests)
			}
		})
	}
}

// A body that is nested without end is refused, not read on and on.
func TestNestedRequestBody(t *testing.T) {
	engine := testEngine()
	body := `{"Cmd":` + strings.Repeat("[", 500000) + strings.Repeat("]", 500000) + `}`
	rec := do(newTestFilter(t, engine, testConfig()), "POST", "/containers/"+id("aa1")+"/exec", body)
	if rec.Code != http.StatusBadRequest {
		t.Errorf("got %d %.300s", rec.Code, rec.Body.String())
	}
}
