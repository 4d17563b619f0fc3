// Passbound says whether a password withstands an attacker whom nothing but
// physics limits: so much energy, so much mass, so much time.
//
// It bounds guessing by brute force, and no other attack. It knows no words,
// so what it says of a password that people have made up is an upper bound.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const usage = `usage: passbound strength [ATTACKER] [-summary] [PASSWORD...]
       passbound limit [ATTACKER]
       passbound generate [ATTACKER | -bits N] [-alphabet CHARACTERS | -classes LIST]
                 [-min-length N] [-max-length N] [-count N] [-seed N]
       passbound --version | --help

strength judges each password, given as an argument or, without arguments or
with "-", on a line of stdin, and prints for each: its bits of entropy, the bits
needed, and ok or weak. The password itself is not printed.

limit prints how many bits the attacker can try in full, and what limits it:
energy, speed or rate.

generate prints passwords of enough bits.

ATTACKER, any of these; without -energy, -mass and -guesses-per-second the
attacker has the mass of the Earth:
  -energy J                in joules
  -mass KG                 in kilograms, all of it turned into energy
  -time S                  in seconds; without it, for ever
  -temperature K           in kelvins, of what heat is shed into; default 2.725,
                           the cosmic microwave background
  -guesses-per-second G    needs -time
  -quantum                 searches with Grover's algorithm, which halves the
                           bits that a password is worth

of strength:
  -summary                 print totals instead of a line for each password

of generate:
  -bits N                  reach N bits, whoever attacks
  -alphabet CHARACTERS     draw from these
  -classes LIST            draw from these of lower,upper,digit,symbol; default all
  -min-length N            default 1
  -max-length N            default 1024
  -count N                 how many; default 1
  -seed N                  the same passwords for the same N: for tests, not secret

Exit status: 0 well (weak passwords are an answer, not a failure), 1 failure,
2 usage.

example: passbound strength -energy 4e52 -quantum 'correct horse battery staple'
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// usageError is a command line that makes no sense.
type usageError string

func (e usageError) Error() string { return string(e) }

// run is the whole program but for the process: arguments in, exit status out.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := passbound(args, stdin, stdout, stderr)
	var misuse usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "passbound: %v\nhint: see passbound --help\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "passbound: %v\n", err)
	return 1
}

func passbound(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return usageError("want a command: strength, limit or generate")
	}
	var err error
	switch args[0] {
	case "--version", "-version":
		_, err = io.WriteString(stdout, "passbound 1.0\n")
	case "--help", "-help", "-h":
		err = flag.ErrHelp
	case "strength":
		err = strength(args[1:], stdin, stdout)
	case "limit":
		err = limit(args[1:], stdout)
	case "generate":
		err = generate(args[1:], stdout, stderr)
	default:
		return usageError(fmt.Sprintf("unknown command %q", args[0]))
	}
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(stdout, usage)
	}
	return err
}

// parse reads the flags of a command; flag.ErrHelp passes through.
func parse(flags *flag.FlagSet, args []string) (given map[string]bool, err error) {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, usageError(err.Error())
	}
	given = make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return given, nil
}

// limit is the command of that name.
func limit(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("limit", flag.ContinueOnError)
	a := attackerFlags(flags)
	if _, err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usageError(fmt.Sprintf("limit takes no argument, have %q", flags.Arg(0)))
	}
	bound, err := a.bound()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%v %s\n", bound.bits, bound.by)
	return err
}
