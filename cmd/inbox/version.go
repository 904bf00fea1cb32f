package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"inbox/peer/source"
)

func versionCommand() *command {
	return &command{name: "version", summary: "tell the version, the commit and the Go that made this binary", run: version}
}

func version(_ context.Context, args []string, stdout, _ io.Writer) error {
	if len(args) > 0 {
		return usagef("version takes no arguments")
	}
	v := readBuild()
	fmt.Fprintf(stdout, "inbox %s\ncommit %s\n%s %s/%s\n", v.version, v.commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	encodings := "nothing: it was built without cgo, and passes on what is encoded already (-source)"
	if all := source.Encodings(); len(all) > 0 {
		encodings = strings.Join(all, ", ")
	}
	fmt.Fprintf(stdout, "encodes %s\n", encodings)
	return nil
}

// build is what the Go toolchain noted in the binary.
type build struct{ version, commit string }

func readBuild() build {
	b := build{version: "(devel)", commit: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			b.commit += ", modified"
		}
	}
	return b
}
