package engineapi

import (
	"fmt"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// Place says where a client names a parameter.
type Place string

// The places, as testdata/parameters.tsv has them.
const (
	InQuery  Place = "query" // or in a form body, which dockerd reads first
	InFilter Place = "filter"
	InBody   Place = "body" // a field of the JSON body; / leads into an object
)

// Treatment is what becomes of a parameter while a selector is set.
type Treatment string

// The treatments. What has no line in the table is Forwarded if the line of its
// operation names it in Query or Filters.
const (
	Forwarded Treatment = "forwarded"
	Resolved  Treatment = "resolved" // among what the client may know of
	Answered  Treatment = "answered" // by the plugin, from what the client may know of
	Refused   Treatment = "refused"  // by name, with 400, unless it is empty
	Ignored   Treatment = "ignored"  // as dockerd itself does
)

// Parameters is a line of the table: some parameters of an operation.
type Parameters struct {
	Operation string
	Place     Place
	Treatment Treatment
	Names     string // separated by blanks
	Reason    string // completes "is refused: …", or says what is done
}

// ParameterTable returns the table. It must not be changed.
func ParameterTable() []Parameters { return parameterTable }

// field is what becomes of a field of a JSON body.
type field struct {
	ignored bool
	refused string // the reason, or empty
}

// indexParameters brings the lines of the table to their operations.
func indexParameters(byID map[string]*Operation) {
	for i := range parameterTable {
		line := &parameterTable[i]
		op := byID[line.Operation]
		if line.Place == InBody && op.fields == nil {
			op.fields = map[string]field{}
		}
		if line.Treatment == Refused && op.refusals == nil {
			op.refusals = map[string]string{}
		}
		for _, name := range strings.Fields(line.Names) {
			switch {
			case line.Place == InBody && line.Treatment == Refused:
				op.fields[strings.ToLower(name)] = field{refused: line.Reason}
			case line.Place == InBody:
				op.fields[strings.ToLower(name)] = field{ignored: line.Treatment == Ignored}
			case line.Treatment == Refused && name != op.Refused:
				op.refusals[string(line.Place)+" "+name] = line.Reason
			}
		}
	}
}

// refusal returns the text for a parameter with which the operation is refused;
// empty: it is not.
func (op *Operation) refusal(place Place, name string) string {
	reason := op.refusals[string(place)+" "+name]
	if reason == "" {
		return ""
	}
	return op.ID + " with the " + string(place) + " " + name + " is refused: " + reason
}

// CheckBody returns an error that names a field of a JSON body that is not
// forwarded. dockerd ignores what it does not know; a field that is dropped here
// may be one that a newer engine knows.
func (op *Operation) CheckBody(raw []byte) error {
	if op.fields == nil {
		return nil
	}
	return op.checkFields(raw, "")
}

func (op *Operation) checkFields(raw []byte, within string) error {
	members, err := rawjson.Members(raw)
	if err != nil {
		return fmt.Errorf("%s: the request body is not valid: %w", op.ID, err)
	}
	for i := range members {
		name, value := members[i].Key, rawjson.Trim(raw[members[i].From:members[i].To])
		path := within + strings.ToLower(name)
		known, ok := op.fields[path]
		switch {
		case known.ignored || emptyValues[string(value)]:
		case !ok:
			return fmt.Errorf("%s with the field %s%s is refused: it is not known to be harmless", op.ID, within, name)
		case known.refused != "":
			return fmt.Errorf("%s with the field %s%s is refused: %s", op.ID, within, name, known.refused)
		case value[0] == '{' && op.hasFieldsIn(path):
			if err := op.checkFields(value, path+"/"); err != nil {
				return err
			}
		}
	}
	return nil
}

// emptyValues are the values that say the same as no field.
var emptyValues = map[string]bool{"null": true, "false": true, "0": true, `""`: true, "[]": true, "{}": true}

// hasFieldsIn reports whether the table leads into a field.
func (op *Operation) hasFieldsIn(path string) bool {
	for name := range op.fields {
		if strings.HasPrefix(name, path+"/") {
			return true
		}
	}
	return false
}
