// Needsc compresses files and decompresses them, in a format of its own.
//
// Its codec is in C, and it has no other: it stands for the programs that need
// cgo to do their one job, and cannot be built without.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"

	"gopie.example/needsc/internal/nsc"
)

const usage = `usage: needsc compress [-1 ... -9] [-f] [-o OUTPUT] [FILE...]
       needsc decompress [-f] [-o OUTPUT] [FILE...]
       needsc test [FILE...]
       needsc self-test [-1 ... -9] [FILE...]
       needsc --version | --help

compress writes a stream for each FILE, one after the other, decompress writes
what the streams in each FILE hold, and test says nothing if they are all
well. self-test compresses each FILE, decompresses that again, compares, and
prints the sizes in bytes and the CRC-32 of the compressed stream.

Without FILE, or where it is "-", they read stdin; files are left as they are.

  -1 ... -9  quicker ... smaller; default -6
  -f         overwrite OUTPUT; write compressed data to a terminal, or read it
             from one
  -o OUTPUT  write to OUTPUT instead of stdout; if anything fails, it is not
             made, or left as it was

Exit status: 0 well, 1 failure (a FILE is corrupt, cannot be read, ...),
2 usage.

example: needsc compress -9 -o notes.nsc notes.txt
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := needsc(args, stdin, stdout)
	var misuse usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "needsc: %v\nhint: see needsc --help\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "needsc: %v\n", err)
	return 1
}

func needsc(args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) == 0 {
		return usageError("want a command: compress, decompress, test or self-test")
	}
	switch args[0] {
	case "--version", "-version":
		_, err := io.WriteString(stdout, "needsc 1.0\n")
		return err
	case "--help", "-help", "-h":
		_, err := io.WriteString(stdout, usage)
		return err
	}
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(stdout, usage)
		return err
	} else if err != nil {
		return err
	}
	switch args[0] {
	case "compress":
		return o.writeOutput(stdin, stdout, func(w io.Writer, r io.Reader) error {
			return nsc.Compress(w, r, o.level)
		})
	case "decompress":
		return o.writeOutput(stdin, stdout, nsc.Decompress)
	case "test":
		return o.eachFile(stdin, func(_ string, r io.Reader) error {
			return nsc.Decompress(io.Discard, r)
		})
	default: // parse knows no other
		return o.eachFile(stdin, func(name string, r io.Reader) error {
			result, err := selfTest(r, o.level)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(stdout, "%s: %v\n", name, result)
			return err
		})
	}
}

// options are what is said after a command.
type options struct {
	command string
	level   int
	force   bool
	output  string // "" is stdout
	files   []string
}

// parse reads the flags of a command; flag.ErrHelp passes through.
func parse(args []string) (options, error) {
	o := options{command: args[0], level: nsc.DefaultLevel}
	flags := flag.NewFlagSet(o.command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	levels := func() {
		for level := nsc.MinLevel; level <= nsc.MaxLevel; level++ {
			level := level
			flags.BoolFunc(strconv.Itoa(level), "", func(string) error {
				o.level = level
				return nil
			})
		}
	}
	output := func() {
		flags.BoolVar(&o.force, "f", false, "")
		flags.Func("o", "", func(name string) error {
			if name == "" {
				return errors.New("empty name")
			}
			o.output = name
			return nil
		})
	}
	switch o.command {
	case "compress":
		levels()
		output()
	case "decompress":
		output()
	case "test":
		flags.BoolVar(&o.force, "f", false, "")
	case "self-test":
		levels()
	default:
		return o, usageError(fmt.Sprintf("unknown command %q", o.command))
	}
	if err := flags.Parse(args[1:]); errors.Is(err, flag.ErrHelp) {
		return o, err
	} else if err != nil {
		return o, usageError(err.Error())
	}
	if o.files = flags.Args(); len(o.files) == 0 {
		o.files = []string{"-"}
	}
	return o, nil
}
