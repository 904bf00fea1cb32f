//go:build !linux

package main

import "syscall"

// deferAccept is for Linux.
func deferAccept(_, _ string, _ syscall.RawConn) error { return nil }
