//go:build !cgo

package source

func h264Codecs() []videoCodec { return nil }

func soundCodecs() []soundCodec { return nil }
