package serve

import (
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/internal/engineapi"
	"github.com/docker-proxy-filter/dpf/internal/option"
)

// Levels of the option logLevel.
const (
	levelError = iota
	levelInfo
	levelDebug
)

// Logger writes the lines of one middleware. Traefik's own logger takes two
// levels from a plugin, ERROR (package log) and DEBUG (fmt.Print), so that
// info lines are written beside it, in the shape of its common format.
type Logger struct {
	level      int
	middleware string
	err        *log.Logger
	ledger     *ledger // nil: the level is error
}

// NewLogger returns a logger for the value of the option logLevel. The error is
// an *option.Error.
func NewLogger(level, middleware string) (*Logger, error) {
	// Yaegi: log.Writer is Traefik's ERROR log; a logger of our own on it
	// needs no change of the flags of the package.
	l := &Logger{middleware: middleware, err: log.New(log.Writer(), "", 0)}
	switch strings.ToLower(level) {
	case "error", "":
		l.level = levelError
	case "info":
		l.level = levelInfo
	case "debug":
		l.level = levelDebug
	default:
		return nil, option.New("logLevel", level, "must be error, info or debug")
	}
	if l.level > levelError {
		l.ledger = ledgers.of(middleware)
	}
	return l, nil
}

// Errorf writes a line at the level error.
func (l *Logger) Errorf(format string, args ...interface{}) {
	l.err.Print("dpf " + l.middleware + ": " + fmt.Sprintf(format, args...))
}

// Warnf writes a line at any level, about what is meant to be as it is.
func (l *Logger) Warnf(format string, args ...interface{}) {
	l.print("WRN", fmt.Sprintf(format, args...))
}

// used notes the use of an operation, and why it was refused, if it was. What is always allowed is left out: the
// line is a value of the option operations.
func (l *Logger) used(op *engineapi.Operation, refusal string) {
	if op.Group == "" {
		return
	}
	if line := l.ledger.note(op.ID, refusal != ""); line != "" {
		l.print("INF", line)
	}
}

func (l *Logger) infof(format string, args ...interface{}) {
	if l.level >= levelInfo {
		l.print("INF", fmt.Sprintf(format, args...))
	}
}

func (l *Logger) debugf(format string, args ...interface{}) {
	if l.level >= levelDebug {
		l.print("DBG", fmt.Sprintf(format, args...))
	}
}

// informs reports whether lines of the level info are written.
func (l *Logger) informs() bool { return l.level >= levelInfo }

// debugs reports whether lines of the level debug are written.
func (l *Logger) debugs() bool { return l.level >= levelDebug }

func (l *Logger) print(level, text string) {
	_, _ = fmt.Fprintf(os.Stdout, "%s %s dpf: %s middlewareName=%s\n", time.Now().UTC().Format(time.RFC3339), level, text, l.middleware)
}
