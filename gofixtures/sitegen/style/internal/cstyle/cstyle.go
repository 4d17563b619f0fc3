//go:build cgo

// Package cstyle compiles style sheets with a C library, gopie_style, whose
// sources are in this folder.
package cstyle

/*
#cgo CFLAGS: -std=c11 -Wall -Wextra
#include "gopie_style.h"
*/
import "C"

import (
	"errors"
	"unsafe"

	"gopie.example/sitegen/style/internal/sheet"
)

// Compiler implements sheet.Compiler. It owns memory of C until Close.
type Compiler struct {
	handle *C.gopie_style
}

var errMemory = errors.New("style sheet compiler: out of memory")

// New returns a compiler without files.
func New(minify bool) (*Compiler, error) {
	handle := C.gopie_style_new(C.bool(minify))
	if handle == nil {
		return nil, errMemory
	}
	return &Compiler{handle}, nil
}

// Close frees the memory.
func (c *Compiler) Close() {
	C.gopie_style_free(c.handle)
	c.handle = nil
}

// Add parses a file and returns its number.
func (c *Compiler) Add(name string, text []byte) (file int, err error) {
	var number C.size_t
	status := C.gopie_style_add(c.handle,
		(*C.char)(unsafe.Pointer(unsafe.StringData(name))), C.size_t(len(name)),
		(*C.char)(unsafe.Pointer(unsafe.SliceData(text))), C.size_t(len(text)), &number)
	return int(number), c.failure(status)
}

// NextImport returns the first import that has no file yet.
func (c *Compiler) NextImport() (i sheet.Import, ok bool) {
	var note C.gopie_style_note
	if !C.gopie_style_next_import(c.handle, &note) {
		return i, false
	}
	return sheet.Import{File: goString(note.file, note.file_length), Name: goString(note.text, note.text_length)}, true
}

// ImportPosition returns where that import is.
func (c *Compiler) ImportPosition() (line, column int) {
	note := C.gopie_style_get_import(c.handle)
	return int(note.line), int(note.column)
}

// Resolve gives that import its file.
func (c *Compiler) Resolve(file int) {
	C.gopie_style_resolve(c.handle, C.size_t(file))
}

// Render evaluates the first file.
func (c *Compiler) Render() ([]byte, error) {
	var css *C.char
	var length C.size_t
	status := C.gopie_style_render(c.handle, &css, &length)
	if err := c.failure(status); err != nil {
		return nil, err
	}
	return []byte(goString(css, length)), nil
}

func (c *Compiler) failure(status C.gopie_style_status) error {
	switch status {
	case C.GOPIE_STYLE_OK:
		return nil
	case C.GOPIE_STYLE_NO_MEMORY:
		return errMemory
	}
	note := C.gopie_style_get_error(c.handle)
	return &sheet.Error{
		File: goString(note.file, note.file_length), Line: int(note.line), Column: int(note.column),
		Message: goString(note.text, note.text_length),
	}
}

// goString copies. Lengths are far below what C.GoStringN cannot take: the
// input and the output are limited to megabytes.
func goString(s *C.char, length C.size_t) string {
	return C.GoStringN(s, C.int(length))
}
