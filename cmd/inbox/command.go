package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v3"
)

// command is one subcommand.
type command struct {
	name    string
	args    string // what follows the flags, for the help
	summary string // one line
	flags   func() *flag.FlagSet
	run     func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func commands() []*command {
	return []*command{serveCommand(), certCommand(), versionCommand(), helpCommand()}
}

func find(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return c
		}
	}
	return nil
}

// usageError is a command line that is wrong; exit status 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// newFlags makes the flag set of a command, that says nothing by itself.
func newFlags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return fs
}

// parse sets fs from the command line, then from the environment (INBOX_BIND
// for -bind), then from the file that -config names (a line "bind 0.0.0.0:3000"
// for each flag; those of another command's flags are passed over, so that one
// file does for all). Errors: a usageError, and flag.ErrHelp when help was asked for.
func parse(fs *flag.FlagSet, args []string) error {
	fs.String("config", "", "`file` with a line \"name value\" for each flag that is not set otherwise")
	err := ff.Parse(fs, args,
		ff.WithEnvVarPrefix("INBOX"),
		ff.WithConfigFileFlag("config"),
		ff.WithConfigFileParser(func(r io.Reader, set func(name, value string) error) error {
			return ff.PlainParser(r, func(name, value string) error {
				if fs.Lookup(name) == nil && isFlag(name) {
					return nil
				}
				return set(name, value)
			})
		}),
	)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "error parsing commandline arguments: ")
		return usagef("%s; 'inbox help %s' lists the flags", text, fs.Name())
	}
	if fs.NArg() > 0 {
		return usagef("%q is one word too many; 'inbox help %s' explains", fs.Arg(0), fs.Name())
	}
	return nil
}

// isFlag reports whether any command has a flag of that name.
func isFlag(name string) bool {
	return slices.ContainsFunc(commands(), func(c *command) bool {
		return c.flags != nil && c.flags().Lookup(name) != nil
	})
}
