package dpf

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"
)

// Levels of the option logLevel.
const (
	levelError = iota
	levelInfo
	levelDebug
)

// logger writes the lines of one middleware. Traefik's own logger takes two
// levels from a plugin, ERROR (package log) and DEBUG (fmt.Print), so that
// info lines are written beside it, in the shape of its common format.
type logger struct {
	level      int
	middleware string
	err        *log.Logger
}

// newLogger returns a logger for the value of the option logLevel.
func newLogger(level, middleware string) (logger, error) {
	// Yaegi: log.Writer is Traefik's ERROR log; a logger of our own on it
	// needs no change of the flags of the package.
	l := logger{middleware: middleware, err: log.New(log.Writer(), "", 0)}
	switch strings.ToLower(level) {
	case "error", "":
		l.level = levelError
	case "info":
		l.level = levelInfo
	case "debug":
		l.level = levelDebug
	default:
		return logger{}, fmt.Errorf("logLevel: %q: must be error, info or debug", level)
	}
	return l, nil
}

func (l *logger) errorf(format string, args ...interface{}) {
	l.err.Print("dpf " + l.middleware + ": " + fmt.Sprintf(format, args...))
}

func (l *logger) infof(format string, args ...interface{}) {
	if l.level >= levelInfo {
		l.print("INF", fmt.Sprintf(format, args...))
	}
}

func (l *logger) debugf(format string, args ...interface{}) {
	if l.level >= levelDebug {
		l.print("DBG", fmt.Sprintf(format, args...))
	}
}

func (l *logger) print(level, text string) {
	_, _ = fmt.Fprintf(os.Stdout, "%s %s dpf: %s middlewareName=%s\n", time.Now().UTC().Format(time.RFC3339), level, text, l.middleware)
}
