package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"gzip": true, "GZIP": true, "x-gzip": true, "br, gzip": true, "gzip;q=0.001": true, "gzip ; q=1.000": true, "*": true, "br,*;q=0.1": true, "gzip;Q=1": true,
		"": false, "br": false, "gzip;q=0": false, "gzip;q=0.000": false, "*;q=0": false, "gzip;q=0, *": false, "*, gzip;q=0": false,
		"identity": false, "gzipx": false, "gzip;q=x": false, "gzip;q=2": false, "gzip;q=-1": false, "gzip;q=0.0001": false, "gzip;q": false,
		"gzip;q=NaN": false, "gzip;q=1e0": false, "gzip;level=9": false, ";;;,,,": false,
	} {
		if got := acceptsGzip([]string{header}); got != want {
			t.Errorf("acceptsGzip(%q) = %v", header, got)
		}
	}
	if !acceptsGzip([]string{"br", "gzip"}) || acceptsGzip(nil) {
		t.Error("several headers, or none")
	}
}

func FuzzAcceptsGzip(f *testing.F) {
	for _, s := range []string{"gzip", "gzip;q=0", "*;q=0.5, br", ";q=", "gzip;q=.", "gzip;q=1."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := acceptsGzip([]string{s})
		if lower := strings.ToLower(s); got && !strings.Contains(lower, "gzip") && !strings.Contains(s, "*") {
			t.Errorf("acceptsGzip(%q)", s)
		}
		if parts := strings.Split(s, ","); acceptsGzip(parts) != got {
			t.Errorf("acceptsGzip(%q) is %v, and not so of its elements apart", s, got)
		}
	})
}

func TestCopyGzip(t *testing.T) {
	content := strings.Repeat("text ", 10_000)
	for i := 0; i < 3; i++ { // with a compressor that has been used before, too
		var sent bytes.Buffer
		if err := copyGzip(&sent, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(&sent)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != content {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		var cut bytes.Buffer
		broken := io.MultiReader(strings.NewReader(content), iotest.ErrReader(errors.New("broken")))
		if err := copyGzip(&cut, broken); err == nil {
			t.Error("no error")
		}
		if z, err := gzip.NewReader(&cut); err == nil {
			if _, err := io.ReadAll(z); err == nil {
				t.Error("what was cut off looks whole")
			}
		}
	}
}

// What gzip itself reads is what is stored.
func TestStored(t *testing.T) {
	for _, size := range []int{0, 1, 0xfffe, 0xffff, 0x10000, 200_000} {
		want := fixtureFile{path: "/x.bin", size: size}.content()
		z, err := gzip.NewReader(bytes.NewReader(stored(want)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, want) {
			t.Errorf("of %d bytes %d, %v", size, len(got), err)
		}
	}
}
