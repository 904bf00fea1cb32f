package main

import (
	"net"
	"testing"
	"time"

	"github.com/pion/mdns/v2"
	"golang.org/x/net/dns/dnsmessage"
)

// TestNames asks for the server's name, and for another's, as a phone does
// (RFC 6762, section 6.7), on loopback in place of the multicast group.
func TestNames(t *testing.T) {
	socket := func() *net.UDPConn {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	group, phone := socket(), socket()
	defer phone.Close()
	server, err := serveNames(group, nil, mdns.WithIncludeLoopback(true))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, name := range []string{"other.local.", localName + "."} {
		question := dnsmessage.Message{Questions: []dnsmessage.Question{{
			Name: dnsmessage.MustNewName(name), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET,
		}}}
		packet, err := question.Pack()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := phone.WriteTo(packet, group.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	// Of the two questions only the second is answered.
	reply := make([]byte, 1500)
	if err := phone.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := phone.Read(reply)
	if err != nil {
		t.Fatal(err)
	}
	var answer dnsmessage.Message
	if err := answer.Unpack(reply[:n]); err != nil {
		t.Fatal(err)
	}
	if len(answer.Answers) != 1 || answer.Answers[0].Header.Name.String() != localName+"." {
		t.Errorf("answered %+v", answer.Answers)
	}
}
