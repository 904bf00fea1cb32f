package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"

	"inbox/peer/source"
)

func devicesCommand() *command {
	return &command{
		name:    "devices",
		args:    "[flags]",
		summary: "list the cameras, microphones and screens of this machine",
		flags:   func() *flag.FlagSet { return devicesFlags(new(bool)) },
		run:     devices,
	}
}

func devicesFlags(asJSON *bool) *flag.FlagSet {
	fs := newFlags("devices")
	fs.BoolVar(asJSON, "json", false, "print JSON")
	return fs
}

// deviceList is what a machine has.
type deviceList struct {
	Cameras     []source.Device     `json:"cameras"`
	Microphones []source.Microphone `json:"microphones"`
	Screens     []screenInfo        `json:"screens"`
}

type screenInfo struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

func devices(_ context.Context, args []string, stdout, stderr io.Writer) error {
	var asJSON bool
	err := parse(devicesFlags(&asJSON), args)
	if errors.Is(err, flag.ErrHelp) {
		devicesCommand().explain(stdout)
		return nil
	}
	if err != nil {
		return err
	}
	var list deviceList
	var trouble []error
	if list.Cameras, err = source.Cameras(); err != nil {
		trouble = append(trouble, fmt.Errorf("cameras: %w", err))
	}
	if list.Microphones, err = source.Microphones(); err != nil {
		trouble = append(trouble, fmt.Errorf("microphones: %w", err))
	}
	if w, h, err := source.ScreenSize(source.ScreenOptions{}); err == nil {
		list.Screens = append(list.Screens, screenInfo{w, h})
	}
	for _, err := range trouble {
		fmt.Fprintln(stderr, "inbox:", err)
	}
	if asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(list)
	}
	list.print(stdout)
	return nil
}

func (l *deviceList) print(w io.Writer) {
	fmt.Fprintln(w, "Cameras (inbox send -camera PATH or a part of the name):")
	for _, d := range l.Cameras {
		fmt.Fprintf(w, "  %s  %s\n", d.Path, d.Name)
		for _, m := range d.Modes {
			fmt.Fprintf(w, "      %s\n", m)
		}
	}
	if len(l.Cameras) == 0 {
		fmt.Fprintln(w, "  none. Is one plugged in, and may this user open it (group video on Linux)? -camera test shows a test pattern.")
	}
	fmt.Fprintln(w, "\nMicrophones (-mic default or a part of the name):")
	for _, m := range l.Microphones {
		fmt.Fprintf(w, "  %s\n", m.Name)
	}
	if len(l.Microphones) == 0 {
		fmt.Fprintln(w, "  none")
	}
	fmt.Fprintln(w, "\nScreens (-camera screen):")
	for _, s := range l.Screens {
		fmt.Fprintf(w, "  %dx%d\n", s.Width, s.Height)
	}
	if len(l.Screens) == 0 {
		fmt.Fprintln(w, "  none")
	}
}
