//go:build !linux

package peer

const canSegment = false

func (s *bundler) segment(*bundle) bool { return false }
