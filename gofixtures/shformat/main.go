// Shformat formats shell scripts, as shfmt does: it parses POSIX shell and
// bash and prints the same script in one canonical layout.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"gopie.example/shformat/syntax"
)

const usage = `usage: shformat [flags] [PATH...]

Formats shell scripts and writes them to stdout, one after the other. Without
a PATH, or for -, it reads stdin. In folders it takes the files named *.sh and
*.bash and those that begin with #! and a shell.

  -bn        put && || | at the beginning of the next line, not at the end
  -ci        indent the patterns of case
  -d         print a unified diff instead; exit with 1 if there is any
  -fn        put the { of a function on a line of its own
  -i N       indent by N blanks; 0, the default, is by tabs
  -l         list the files whose formatting differs instead
  -ln LANG   posix, bash or auto: by #! or the name, else bash (default auto)
  -sr        put a blank behind redirection operators
  --tojson   print the syntax tree instead
  -w         write the result back to the file instead, after a check that it
             is the same script
  --version  print the version
  --help     print this

Exit status: 0 well, 1 a script has a syntax error or cannot be read or
written, or -d found a difference, 2 usage. After an error in one file the
others are done all the same.

example: shformat -i 2 -ci -d build.sh scripts/
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// errReported ends the program with status 1, all messages being out.
var errReported = errors.New("reported")

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := shformat(args, stdin, stdout, stderr)
	var misuse usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "shformat: %v\nhint: see shformat --help\n", err)
		return 2
	case !errors.Is(err, errReported):
		fmt.Fprintf(stderr, "shformat: %v\n", err)
	}
	return 1
}

// options is what the flags say.
type options struct {
	style                   syntax.Style
	lang                    string
	list, diff, write, json bool
}

// maxIndent is more than anybody wants, and bounds the output.
const maxIndent = 16

func shformat(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("shformat", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var o options
	flags.BoolVar(&o.style.BinaryNextLine, "bn", false, "")
	flags.BoolVar(&o.style.CaseIndent, "ci", false, "")
	flags.BoolVar(&o.style.FuncNextLine, "fn", false, "")
	flags.BoolVar(&o.style.SpaceRedirects, "sr", false, "")
	flags.IntVar(&o.style.Indent, "i", 0, "")
	flags.StringVar(&o.lang, "ln", "auto", "")
	flags.BoolVar(&o.diff, "d", false, "")
	flags.BoolVar(&o.list, "l", false, "")
	flags.BoolVar(&o.write, "w", false, "")
	flags.BoolVar(&o.json, "tojson", false, "")
	version := flags.Bool("version", false, "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, usage)
		return err
	} else if err != nil {
		return usageError(err.Error())
	}
	if *version {
		_, err := io.WriteString(stdout, "shformat 1.0\n")
		return err
	}
	switch {
	case o.style.Indent < 0 || o.style.Indent > maxIndent:
		return usageError(fmt.Sprintf("-i must be from 0 to %d", maxIndent))
	case o.lang != "auto" && o.lang != "bash" && o.lang != "posix":
		return usageError(fmt.Sprintf("-ln must be posix, bash or auto, not %q", o.lang))
	case o.json && (o.diff || o.list || o.write):
		return usageError("-tojson goes with none of -d, -l and -w")
	}
	paths := flags.Args()
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	for _, path := range paths {
		if path == "-" && o.write {
			return usageError("-w needs files, stdin cannot be written back")
		}
	}
	return formatAll(paths, o, stdin, stdout, stderr)
}
