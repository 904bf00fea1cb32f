// Package turbo decodes the JPEG pictures of cameras by libjpeg-turbo, which is
// linked statically. It is built with cgo and the tag full, and wants Debian's
// libjpeg62-turbo-dev. It takes a quarter of image/jpeg's time,
// conversion to 4:2:0 and to the range of video included.
package turbo
