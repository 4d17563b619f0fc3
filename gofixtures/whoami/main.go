// Whoami looks users up with os/user: the current one, or those named.
//
// It leaves to os/user how that is done: by the C library and whatever its
// name service switch is set up to ask, when built with cgo; by reading
// /etc/passwd and /etc/group, when not. The two see the same users only where
// those files are all there is.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/user"
)

const usage = `usage: whoami [-json] [-groups] [NAME|UID]...
       whoami -repeat N NAME|UID...

Without arguments, prints the current user's name. With users, or with -json
or -groups, prints a line for each: user and group, by id and name, and home.
An argument made of digits alone is a uid.

  -groups     add the groups that the user is a member of, sorted by id
  -json       print each user as a JSON object on a line of its own
  -repeat N   look each user and the user's group up N times and print
              "UID NAME N"
  --version   print the version
  --help      print this

Exit status: 0 all found, 1 a look-up failed, 2 usage.

example: whoami -json -groups root
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// errReported is a failure that stderr has been told of already.
var errReported = errors.New("already reported")

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdout, stderr io.Writer) int {
	err := whoami(args, stdout, stderr)
	var misuse usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return 1
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "whoami: %v\nhint: see whoami --help\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "whoami: %v\n", err)
	return 1
}

func whoami(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("whoami", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var (
		asJSON  = flags.Bool("json", false, "")
		groups  = flags.Bool("groups", false, "")
		repeat  = flags.Int("repeat", 0, "")
		version = flags.Bool("version", false, "")
	)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, usage)
		return err
	} else if err != nil {
		return usageError(err.Error())
	}
	if *version {
		_, err := io.WriteString(stdout, "whoami 1.0\n")
		return err
	}

	repeating := false
	flags.Visit(func(f *flag.Flag) { repeating = repeating || f.Name == "repeat" })
	switch {
	case repeating && *repeat < 1:
		return usageError("-repeat must be at least 1")
	case repeating && (*asJSON || *groups):
		return usageError("-repeat goes with neither -json nor -groups")
	case repeating && flags.NArg() == 0:
		return usageError("-repeat needs a user to look up")
	}

	show := func(r record) (err error) {
		if *groups {
			if r.Groups, err = groupsOf(r); err != nil {
				return err
			}
		}
		if *asJSON {
			return json.NewEncoder(stdout).Encode(r)
		}
		_, err = fmt.Fprintln(stdout, r)
		return err
	}
	if flags.NArg() == 0 {
		u, err := user.Current()
		if err != nil {
			return err
		}
		if !*asJSON && !*groups {
			_, err = fmt.Fprintln(stdout, u.Username)
			return err
		}
		r, err := describe(u)
		if err != nil {
			return err
		}
		return show(r)
	}

	// One unknown user does not keep the others from being shown.
	failed := false
	for _, who := range flags.Args() {
		r, err := lookup(who)
		for i := 1; i < *repeat && err == nil; i++ {
			r, err = lookup(who)
		}
		if err != nil {
			fmt.Fprintf(stderr, "whoami: %v\n", err)
			failed = true
			continue
		}
		if repeating {
			_, err = fmt.Fprintf(stdout, "%s %s %d\n", r.UID, r.Username, *repeat)
		} else {
			err = show(r)
		}
		if err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}
