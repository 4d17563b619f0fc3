package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// resolve is the command of that name.
func resolve(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("resolve", flag.ContinueOnError)
	mode := flags.String("resolver", "auto", "")
	raw := flags.Bool("raw", false, "")
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return usageError("want a name to resolve")
	}
	for _, name := range flags.Args() {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return usageError(fmt.Sprintf("%q is no name of a host", name))
		}
	}
	resolver, err := useResolver(*mode, *raw)
	if err != nil {
		return err
	}

	var failures error
	for _, name := range flags.Args() {
		var lines string
		if *raw {
			lines, err = lookUp(resolver, name)
		} else {
			lines, err = lookUpAndTell(*mode, name)
		}
		failures = errors.Join(failures, err)
		if _, err := io.WriteString(stdout, lines); err != nil {
			return errors.Join(failures, err)
		}
	}
	return failures
}

// lookUp gives a line for each address, sorted: resolvers turn them around to
// spread load.
func lookUp(resolver *net.Resolver, name string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	addresses, err := resolver.LookupHost(ctx, name)
	if err != nil {
		return "", err
	}
	slices.Sort(addresses)
	var lines strings.Builder
	for _, address := range slices.Compact(addresses) {
		fmt.Fprintf(&lines, "%s %s\n", name, address)
	}
	return lines.String(), nil
}

// lookUpAndTell has this program look the name up once more in a process of its
// own, whose stderr has what package net says it decided, and adds that as a
// line. A look-up that fails has it too.
func lookUpAndTell(mode, name string) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	var out, said strings.Builder
	child := exec.Command(program, "resolve", "-raw", "-resolver", mode, "--", name)
	child.Stdout, child.Stderr = &out, &said
	failure := child.Run()
	var exit *exec.ExitError
	if failure != nil && !errors.As(failure, &exit) {
		return "", failure
	}

	order, complaint := readTold(said.String(), name)
	switch _, err := netip.ParseAddr(name); {
	case err == nil:
		fmt.Fprintf(&out, "%s resolver none: it is an address\n", name)
	case order == "":
		return out.String(), fmt.Errorf("package net did not say how it looks up %s; it said %q", name, said.String())
	case order == "cgo":
		fmt.Fprintf(&out, "%s resolver system order %s\n", name, order)
	default:
		fmt.Fprintf(&out, "%s resolver go order %s\n", name, order)
	}
	if failure != nil {
		return out.String(), errors.New(complaint)
	}
	return out.String(), nil
}

// readTold finds, in what a process with netdns=2 left on stderr, the order in
// which name was looked up, and the program's own complaint. The order of the
// last look-up of that name counts: useResolver may have tried the same.
func readTold(said, name string) (order, complaint string) {
	for _, line := range strings.Split(said, "\n") {
		if told, found := strings.CutPrefix(line, "go package net: "); found {
			if o, found := strings.CutPrefix(told, "hostLookupOrder("+name+") = "); found {
				order = o
			}
		} else if line != "" {
			complaint = strings.TrimPrefix(line, "httpserve: ")
		}
	}
	return order, complaint
}
