package main

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

const maxBody = 32 << 10

// bodies serves GET /N with a body whose length and bytes depend on N alone.
type bodies struct{ bytes [2 * maxBody]byte }

func newBodies() *bodies {
	b := new(bodies)
	state := uint32(1)
	for i := range b.bytes {
		// A linear congruential generator: Numerical Recipes, section 7.1.
		state = state*1664525 + 1013904223
		b.bytes[i] = byte(state >> 24)
	}
	return b
}

// at gives body n, n not negative: a window on the bytes, from 1 to maxBody of
// them. The multipliers are odd and maxBody is a power of two, so that maxBody
// requests in a row get every length and every place once.
func (b *bodies) at(n int) []byte {
	from := n % maxBody * 4099 % maxBody
	length := n%maxBody*7919%maxBody + 1
	return b.bytes[from : from+length]
}

func (b *bodies) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	n, err := strconv.Atoi(strings.TrimPrefix(req.URL.Path, "/"))
	if err != nil || n < 0 {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Write(b.at(n))
}

// runSelfTest makes n requests over the loopback interface to a server in this
// same process. It waits for each answer before it asks again, so the order of
// the bytes, and with it their digest, is the same everywhere.
func runSelfTest(n int, stdout io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := http.Server{Handler: newBodies()}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	// A bare transport has no proxy: the round trip stays on this machine.
	client := http.Client{Transport: &http.Transport{}}
	base := "http://" + listener.Addr().String() + "/"
	digest := sha256.New()
	var total int64
	for i := 0; i < n && err == nil; i++ {
		var length int64
		length, err = fetchInto(digest, &client, base+strconv.Itoa(i))
		total += length
	}
	client.CloseIdleConnections()
	server.Close()
	if serveErr := <-served; err == nil && serveErr != http.ErrServerClosed {
		err = serveErr
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "requests %d bytes %d sha256 %x\n", n, total, digest.Sum(nil))
	return err
}

func fetchInto(digest hash.Hash, client *http.Client, url string) (int64, error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %s", url, resp.Status)
	}
	return io.Copy(digest, resp.Body)
}
