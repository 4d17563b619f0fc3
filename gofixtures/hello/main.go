// Hello is the floor: the least that a Go program can do and still be seen to
// have done it. It greets with one write and leaves fmt, flags and arguments
// alone, so that what its binary holds and its start costs is the runtime's.
package main

import (
	"io"
	"os"
)

func main() {
	if greet(os.Stdout) != nil {
		os.Exit(1)
	}
}

func greet(w io.StringWriter) error {
	_, err := w.WriteString("hello, world\n")
	return err
}
