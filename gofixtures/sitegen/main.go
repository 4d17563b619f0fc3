// Sitegen builds a web site from a folder of Markdown, templates and style
// sheets.
package main

import (
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopie.example/sitegen/site"
	"gopie.example/sitegen/style"
)

const usage = `usage: sitegen build [-source DIR] [-destination DIR] [-base-url URL] [-drafts]
                     [-minify] [-check-links error|warn|off] [-jobs N]
                     [-render-to-memory] [-digest | -digests]
       sitegen new DIR
       sitegen version [-v]
       sitegen --version | --help

build makes a site of DIR: the pages content/**/*.md with the templates/*.html,
the style sheets styles/*.scss, and the files static/**, as site.toml says. It
prints how many pages, files and bytes that is, and lists all that is wrong with
the source as FILE:LINE: MESSAGE; then nothing is written. Files in the
destination that it has not written it leaves alone.

  -source DIR         default .
  -destination DIR    default public, in the source
  -base-url URL       instead of base_url in site.toml
  -drafts             build the pages with "draft: true" too
  -minify             make HTML and CSS smaller
  -check-links error  what broken links within the site are: error, warn or off
  -jobs N             work on N pages at a time; default as many as processors
  -render-to-memory   write nothing
  -digest             print the SHA-256 over all files too
  -digests            print the SHA-256 of each file

new writes an example of a site into DIR, which must be new or empty.

version -v also prints which implementation of style sheets is built in: c or go.

Exit status: 0 well, 1 failure, 2 usage.

example: sitegen new blog && sitegen build -source blog
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdout, stderr io.Writer) int {
	err := sitegen(args, stdout, stderr)
	var misuse usageError
	var problems site.Problems
	switch {
	case err == nil:
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "sitegen: %v\nhint: see sitegen --help\n", err)
		return 2
	case errors.As(err, &problems):
		fmt.Fprintf(stderr, "%v\n", err)
		return 1
	}
	fmt.Fprintf(stderr, "sitegen: %v\n", err)
	return 1
}

func sitegen(args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return usageError("want a command: build, new or version")
	}
	var err error
	switch args[0] {
	case "--version", "-version":
		_, err = io.WriteString(stdout, "sitegen 1.0\n")
	case "--help", "-help", "-h":
		err = flag.ErrHelp
	case "build":
		err = build(args[1:], stdout, stderr)
	case "new":
		err = newSite(args[1:], stdout)
	case "version":
		err = version(args[1:], stdout)
	default:
		return usageError(fmt.Sprintf("unknown command %q", args[0]))
	}
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(stdout, usage)
	}
	return err
}

// parse reads the flags of a command and wants n arguments after them;
// flag.ErrHelp passes through.
func parse(flags *flag.FlagSet, args []string, n int) error {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return usageError(err.Error())
	}
	if flags.NArg() != n {
		return usageError(fmt.Sprintf("%s: want %d arguments, have %d", flags.Name(), n, flags.NArg()))
	}
	return nil
}

func version(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("version", flag.ContinueOnError)
	verbose := flags.Bool("v", false, "")
	if err := parse(flags, args, 0); err != nil {
		return err
	}
	text := "sitegen 1.0\n"
	if *verbose {
		text += "style " + style.Implementation + "\n"
	}
	_, err := io.WriteString(stdout, text)
	return err
}

func build(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	opts := site.Options{CompileStyle: compileStyle}
	source := flags.String("source", ".", "")
	destination := flags.String("destination", "", "")
	flags.StringVar(&opts.BaseURL, "base-url", "", "")
	flags.BoolVar(&opts.Drafts, "drafts", false, "")
	flags.BoolVar(&opts.Minify, "minify", false, "")
	flags.IntVar(&opts.Jobs, "jobs", 0, "")
	flags.Func("check-links", "", func(s string) error {
		checks := map[string]site.LinkCheck{"error": site.LinksError, "warn": site.LinksWarn, "off": site.LinksOff}
		var ok bool
		if opts.CheckLinks, ok = checks[s]; !ok {
			return errors.New("want error, warn or off")
		}
		return nil
	})
	toMemory := flags.Bool("render-to-memory", false, "")
	digest := flags.Bool("digest", false, "")
	digests := flags.Bool("digests", false, "")
	if err := parse(flags, args, 0); err != nil {
		return err
	}
	switch {
	case opts.Jobs < 0 || opts.Jobs > 1000:
		return usageError("-jobs must be from 1 to 1000, or 0 for as many as processors")
	case *toMemory && *destination != "":
		return usageError("-render-to-memory writes to no -destination")
	case *destination == "":
		*destination = filepath.Join(*source, "public")
	}
	if info, err := os.Stat(*source); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%s is no folder", *source)
	}
	if !*toMemory {
		if err := checkDestination(*source, *destination); err != nil {
			return err
		}
	}
	opts.Source = os.DirFS(*source)
	output, warnings, err := site.Build(opts)
	if len(warnings) > 0 {
		fmt.Fprintf(stderr, "%v\n", warnings)
	}
	if err != nil {
		return err
	}
	summary := output.Summary()
	if !*toMemory {
		changes, err := output.Write(*destination)
		if err != nil {
			return err
		}
		summary += fmt.Sprintf(", %d written, %d unchanged, %d removed", changes.Written, changes.Unchanged, changes.Removed)
	}
	if *digest {
		summary += ", sha256 " + output.Digest()
	}
	if *digests {
		if err := output.WriteDigests(stdout); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(stdout, summary)
	return err
}

// compileStyle is style.Compile as package site wants it.
func compileStyle(entry string, fsys fs.FS, minify bool) ([]byte, error) {
	return style.Compile(entry, fsys, style.Options{Minify: minify})
}

// checkDestination refuses to write a site over its own source.
func checkDestination(source, destination string) error {
	from, err := filepath.Abs(source)
	if err != nil {
		return err
	}
	to, err := filepath.Abs(destination)
	if err != nil {
		return err
	}
	if within(from, to) {
		return fmt.Errorf("the destination %s holds the source", destination)
	}
	for _, folder := range []string{"content", "templates", "styles", "static"} {
		if within(to, filepath.Join(from, folder)) {
			return fmt.Errorf("the destination %s is in %s of the source", destination, folder)
		}
	}
	return nil
}

// within is whether name is folder or below it.
func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}

// example is the site that new writes; the tests build it too.
//
//go:embed all:testdata/site
var example embed.FS

// newSite is the command new.
func newSite(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("new", flag.ContinueOnError)
	if err := parse(flags, args, 1); err != nil {
		return err
	}
	folder := flags.Arg(0)
	if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty", folder)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := fs.Sub(example, "testdata/site")
	if err != nil {
		return err
	}
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		full := filepath.Join(folder, filepath.FromSlash(name))
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.MkdirAll(full, 0o777)
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return os.WriteFile(full, data, 0o666)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: now edit it, and run: sitegen build -source %s\n", folder, folder)
	return err
}
