package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// numericForm is an address as inet_aton(3) reads it and so, by POSIX and in
// glibc, musl and the BSDs, getaddrinfo too. Go's own resolver takes it for a
// name that cannot be, and asks nobody. So it tells the two apart, without any
// network.
const numericForm = "127.1"

// useResolver makes a choice of the resolver hold in this process. It must come
// before the first look-up of all: package net reads GODEBUG once. Telling,
// package net says on stderr what it decides for each name.
func useResolver(mode string, telling bool) (*net.Resolver, error) {
	resolver := net.DefaultResolver
	godebug := os.Getenv("GODEBUG")
	netdns := resolverSetting(godebug)
	switch mode {
	case "auto":
	case "go":
		resolver = &net.Resolver{PreferGo: true}
	case "system":
		netdns = "cgo"
	default:
		return nil, usageError(fmt.Sprintf("-resolver is auto, go or system, not %q", mode))
	}
	if telling {
		netdns += "+2"
	}
	if telling || mode == "system" {
		if err := os.Setenv("GODEBUG", withNetDNS(godebug, netdns)); err != nil {
			return nil, err
		}
	}
	if mode == "system" && !systemAnswers() {
		return nil, errors.New("-resolver system: the C library's resolver is not in this program; " +
			"it is in one built with CGO_ENABLED=1 and without the tag netgo")
	}
	return resolver, nil
}

// systemAnswers finds out by trying, rather than from how this was built, that
// the default resolver knows what Go's own does not.
func systemAnswers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := net.DefaultResolver.LookupHost(ctx, numericForm)
	_, errGo := (&net.Resolver{PreferGo: true}).LookupHost(ctx, numericForm)
	return err == nil && errGo != nil
}

// resolverSetting is what a GODEBUG list says of the resolver: of netdns=cgo+1
// it is cgo. Of two settings the last counts.
func resolverSetting(godebug string) (name string) {
	for _, setting := range strings.Split(godebug, ",") {
		if value, found := strings.CutPrefix(setting, "netdns="); found {
			name = ""
			for _, part := range strings.Split(value, "+") {
				if part == "go" || part == "cgo" {
					name = part
				}
			}
		}
	}
	return name
}

// withNetDNS puts netdns=value in the place of any other in a GODEBUG list.
func withNetDNS(godebug, value string) string {
	var settings []string
	for _, setting := range strings.Split(godebug, ",") {
		if setting != "" && !strings.HasPrefix(setting, "netdns=") {
			settings = append(settings, setting)
		}
	}
	return strings.Join(append(settings, "netdns="+value), ",")
}
