package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

const description = `
paths:
  /things/{id}/json:
    parameters: []
    get:
      operationId: "ThingInspect"
`

const routeTable = `package thing

func (r *thingRouter) initRoutes() {
	r.routes = []router.Route{
		router.NewGetRoute("/things/{name:.*}/json", r.getThing),
		router.NewPostRoute("/things/{name:.*}/poke", r.pokeThing, router.WithMinimumAPIVersion("1.50")),
		router.NewGetRoute("/old", r.getOld, router.Experimental),
	}
}
`

// A description gives names and versions, an older one without names takes
// them, and a route table adds only what no description has.
func TestOperations(t *testing.T) {
	operations := newOperations()
	if err := addSwagger(operations, newParameters(), []byte(description), 25); err != nil {
		t.Fatal(err)
	}
	if err := addSwagger(operations, newParameters(), []byte(strings.ReplaceAll(description, "{id}", "{name}")), 26); err != nil {
		t.Fatal(err)
	}
	addMarkdown(operations, "`GET /things/(id or name)/json`\n\n`GET /gone?all=1`\n", 24)

	file, err := parser.ParseFile(token.NewFileSet(), "thing.go", routeTable, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []int{51, 52} {
		if err := addFileRoutes(operations, file, 24, version); err != nil {
			t.Fatal(err)
		}
	}

	want := tableHeader + strings.Join([]string{
		"GET\t/gone\t-\t1.24\t1.24\tswagger",
		"GET\t/old\t-\t1.24\t1.52\trouter",
		"GET\t/things/{name}/json\tThingInspect\t1.24\t1.26\tswagger",
		"POST\t/things/{name}/poke\t-\t1.50\t1.52\trouter",
	}, "\n") + "\n"
	if got := string(operations.format()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
