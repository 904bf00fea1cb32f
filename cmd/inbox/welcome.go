package main

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/mdp/qrterminal/v3"
	"golang.org/x/term"

	"inbox/internal/cert"
)

// printWelcome prints the addresses to open, the one for a phone first and, if
// there is no better one to show, as a QR code in a terminal, and how to know and
// trust the certificate.
func printWelcome(w io.Writer, c *serveConfig, bound net.Addr, certificate *certificate, code bool) {
	urls, network := addressesToOpen(c, bound)
	fmt.Fprint(w, "Open one of these where the camera is and where you want to see it:\n\n")
	for _, url := range urls {
		fmt.Fprintf(w, "  %s\n", url)
	}
	fmt.Fprintln(w)
	if code && network && isTerminal(w) {
		qrterminal.GenerateHalfBlock(urls[0], qrterminal.L, w)
		fmt.Fprintln(w)
	}
	if !network {
		fmt.Fprint(w, "Only this machine can open them: it has no network, or -bind keeps others out.\n")
	}
	if certificate.leaf == nil {
		fmt.Fprint(w, "Without HTTPS browsers give the camera only to pages opened on localhost.\n")
		return
	}
	fmt.Fprintf(w, "Certificate SHA-256 %s\n", cert.Fingerprint(certificate.leaf()))
	if certificate.ca != nil {
		fmt.Fprintf(w, "Authority   SHA-256 %s\n", cert.Fingerprint(certificate.ca()))
		fmt.Fprintf(w, "Browsers warn until they trust the authority: %sca.crt", urls[0])
		if c.public == "" {
			fmt.Fprintf(w, " (%strust.html shows how)", urls[0])
		}
		fmt.Fprintln(w)
	}
}

// addressesToOpen are the URLs of the server, and whether others can reach it.
func addressesToOpen(c *serveConfig, bound net.Addr) (urls []string, network bool) {
	at, port := boundTo(c.bind, bound)
	scheme, standard := "https", "443"
	if !c.https {
		scheme, standard = "http", "80"
	}
	url := func(host string) string {
		authority := net.JoinHostPort(host, strconv.Itoa(port))
		return scheme + "://" + strings.TrimSuffix(authority, ":"+standard) + "/"
	}
	for _, a := range reachable(at, machineAddresses()) {
		urls = append(urls, url(a.String()))
	}
	network = len(urls) > 0
	if network && c.mdns {
		urls = append(urls, url(localName))
	}
	switch {
	case at.IsUnspecified():
		urls = append(urls, url("localhost"))
	case at.IsLoopback():
		urls = append(urls, url(at.String()))
	}
	return urls, network
}

// boundTo is the address and the port that the server listens on.
func boundTo(bind string, bound net.Addr) (at netip.Addr, port int) {
	tcp, ok := bound.(*net.TCPAddr)
	if !ok {
		return at, 0
	}
	at, _ = netip.AddrFromSlice(tcp.IP)
	if strings.HasPrefix(bind, "0.0.0.0:") {
		at = netip.IPv4Unspecified() // the system may call it [::]
	}
	return at.Unmap(), tcp.Port
}

// isTerminal reports whether w is a terminal, where a person can scan a QR code.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
