package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"
)

// selfTest is the command of that name. It waits for each answer before it asks
// again, so that the order of the answers, and with it the digest, is the same
// everywhere.
func selfTest(args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("self-test", flag.ContinueOnError)
	requests := flags.Int("requests", 0, "")
	if err := errors.Join(parse(flags, args), noArguments(flags)); err != nil {
		return err
	}
	if *requests < 1 || *requests > maxRequests {
		return usageError(fmt.Sprintf("-requests is 1 to %d", maxRequests))
	}
	dir, err := os.MkdirTemp("", "httpserve")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := writeFixture(dir); err != nil {
		return err
	}

	c := defaults()
	c.root = dir
	c.errorLog = log.New(stderr, "httpserve: ", 0)
	behind, err := newServer(c)
	if err != nil {
		return err
	}
	defer behind.http.Close()
	behindURL, err := behind.listen("http", "127.0.0.1:0")
	if err != nil {
		return err
	}
	target, err := url.Parse(behindURL)
	if err != nil {
		return err
	}
	// A name, to be resolved, and a path, to take the place of the prefix.
	target.Host, target.Path = "localhost:"+target.Port(), "/"
	c.rules = []proxyRule{{"/behind", target}}
	c.log = io.Discard // but written
	certificate, err := certificateOf("", "", []string{"localhost"})
	if err != nil {
		return err
	}
	c.tlsConfig = serverTLS(certificate)
	front, err := newServer(c)
	if err != nil {
		return err
	}
	defer front.http.Close()
	plain, err := front.listen("http", "127.0.0.1:0")
	if err != nil {
		return err
	}
	secure, err := front.listen("https", "127.0.0.1:0")
	if err != nil {
		return err
	}

	client := newClient(fingerprint(certificate.Certificate[0]), false, 1)
	if err := askAll(client, []string{plain, secure, plain + "/behind", secure + "/behind"}, *requests, stdout); err != nil {
		return err
	}
	client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(front.shutdown(ctx), behind.shutdown(ctx))
}

// askAll asks each base in turn for a whole round of the plan.
func askAll(client *http.Client, bases []string, requests int, stdout io.Writer) error {
	digest := sha256.New()
	total := 0
	p := newPlan()
	for i := 0; i < requests; i++ {
		a, err := p.at(i).do(context.Background(), client, bases[i/len(kinds)%len(bases)])
		if err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		a.digest(digest)
		total += len(a.content)
	}
	_, err := fmt.Fprintf(stdout, "requests %d bytes %d sha256 %x\n", requests, total, digest.Sum(nil))
	return err
}
