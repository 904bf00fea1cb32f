package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"

	"inbox/internal/cert"
)

func certCommand() *command {
	return &command{
		name:    "cert",
		args:    "[flags]",
		summary: "make server.crt and server.key in this folder, signed by this machine's own authority",
		flags:   func() *flag.FlagSet { return certFlags(new(certConfig)) },
		run:     makeCert,
	}
}

type certConfig struct {
	certFile, keyFile, state string
	hosts                    list
	force                    bool
}

func certFlags(c *certConfig) *flag.FlagSet {
	fs := newFlags("cert")
	fs.StringVar(&c.certFile, "server-cert", "server.crt", "`file` for the certificate")
	fs.StringVar(&c.keyFile, "server-key", "server.key", "`file` for the private key")
	fs.StringVar(&c.state, "state", "", "`folder` of the authority (default: inbox in the user's configuration folder)")
	fs.Var(&c.hosts, "host", "`name` or address beside those of this machine; may be repeated")
	fs.BoolVar(&c.force, "force", false, "overwrite files that are there")
	return fs
}

func makeCert(_ context.Context, args []string, stdout, stderr io.Writer) error {
	var c certConfig
	err := parse(certFlags(&c), args)
	if errors.Is(err, flag.ErrHelp) {
		certCommand().explain(stdout)
		return nil
	}
	if err != nil {
		return err
	}
	local, err := openLocal(c.state, newLogger(stderr, "warn", "text"))
	if err != nil {
		return err
	}
	var extra cert.Names
	for _, host := range c.hosts {
		if ip := net.ParseIP(host); ip != nil {
			extra.IPs = append(extra.IPs, ip)
		} else {
			extra.DNS = append(extra.DNS, host)
		}
	}
	err = local.WritePair(c.certFile, c.keyFile, extra, c.force)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w; -force overwrites", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s and %s are made. A server that is started in this folder uses them.\n", c.certFile, c.keyFile)
	return nil
}
