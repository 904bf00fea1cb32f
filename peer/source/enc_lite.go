//go:build !(cgo && full)

package source

func vp8Codecs() []videoCodec { return nil }

func jpegDecoders() []string { return nil }
