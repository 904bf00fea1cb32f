// Package vpx encodes VP8 by libvpx, which is linked statically. It is built
// with cgo and the tag full, and wants Debian's libvpx-dev; what pion's
// mediadevices has links dynamically and is too slow for a camera.
package vpx
