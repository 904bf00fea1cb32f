package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"syscall"
)

// listen opens the port; its errors say what to do.
func listen(ctx context.Context, bind string) (net.Listener, error) {
	config := net.ListenConfig{Control: deferAccept, KeepAlive: -1} // idle and waiting connections have bounds of their own
	config.SetMultipathTCP(false)                                   // no browser speaks it, and each connection would pay for it
	l, err := config.Listen(ctx, "tcp", bind)
	if err == nil {
		return l, nil
	}
	host, port, _ := net.SplitHostPort(bind)
	dns := &net.DNSError{}
	switch {
	case isAddressInUse(err):
		return nil, fmt.Errorf("port %s is in use: stop the program that has it, or choose another port with -bind %s", port, net.JoinHostPort(host, another(port)))
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("port %s is not allowed for this user: choose one above 1023, for example -bind %s", port, net.JoinHostPort(host, "3000"))
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("%s is not an address of this machine: choose one that is, or 0.0.0.0 for all, with -bind", host)
	case errors.As(err, &dns):
		return nil, fmt.Errorf("-bind: there is no host %q: write an address of this machine, or 0.0.0.0 for all", host)
	}
	return nil, fmt.Errorf("cannot listen on %s: %w; choose another address with -bind", bind, err)
}

// isAddressInUse knows Windows' own number too, which package syscall has no name for.
func isAddressInUse(err error) bool {
	const wsaeaddrinuse = syscall.Errno(10048)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaeaddrinuse)
}

// another port to try instead.
func another(port string) string {
	n, err := strconv.Atoi(port)
	if err != nil || n >= 65535 {
		return "3000"
	}
	return strconv.Itoa(n + 1)
}
