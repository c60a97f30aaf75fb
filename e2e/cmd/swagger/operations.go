package main

import (
	"bytes"
	"fmt"
	"regexp"
	"sort"
)

// tableHeader opens the written file.
const tableHeader = `# Operations of the Docker Engine API. Generated: run "go run ./cmd/swagger" in e2e/.
# METHOD, path template, operationId of the newest description ("-": it has none),
# first and last API version, source: the API description (swagger) or only the
# engines' route tables (router). Older engines serve /debug/* for any method.
`

// oldestMinor is the minor number of the oldest API version that a supported
// engine speaks by default: 1.24.
const oldestMinor = 24

// source says which kind of document names an operation.
type source string

const (
	fromSwagger source = "swagger"
	fromRouter  source = "router"
)

// operation is one line of the table. Versions are minor numbers: 41 is 1.41.
type operation struct {
	method string
	path   string // the newest description's template, e.g. /containers/{id}/json
	id     string // operationId, "" if no description has one
	first  int
	last   int
	source source
}

// operations collects the operations of all sources, each method and path shape
// once: /containers/{id}/json and /containers/{name:.*}/json are the same.
type operations struct {
	byShape map[string]*operation
}

// newOperations returns an empty collection.
func newOperations() *operations {
	return &operations{byShape: map[string]*operation{}}
}

// addDescribed records that the description of the given version has an
// operation. Descriptions must be added oldest first, so that template and
// operationId of the newest one stand; an empty id leaves the known one.
func (o *operations) addDescribed(method, path, id string, version int) {
	op, ok := o.byShape[shape(method, path)]
	if !ok {
		op = &operation{method: method, first: version, source: fromSwagger}
		o.byShape[shape(method, path)] = op
	}

	op.path, op.last = path, version
	if id != "" {
		op.id = id
	}
}

// addEarlier records that a version older than all that were added before has
// an operation. Template and operationId stay those of the newer versions.
func (o *operations) addEarlier(method, path string, version int) {
	op, ok := o.byShape[shape(method, path)]
	if !ok {
		o.addDescribed(method, path, "", version)
		return
	}
	op.first = version
}

// addRouted records that an engine serves a route for the versions first to
// last. Routes that a description has keep the description's versions.
func (o *operations) addRouted(method, path string, first, last int) {
	op, ok := o.byShape[shape(method, path)]
	if !ok {
		op = &operation{method: method, path: placeholders().ReplaceAllString(path, "{$1}"), first: first, source: fromRouter}
		o.byShape[shape(method, path)] = op
	}

	if op.source == fromRouter {
		op.last = max(op.last, last)
	}
}

// placed returns the template of a described operation that a concrete path
// belongs to, or path itself if there is none. A placeholder takes slashes, as
// it does in the engine, and the longest template wins.
func (o *operations) placed(method, path string) string {
	best := ""
	for _, op := range o.byShape {
		pattern := placeholders().ReplaceAllString(op.path, ".+")
		matched, err := regexp.MatchString("^"+pattern+"$", path)
		if op.method != method || err != nil || !matched {
			continue
		}
		if len(op.path) > len(best) || len(op.path) == len(best) && op.path < best {
			best = op.path
		}
	}

	if best == "" {
		return path
	}
	return best
}

// format writes the table, sorted by path, then method.
func (o *operations) format() []byte {
	sorted := make([]*operation, 0, len(o.byShape))
	for _, op := range o.byShape {
		sorted = append(sorted, op)
	}
	sort.Slice(sorted, func(i, j int) bool {
		if sorted[i].path != sorted[j].path {
			return sorted[i].path < sorted[j].path
		}
		return sorted[i].method < sorted[j].method
	})

	var table bytes.Buffer
	table.WriteString(tableHeader)
	for _, op := range sorted {
		id := op.id
		if id == "" {
			id = "-"
		}
		fmt.Fprintf(&table, "%s\t%s\t%s\t1.%d\t1.%d\t%s\n", op.method, op.path, id, op.first, op.last, op.source)
	}
	return table.Bytes()
}

// shape is the key under which a method and path template are the same
// operation, whatever their placeholders are called.
func shape(method, path string) string {
	return method + " " + placeholders().ReplaceAllString(path, "{}")
}

// placeholders matches {id} of the descriptions and {name:.*} of the route
// tables; its group is the name.
func placeholders() *regexp.Regexp {
	return regexp.MustCompile(`\{([a-z]+)(?::[^}]*)?\}`)
}
