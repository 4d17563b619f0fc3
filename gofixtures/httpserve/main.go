// Httpserve serves a folder over HTTP and HTTPS, passes what is under given
// prefixes on to other servers, and has a client to check such a server with.
//
// It is written for Unix: it stops on SIGTERM and opens files with O_NOFOLLOW.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = `usage: httpserve serve [FLAG]...
       httpserve resolve [-resolver MODE] [-raw] NAME...
       httpserve fixture DIR
       httpserve load -url URL [FLAG]...
       httpserve self-test -requests N
       httpserve --version | --help

serve serves files until SIGINT or SIGTERM. It prints a line
"listening on http://ADDRESS" for each address and, with TLS, one
"certificate sha256 HEX"; all else that it says goes to stderr.
  -root DIR             the folder to serve; default "."
  -listen ADDR          HOST:PORT to listen on; port 0 takes a free one; may be
                        given more than once, and begin with http:// or
                        https://; default 127.0.0.1:8080
  -tls                  addresses that do not say are https
  -tls-cert F -tls-key F
                        the certificate and its key, both made and kept there
                        if neither is; else one is made for this run only
  -list                 list folders that have no index.html
  -no-gzip              do not compress; files NAME.gz are served for NAME still
  -proxy /PREFIX=URL    pass this prefix on to URL; may be given more than once.
                        A path in URL takes the place of the prefix
  -proxy-timeout 10s    longest wait for a server behind us to go on
  -proxy-fresh          connect, and so resolve the name, for every request
  -resolver MODE        auto: Go chooses; go: Go's own; system: the C library's,
                        which a program built without cgo refuses
  -max-body N           longest request body passed on, in bytes; default 10 MiB
  -log FILE             access log; "-" is stderr; default none
  -log-format FORMAT    combined (default) or json
  -grace 10s            how long requests may go on after a signal
  -header-timeout 10s   for the header of a request
  -read-timeout 1m      for a whole request
  -write-timeout 30s    for a client to take the next piece of an answer
  -idle-timeout 2m      for a connection to wait for its next request
  -max-header N         longest request header, in bytes; default 32 KiB
  -max-conns N          connections at a time; more of them wait; default 1024
  -max-conns-per-host N of these from one address, more are cut; default 256

resolve looks names up and prints "NAME ADDRESS" lines and, for each name,
"NAME resolver go|system order ORDER", as package net itself says of that look-up.
  -resolver MODE        as above
  -raw                  look up in this very process: what package net says
                        comes on stderr, and the resolver line is left out

fixture writes the files that load asks for. load makes a bounded number of
requests to servers of them, by default on loopback only, and checks each byte.
  -url URL              http or https; more than one are used in turn
  -requests N           how many; default 1000
  -concurrency N        how many at a time; default 4
  -prefix /PREFIX       ask for every other path under this one, which must be
                        passed on to a server of the same files
  -fingerprint HEX      SHA-256 of the certificate to accept of https
  -until-refused        stop well once no more requests are taken
  -remote               allow addresses other than loopback

self-test serves the fixture to itself over http, https and a proxy, makes N
requests one after the other, checks each and prints a digest of the answers.

Exit status: 0 well, 1 failure (of serve: requests were cut off at the end; of
load: an answer was not right), 2 usage.

example: httpserve serve -root public -listen 127.0.0.1:0 -proxy /api=http://backend.example:8000
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdout, stderr io.Writer) int {
	err := httpserve(args, stdout, stderr)
	var misuse usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "httpserve: %v\nhint: see httpserve --help\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "httpserve: %v\n", err)
	return 1
}

func httpserve(args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return usageError("want a command: serve, resolve, fixture, load or self-test")
	}
	var err error
	switch args[0] {
	case "--version", "-version":
		_, err = io.WriteString(stdout, "httpserve 1.0\n")
	case "--help", "-help", "-h":
		err = flag.ErrHelp
	case "serve":
		err = serve(args[1:], stdout, stderr)
	case "resolve":
		err = resolve(args[1:], stdout)
	case "fixture":
		err = fixture(args[1:])
	case "load":
		err = load(args[1:], stdout)
	case "self-test":
		err = selfTest(args[1:], stdout, stderr)
	default:
		return usageError(fmt.Sprintf("unknown command %q", args[0]))
	}
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(stdout, usage)
	}
	return err
}

// parse reads the flags of a command; flag.ErrHelp passes through.
func parse(flags *flag.FlagSet, args []string) error {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil && !errors.Is(err, flag.ErrHelp) {
		return usageError(err.Error())
	} else if err != nil {
		return err
	}
	return nil
}

// noArguments is for commands that take flags only.
func noArguments(flags *flag.FlagSet) error {
	if flags.NArg() > 0 {
		return usageError(fmt.Sprintf("%s takes no argument, have %q", flags.Name(), flags.Arg(0)))
	}
	return nil
}
