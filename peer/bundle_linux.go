package peer

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

const canSegment = true

// segment sends a bundle as one, which the kernel or the network card cuts into
// datagrams (UDP_SEGMENT, udp(7)). It is false if nothing was sent.
func (s *bundler) segment(p *bundle) bool {
	control := make([]byte, unix.CmsgSpace(2))
	h := unix.Cmsghdr{Level: unix.SOL_UDP, Type: unix.UDP_SEGMENT}
	h.SetLen(unix.CmsgLen(2))
	n, err := binary.Encode(control, binary.NativeEndian, &h)
	if err != nil {
		return false
	}
	binary.NativeEndian.PutUint16(control[n:], uint16(p.size))
	_, _, err = s.WriteMsgUDPAddrPort(p.data, control, p.to)
	switch {
	case err == nil:
		return true
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.EIO), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOPROTOOPT):
		s.single.Store(true) // an old kernel, or a card that computes no checksums
		return false
	}
	return true // lost, as any datagram may be
}
