package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// listenFlag is what -listen asks for.
type listenFlag struct{ scheme, address string } // scheme "": as -tls says

// serve is the command of that name.
func serve(args []string, stdout, stderr io.Writer) (err error) {
	c := defaults()
	c.errorLog = log.New(stderr, "httpserve: ", 0)
	var listen []listenFlag
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.StringVar(&c.root, "root", c.root, "")
	flags.Func("listen", "", func(s string) error {
		l, err := parseListen(s)
		listen = append(listen, l)
		return err
	})
	useTLS := flags.Bool("tls", false, "")
	certFile := flags.String("tls-cert", "", "")
	keyFile := flags.String("tls-key", "", "")
	flags.BoolVar(&c.list, "list", false, "")
	noGzip := flags.Bool("no-gzip", false, "")
	flags.Func("proxy", "", func(s string) error {
		rule, err := parseProxyRule(s)
		c.rules = append(c.rules, rule)
		return err
	})
	flags.DurationVar(&c.proxyTimeout, "proxy-timeout", c.proxyTimeout, "")
	flags.BoolVar(&c.proxyFresh, "proxy-fresh", false, "")
	flags.StringVar(&c.resolverMode, "resolver", c.resolverMode, "")
	flags.Int64Var(&c.maxBody, "max-body", c.maxBody, "")
	logFile := flags.String("log", "", "")
	logFormat := flags.String("log-format", "combined", "")
	grace := flags.Duration("grace", 10*time.Second, "")
	flags.DurationVar(&c.headerTimeout, "header-timeout", c.headerTimeout, "")
	flags.DurationVar(&c.readTimeout, "read-timeout", c.readTimeout, "")
	flags.DurationVar(&c.writeTimeout, "write-timeout", c.writeTimeout, "")
	flags.DurationVar(&c.idleTimeout, "idle-timeout", c.idleTimeout, "")
	flags.IntVar(&c.maxHeader, "max-header", c.maxHeader, "")
	flags.IntVar(&c.maxConns, "max-conns", c.maxConns, "")
	flags.IntVar(&c.maxHostConns, "max-conns-per-host", c.maxHostConns, "")
	if err := errors.Join(parse(flags, args), noArguments(flags)); err != nil {
		return err
	}
	if len(listen) == 0 {
		listen = []listenFlag{{"", "127.0.0.1:8080"}}
	}
	c.gzip, c.logJSON = !*noGzip, *logFormat == "json"
	switch {
	case (*certFile == "") != (*keyFile == ""):
		return usageError("-tls-cert and -tls-key go together")
	case *logFormat != "json" && *logFormat != "combined":
		return usageError(fmt.Sprintf("-log-format is combined or json, not %q", *logFormat))
	case min(c.proxyTimeout, c.headerTimeout, c.readTimeout, c.writeTimeout, c.idleTimeout) <= 0 || *grace < 0:
		return usageError("timeouts must be above zero: a server without one waits for ever")
	case c.maxBody < 0:
		return usageError("-max-body must not be negative")
	case min(c.maxHeader, c.maxConns, c.maxHostConns) < 1:
		return usageError("-max-header, -max-conns and -max-conns-per-host must be at least 1")
	}
	if c.resolver, err = useResolver(c.resolverMode, false); err != nil {
		return err
	}

	fromFlag := "http"
	if *useTLS {
		fromFlag = "https"
	}
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	secure := false
	for i := range listen {
		if listen[i].scheme == "" {
			listen[i].scheme = fromFlag
		}
		host, _, _ := net.SplitHostPort(listen[i].address) // parseListen has seen to it
		if listen[i].scheme == "https" {
			secure = true
			hosts = addHost(hosts, host)
		}
	}
	pin := ""
	if secure {
		certificate, err := certificateOf(*certFile, *keyFile, hosts)
		if err != nil {
			return err
		}
		c.tlsConfig = serverTLS(certificate)
		pin = fingerprint(certificate.Certificate[0])
	}
	if *logFile == "-" {
		c.log = stderr
	} else if *logFile != "" {
		file, err := os.OpenFile(*logFile, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
		if err != nil {
			return err
		}
		defer file.Close()
		c.log = file
	}

	s, err := newServer(c)
	if err != nil {
		return err
	}
	// Before the first line on stdout: who has read it may send a signal.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	for _, l := range listen {
		url, err := s.listen(l.scheme, l.address)
		if err == nil {
			_, err = fmt.Fprintf(stdout, "listening on %s\n", url)
		}
		if err != nil {
			s.http.Close()
			return err
		}
	}
	if pin != "" {
		if _, err := fmt.Fprintf(stdout, "certificate sha256 %s\n", pin); err != nil {
			s.http.Close()
			return err
		}
	}
	return s.untilSignal(signals, *grace, c.errorLog)
}

// untilSignal ends well if all requests under way came to their end in time
// after a first signal. A second one cuts them off.
func (s *server) untilSignal(signals <-chan os.Signal, grace time.Duration, log *log.Logger) error {
	select {
	case err := <-s.ended:
		s.http.Close()
		return err
	case got := <-signals:
		log.Printf("%v: waiting up to %v for requests under way", got, grace)
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return s.shutdown(ctx)
}

// parseListen reads "[http://|https://]HOST:PORT".
func parseListen(s string) (listenFlag, error) {
	var l listenFlag
	l.address = s
	if scheme, address, found := strings.Cut(s, "://"); found {
		if scheme != "http" && scheme != "https" {
			return l, fmt.Errorf("%q begins with neither http:// nor https://", s)
		}
		l = listenFlag{scheme, address}
	}
	_, port, err := net.SplitHostPort(l.address)
	if err != nil || port == "" {
		return l, fmt.Errorf("%q is not HOST:PORT", s)
	}
	return l, nil
}

// addHost leaves out what a certificate cannot say: any address.
func addHost(hosts []string, host string) []string {
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return hosts
	}
	for _, h := range hosts {
		if h == host {
			return hosts
		}
	}
	return append(hosts, host)
}
