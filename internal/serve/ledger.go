package serve

import (
	"sort"
	"strings"
	"sync"
)

// maxLedgers bounds the ledgers, one for each middleware.
const maxLedgers = 1000

// ledgers are owned by the loggers, by the name of their middleware. Traefik
// makes a middleware anew at each change of its configuration, with the Docker
// provider at each start of a container: what its clients used must not be
// forgotten then.
var ledgers = &ledgerSet{byName: map[string]*ledger{}}

type ledgerSet struct {
	mu     sync.Mutex
	byName map[string]*ledger
}

// of returns the ledger of a middleware.
func (s *ledgerSet) of(middleware string) *ledger {
	s.mu.Lock()
	l := s.byName[middleware]
	if l == nil {
		l = &ledger{used: map[string]bool{}, refused: map[string]bool{}}
		if len(s.byName) < maxLedgers {
			s.byName[middleware] = l
		}
	}
	s.mu.Unlock()
	return l
}

// ledger is the operations that the clients of one middleware have used, and
// those that they were refused, by operationId: at most the whole table. It is
// safe for concurrent use.
type ledger struct {
	mu            sync.Mutex
	used, refused map[string]bool
}

// note enters an operation, and returns the line for the log if it is new.
func (l *ledger) note(operation string, refused bool) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	to, from := l.used, l.refused
	if refused {
		to = l.refused
		from = l.used
	}
	if to[operation] {
		return ""
	}
	to[operation] = true
	delete(from, operation)
	return "operations used so far: [" + sorted(l.used) + "]; refused: [" + sorted(l.refused) + "]"
}

// sorted are the members of a set, separated by commas.
func sorted(set map[string]bool) string {
	members := make([]string, 0, len(set))
	for member := range set {
		members = append(members, member)
	}
	sort.Strings(members)
	return strings.Join(members, ", ")
}
