package peer

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// quiet gives pion loggers that write what matters to a slog.Logger: pion warns
// of much that is normal when peers come and go, so all of it is for debugging.
// Without a logger nothing is written.
type quiet struct{ log *slog.Logger }

// NewLogger implements [logging.LoggerFactory].
func (q quiet) NewLogger(scope string) logging.LeveledLogger { return quietLogger{q.log, scope} }

type quietLogger struct {
	log   *slog.Logger
	scope string
}

func (l quietLogger) write(message string) {
	if l.log != nil {
		l.log.Debug(message, "pion", l.scope)
	}
}

func (quietLogger) Trace(string)                {}
func (quietLogger) Tracef(string, ...any)       {}
func (quietLogger) Debug(string)                {}
func (quietLogger) Debugf(string, ...any)       {}
func (quietLogger) Info(string)                 {}
func (quietLogger) Infof(string, ...any)        {}
func (l quietLogger) Warn(m string)             { l.write(m) }
func (l quietLogger) Warnf(f string, a ...any)  { l.write(fmt.Sprintf(f, a...)) }
func (l quietLogger) Error(m string)            { l.write(m) }
func (l quietLogger) Errorf(f string, a ...any) { l.write(fmt.Sprintf(f, a...)) }
