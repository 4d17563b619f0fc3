package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// eachFile opens one file after the other. Errors name theirs.
func (o options) eachFile(stdin io.Reader, do func(name string, r io.Reader) error) error {
	for _, name := range o.files {
		if err := o.oneFile(name, stdin, do); err != nil {
			return err
		}
	}
	return nil
}

func (o options) oneFile(name string, stdin io.Reader, do func(name string, r io.Reader) error) error {
	if name == "-" {
		if (o.command == "decompress" || o.command == "test") && !o.force && isTerminal(stdin) {
			return usageError("compressed data is not read from a terminal; -f reads it nevertheless")
		}
		return named("stdin", do("stdin", stdin))
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return named(name, do(name, file))
}

// named puts the name before an error that does not have it yet.
func named(name string, err error) error {
	var path *fs.PathError
	var output outputError
	if err == nil || errors.As(err, &path) || errors.As(err, &output) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// outputError is one of writing, of which no input is to blame.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

// outputWriter marks the errors of writing.
type outputWriter struct{ io.Writer }

func (w outputWriter) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if err != nil {
		err = outputError{err}
	}
	return n, err
}

// writeOutput converts all files to one output.
func (o options) writeOutput(stdin io.Reader, stdout io.Writer, convert func(io.Writer, io.Reader) error) (err error) {
	if o.output == "" {
		if o.command == "compress" && !o.force && isTerminal(stdout) {
			return usageError("compressed data is not written to a terminal; -f writes it nevertheless")
		}
		return o.eachFile(stdin, func(_ string, r io.Reader) error {
			return convert(outputWriter{stdout}, r)
		})
	}
	output, err := create(o.output, o.force)
	if err != nil {
		return err
	}
	defer func() { err = output.close(err) }()
	return o.eachFile(stdin, func(_ string, r io.Reader) error {
		return convert(outputWriter{output.file}, r)
	})
}

// output is a file that is there in the end only if all went well.
type output struct {
	file    *os.File
	partial string // what to remove after a failure; "" for a device or a pipe
	name    string // what to rename that to in the end; "" if that is its name
	signals chan os.Signal
}

// create makes a new file, or opens a device or a pipe that is there. A regular
// file that is to be overwritten stays until its successor is complete: so it
// may be an input as well.
func create(name string, overwrite bool) (*output, error) {
	out := &output{partial: name}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s: is a directory", name)
	case err == nil && !info.Mode().IsRegular():
		out.partial = ""
		out.file, err = os.OpenFile(name, os.O_WRONLY, 0)
	case err == nil && !overwrite:
		return nil, fmt.Errorf("%s: exists already; -f overwrites it", name)
	case err == nil:
		// Of a symbolic link, what it leads to is overwritten.
		if out.name, err = filepath.EvalSymlinks(name); err != nil {
			return nil, err
		}
		out.file, err = os.CreateTemp(filepath.Dir(out.name), filepath.Base(out.name)+".*.partial")
		if err != nil {
			return nil, err
		}
		out.partial = out.file.Name()
		if err = out.file.Chmod(info.Mode().Perm()); err != nil {
			return nil, out.close(err)
		}
	default:
		out.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}
	if err != nil {
		return nil, err
	}
	if out.partial != "" {
		out.removeOnSignal()
	}
	return out, nil
}

// removeOnSignal removes the partial file when the program is told to end, and
// then ends as if it had not asked for the signal.
func (out *output) removeOnSignal() {
	out.signals = make(chan os.Signal, 1)
	signal.Notify(out.signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if s, ok := <-out.signals; ok {
			os.Remove(out.partial)
			signal.Reset(s)
			syscall.Kill(os.Getpid(), s.(syscall.Signal))
		}
	}()
}

// close ends the output, given the error so far, and returns that or its own.
func (out *output) close(err error) error {
	if closeErr := out.file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && out.name != "" {
		err = os.Rename(out.partial, out.name)
	}
	if err != nil && out.partial != "" {
		os.Remove(out.partial)
	}
	if out.signals != nil {
		signal.Stop(out.signals)
		close(out.signals)
	}
	return err
}
