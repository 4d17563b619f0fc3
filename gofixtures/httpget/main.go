// Httpget makes one HTTP request with net/http and writes the answer out.
//
// It leaves redirects, proxies, certificates and transport compression to
// net/http's own defaults. With -self-test it talks to a server of its own
// over the loopback interface instead, and needs no network.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"
)

const usage = `usage: httpget [-I] [-o FILE] [-timeout 10s] [-max-bytes N] [-H 'Key: value']... URL
       httpget -self-test N

Gets URL, following redirects, and writes the body to stdout.

  -H 'Key: value'  send this header; may be given more than once
  -I               ask for the headers alone (HEAD) and print the status and
                   the headers, sorted
  -max-bytes N     fail on a body of more than N bytes, once decompressed
  -o FILE          write to FILE instead of stdout
  -self-test N     serve on 127.0.0.1, make N requests there one after the
                   other, and print how many bytes came and their SHA-256
  -timeout 10s     give up after this long, the body included; 0 is never
  --version        print the version
  --help           print this

Exit status: 0 well, 1 the request failed or its HTTP status is 400 or above,
2 usage.

example: httpget -H 'Accept: text/html' -max-bytes 1000000 https://go.dev/
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdout, stderr io.Writer) int {
	err := httpget(args, stdout)
	var misuse usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "httpget: %v\nhint: see httpget --help\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "httpget: %v\n", err)
	return 1
}

func httpget(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("httpget", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var r request
	flags.BoolVar(&r.headersOnly, "I", false, "")
	flags.StringVar(&r.file, "o", "", "")
	flags.DurationVar(&r.timeout, "timeout", 10*time.Second, "")
	flags.Int64Var(&r.maxBytes, "max-bytes", -1, "")
	flags.Func("H", "", func(s string) error {
		key, value, err := parseHeader(s)
		r.headers = append(r.headers, header{key, value})
		return err
	})
	selfTest := flags.Int("self-test", 0, "")
	version := flags.Bool("version", false, "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, usage)
		return err
	} else if err != nil {
		return usageError(err.Error())
	}
	if *version {
		_, err := io.WriteString(stdout, "httpget 1.0\n")
		return err
	}

	given := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case given["self-test"] && (len(given) > 1 || flags.NArg() > 0):
		return usageError("-self-test goes with no other flag and no URL")
	case given["self-test"] && *selfTest < 1:
		return usageError("-self-test must be at least 1")
	case given["self-test"]:
		return runSelfTest(*selfTest, stdout)
	case given["max-bytes"] && r.maxBytes < 0:
		return usageError("-max-bytes must not be negative")
	case r.timeout < 0:
		return usageError("-timeout must not be negative")
	case flags.NArg() != 1:
		return usageError(fmt.Sprintf("want one URL, have %d", flags.NArg()))
	}
	var err error
	if r.url, err = parseURL(flags.Arg(0)); err != nil {
		return usageError(err.Error())
	}
	return r.do(stdout)
}

// parseURL takes absolute http and https URLs only.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q begins with neither http:// nor https://", s)
	}
	if u.Hostname() == "" {
		return nil, fmt.Errorf("%q names no host", s)
	}
	return u, nil
}
