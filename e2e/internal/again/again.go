// Package again tells a machine that is slow from a component that hangs: what
// had no answer in time is asked for again, with more time, and only what has
// none then has failed.
package again

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// Limits are how long the tries take at most, one after the other.
type Limits []time.Duration

// Patient are limits that a machine with many times more to do than it has
// processors meets.
var Patient = Limits{15 * time.Second, time.Minute, 3 * time.Minute}

// Last is the limit after which nothing is asked again.
func (l Limits) Last() time.Duration { return l[len(l)-1] }

// For returns the limits for a request with the given method: all of them if it
// changes nothing. One that may change something might have done so though its
// answer is late, so that it is sent once, with all the time that there is.
func (l Limits) For(method string) Limits {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace}, method) {
		return l
	}
	return l[len(l)-1:]
}

// Do calls try, which must keep to the limit that it gets, until it returns
// something other than a time-out. If it never does, Do returns the last error,
// with the limits that were tried.
func (l Limits) Do(try func(limit time.Duration) error) error {
	var err error
	for _, limit := range l {
		if err = try(limit); !timedOut(err) {
			return err
		}
	}
	return fmt.Errorf("no answer after %s: %w", l, err)
}

// String lists the limits.
func (l Limits) String() string {
	var all []string
	for _, limit := range l {
		all = append(all, limit.String())
	}
	return strings.Join(all, ", again after ")
}

// timedOut reports whether err is that of a deadline, of a context, a
// connection or a client.
func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}
