// Command inbox shares a camera over WebRTC: it serves the mailbox through
// which two peers find each other, and the pages that have a camera or show one.
//
//	inbox [serve] [flags]       run the server
//	inbox send [flags] [LINK]   share a camera of this machine
//	inbox receive [flags] [LINK] receive a camera into a file or a pipe
//	inbox devices               list cameras, microphones and screens
//	inbox cert [flags]          make server.crt and server.key
//	inbox version               tell what this binary is
//	inbox help [command]        explain a command and its flags
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs the command that args name and returns the exit status: 0 when it
// ended as it should, 2 when the command line is wrong, that of a statusError, else 1.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the command in order, a second one at once.
	context.AfterFunc(ctx, stop)

	err := dispatch(ctx, args, stdout, stderr)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "inbox:", err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return 2
	}
	if other, ok := errors.AsType[*statusError](err); ok {
		return other.status
	}
	return 1
}

// statusError is an error with an exit status of its own.
type statusError struct {
	error
	status int
}

// dispatch finds the command that args begin with; without one it is serve.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	name, rest := "serve", args
	if len(args) > 0 && (args[0] == "" || args[0][0] != '-') {
		name, rest = args[0], args[1:]
	}
	if isHelp(args) {
		name, rest = "help", nil
	}
	c := find(name)
	if c == nil {
		return usagef("there is no command %q; 'inbox help' lists them", name)
	}
	if isHelp(rest) {
		c.explain(stdout)
		return nil
	}
	return c.run(ctx, rest, stdout, stderr)
}

func isHelp(args []string) bool {
	return len(args) == 1 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help")
}
