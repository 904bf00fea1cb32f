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
	return []*command{serveCommand(), sendCommand(), receiveCommand(), devicesCommand(), certCommand(), versionCommand(), helpCommand()}
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
	words, err := parseWords(fs, args)
	if err == nil && len(words) > 0 {
		err = usagef("%q is one word too many; 'inbox help %s' explains", words[0], fs.Name())
	}
	return err
}

// parseWords is parse for a command that takes words beside its flags; flags
// may stand before and behind them.
func parseWords(fs *flag.FlagSet, args []string) (words []string, err error) {
	fs.String("config", "", "`file` with a line \"name value\" for each flag that is not set otherwise")
	args, words = apart(fs, args)
	err = ff.Parse(fs, args,
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
		return nil, err
	}
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "error parsing commandline arguments: ")
		return nil, usagef("%s; 'inbox help %s' lists the flags", text, fs.Name())
	}
	return words, nil
}

// apart takes the words out from among the flags. What follows "--" are words.
func apart(fs *flag.FlagSet, args []string) (flags, words []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return flags, append(words, args[i+1:]...)
		}
		if len(arg) < 2 || arg[0] != '-' {
			words = append(words, arg)
			continue
		}
		flags = append(flags, arg)
		name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		f := fs.Lookup(name)
		if f == nil || hasValue || isBool(f) {
			continue
		}
		if i++; i < len(args) {
			flags = append(flags, args[i])
		}
	}
	return flags, words
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// isFlag reports whether any command has a flag of that name.
func isFlag(name string) bool {
	return slices.ContainsFunc(commands(), func(c *command) bool {
		return c.flags != nil && c.flags().Lookup(name) != nil
	})
}
