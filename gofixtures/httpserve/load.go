package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	maxRequests    = 10_000_000
	maxConcurrency = 256
	maxMistakes    = 10 // that are printed
)

// load is the command of that name.
func load(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	var bases []string
	flags.Func("url", "", func(s string) error {
		base, err := parseBase(s)
		bases = append(bases, base)
		return err
	})
	requests := flags.Int("requests", 1000, "")
	concurrency := flags.Int("concurrency", 4, "")
	prefix := flags.String("prefix", "", "")
	pin := flags.String("fingerprint", "", "")
	untilRefused := flags.Bool("until-refused", false, "")
	remote := flags.Bool("remote", false, "")
	if err := errors.Join(parse(flags, args), noArguments(flags)); err != nil {
		return err
	}
	switch {
	case len(bases) == 0:
		return usageError("want -url")
	case *requests < 1 || *requests > maxRequests:
		return usageError(fmt.Sprintf("-requests is 1 to %d", maxRequests))
	case *concurrency < 1 || *concurrency > maxConcurrency:
		return usageError(fmt.Sprintf("-concurrency is 1 to %d", maxConcurrency))
	case *prefix != "" && !strings.HasPrefix(*prefix, "/"):
		return usageError("-prefix begins with /")
	}
	client := newClient(*pin, *remote, *concurrency)
	defer client.CloseIdleConnections()
	t := tally{stopAtRefusal: *untilRefused}
	t.run(client, bases, strings.TrimSuffix(*prefix, "/"), int64(*requests), *concurrency)
	_, err := fmt.Fprintf(stdout, "requests %d ok %d refused %d cut %d wrong %d bytes %d\n",
		t.ok+t.refused+t.cut+t.wrong, t.ok, t.refused, t.cut, t.wrong, t.bytes)
	if t.cut > 0 || t.wrong > 0 || t.refused > 0 && !*untilRefused {
		err = errors.Join(append(t.mistakes, err)...)
	}
	return err
}

// parseBase takes what -url may be: scheme, host and port.
func parseBase(s string) (string, error) {
	target, err := parseTarget(s)
	if err != nil {
		return "", err
	}
	if target.Path != "" && target.Path != "/" {
		return "", fmt.Errorf("%q has a path", s)
	}
	return (&url.URL{Scheme: target.Scheme, Host: target.Host}).String(), nil
}

// newClient takes answers as they come: no redirects, no compression undone, no
// proxy of the environment's. What a name turns out to stand for is checked when
// it is connected to, so that no name leads beyond loopback.
func newClient(pin string, remote bool, concurrency int) *http.Client {
	dialer := &net.Dialer{
		Timeout: 10 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err == nil && !remote && !to.Addr().Unmap().IsLoopback() {
				err = fmt.Errorf("%s is not on loopback; -remote allows it", address)
			}
			return err
		},
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       time.Minute,
		Transport: &http.Transport{
			DialContext:         dialer.DialContext,
			DisableCompression:  true,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: concurrency,
			TLSClientConfig: &tls.Config{
				// A certificate of its own has nobody to vouch for it: its
				// fingerprint takes the place of that.
				InsecureSkipVerify: true,
				VerifyConnection: func(state tls.ConnectionState) error {
					if got := fingerprint(state.PeerCertificates[0].Raw); got != strings.ToLower(pin) {
						return fmt.Errorf("certificate has the fingerprint %s, -fingerprint is %q", got, pin)
					}
					return nil
				},
			},
		},
	}
}

// tally counts how exchanges ended.
type tally struct {
	stopAtRefusal bool

	mu                      sync.Mutex
	ok, refused, cut, wrong int64
	bytes                   int64
	mistakes                []error
	stop                    atomic.Bool
}

func (t *tally) run(client *http.Client, bases []string, prefix string, requests int64, concurrency int) {
	p := newPlan()
	var next atomic.Int64
	var workers sync.WaitGroup
	for c := 0; c < concurrency; c++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for !t.stop.Load() {
				i := next.Add(1) - 1
				if i >= requests {
					return
				}
				e := p.at(int(i))
				// Not every other one of each kind, but of all in turn.
				if round := int(i) / len(bases); prefix != "" && (round/len(kinds)+round)%2 == 1 {
					e.path = prefix + e.path
				}
				a, err := e.do(context.Background(), client, bases[int(i)%len(bases)])
				t.count(a, err)
			}
		}()
	}
	workers.Wait()
}

func (t *tally) count(a answer, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.ok++
		t.bytes += int64(len(a.content))
		return
	case errors.Is(err, errRefused):
		t.refused++
		t.stop.Store(t.stopAtRefusal)
	case errors.Is(err, errCut):
		t.cut++
	default:
		t.wrong++
	}
	if len(t.mistakes) < maxMistakes {
		t.mistakes = append(t.mistakes, err)
	}
}
