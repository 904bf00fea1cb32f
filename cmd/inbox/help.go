package main

import (
	"context"
	"fmt"
	"io"
)

func helpCommand() *command {
	return &command{name: "help", args: "[command]", summary: "explain a command and its flags", run: help}
}

func help(_ context.Context, args []string, stdout, _ io.Writer) error {
	if len(args) > 1 {
		return usagef("help explains one command at a time")
	}
	if len(args) == 1 {
		c := find(args[0])
		if c == nil {
			return usagef("there is no command %q; 'inbox help' lists them", args[0])
		}
		c.explain(stdout)
		return nil
	}
	fmt.Fprint(stdout, "inbox shares a camera over WebRTC: open one page where the camera is and one where you want to see it.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(stdout, "  inbox %-18s %s\n", c.name+" "+c.args, c.summary)
	}
	fmt.Fprint(stdout, "\nWithout a command it is serve. 'inbox help serve' lists its flags.\n")
	return nil
}

// explain prints what c does and its flags.
func (c *command) explain(w io.Writer) {
	fmt.Fprintf(w, "inbox %s %s\n\n%s\n", c.name, c.args, c.summary)
	if c.flags == nil {
		return
	}
	fmt.Fprint(w, "\nFlags take one dash or two. Each can also come from the environment (INBOX_BIND\n"+
		"for -bind) or from a file (-config). Times are seconds (60) or have a unit (60s, 2m).\n\n")
	fs := c.flags()
	fs.SetOutput(w)
	fs.PrintDefaults()
}
