package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// builds is where built programs are, by CGO_ENABLED; TestMain removes them.
var builds struct {
	dir      string
	programs map[string]string
}

// built builds httpserve, with cgo ("1") or without ("0"), once for all tests.
func built(t *testing.T, cgo string) string {
	t.Helper()
	if program, ok := builds.programs[cgo]; ok {
		return program
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("not tested here: no go command: %v", err)
	}
	if cgo == "1" && !hasC() {
		t.Skip("not tested here: no C compiler")
	}
	program := filepath.Join(builds.dir, "httpserve-"+cgo)
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build with CGO_ENABLED=%s: %v\n%s", cgo, err, out)
	}
	builds.programs[cgo] = program
	return program
}

func hasC() bool {
	cc, err := exec.Command("go", "env", "CC").Output()
	if err != nil || strings.TrimSpace(string(cc)) == "" {
		return false
	}
	_, err = exec.LookPath(strings.Fields(string(cc))[0])
	return err == nil
}

// process is a server in a process of its own.
type process struct {
	*exec.Cmd
	urls   []string
	pin    string
	stderr syncBuffer
}

// serving starts one and waits until it listens everywhere.
func serving(t *testing.T, program string, env []string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(program, append([]string{"serve"}, args...)...)}
	p.Env = append([]string{"HOME=/nonexistent", "LC_ALL=C", "PATH=/usr/bin:/bin"}, env...)
	p.Stderr = &p.stderr
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Process.Kill()
		p.Wait()
	})
	lines := bufio.NewScanner(out)
	want := max(strings.Count(strings.Join(args, " "), "-listen"), 1)
	if strings.Contains(strings.Join(args, " "), "https://") {
		want++ // and the certificate
	}
	for i := 0; i < want; i++ {
		if !lines.Scan() {
			t.Fatalf("httpserve %q did not start: %s", args, p.stderr.String())
		}
		if url, found := strings.CutPrefix(lines.Text(), "listening on "); found {
			p.urls = append(p.urls, url)
		} else if pin, found := strings.CutPrefix(lines.Text(), "certificate sha256 "); found {
			p.pin = pin
		} else {
			t.Fatalf("%q", lines.Text())
		}
	}
	return p
}

// stop sends a signal and gives the exit status.
func (p *process) stop(t *testing.T, signal os.Signal) int {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// Two servers, one behind the other, and a load from a fourth process.
func TestLoadFromAnotherProcess(t *testing.T) {
	program := built(t, "0")
	dir := t.TempDir()
	if out, err := exec.Command(program, "fixture", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	logFile := filepath.Join(t.TempDir(), "log")
	behind := serving(t, program, nil, "-root", dir, "-listen", "127.0.0.1:0")
	front := serving(t, program, nil, "-root", dir, "-listen", "127.0.0.1:0", "-listen", "https://127.0.0.1:0", "-log", logFile,
		"-proxy", "/behind="+strings.Replace(behind.urls[0], "127.0.0.1", "localhost", 1)+"/")
	load := func(requests int, more ...string) (string, error) {
		args := []string{"load", "-url", front.urls[0], "-url", front.urls[1], "-fingerprint", front.pin, "-prefix", "/behind",
			"-concurrency", "8", "-requests", fmt.Sprint(requests)}
		out, err := exec.Command(program, append(args, more...)...).CombinedOutput()
		return string(out), err
	}
	const n = 1200
	if out, err := load(n); err != nil || !strings.HasPrefix(out, fmt.Sprintf("requests %d ok %d refused 0 cut 0 wrong 0 bytes ", n, n)) {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := load(10, "-fingerprint", strings.Repeat("0", 64)); err == nil || !strings.Contains(out, "certificate has the fingerprint "+front.pin) {
		t.Errorf("with another certificate: %v: %s", err, out)
	}

	// In the middle of a load, an end: no answer that began is cut off.
	done := make(chan string, 1)
	go func() {
		out, err := load(maxRequests, "-until-refused")
		done <- fmt.Sprint(out, err)
	}()
	for before, now := logSize(t, logFile), int64(0); now < before+50_000; now = logSize(t, logFile) {
		time.Sleep(10 * time.Millisecond)
	}
	if status := front.stop(t, syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d: %s", status, front.stderr.String())
	}
	out := <-done
	var all, ok, refused int
	if _, err := fmt.Sscanf(out, "requests %d ok %d refused %d cut 0 wrong 0 ", &all, &ok, &refused); err != nil || !strings.HasSuffix(out, "\n<nil>") {
		t.Errorf("%s", out)
	}
	if ok == 0 || refused == 0 {
		t.Errorf("not in the middle of the load: %s", out)
	}
	if status := behind.stop(t, os.Interrupt); status != 0 {
		t.Errorf("exit status %d: %s", status, behind.stderr.String())
	}
}

func logSize(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// A file larger than the kernel buffers, under way when the signal comes, is
// sent to its end; of two signals, or after the time of grace, it is not.
func TestSignalsWithARequestUnderWay(t *testing.T) {
	program := built(t, "0")
	dir := t.TempDir()
	const size = 64 << 20
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "big.bin"), size); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, grace string
		signals     int
		whole       bool
		status      int
	}{
		{"in time", "60s", 1, true, 0},
		{"grace over", "100ms", 1, false, 1},
		{"twice", "60s", 2, false, 1},
	} {
		p := serving(t, program, nil, "-root", dir, "-listen", "127.0.0.1:0", "-grace", test.grace)
		conn := connect(t, p.urls[0])
		fmt.Fprintf(conn, "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
		body := bufio.NewReader(conn)
		for line := ""; line != "\r\n"; {
			var err error
			if line, err = body.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		for i := 0; i < test.signals; i++ {
			if err := p.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			for !strings.Contains(p.stderr.String(), "waiting up to") {
				time.Sleep(time.Millisecond)
			}
		}
		if !test.whole {
			p.Wait()
		}
		n, _ := body.WriteTo(discard{})
		if (n == size) != test.whole {
			t.Errorf("%s: %d bytes of %d", test.name, n, size)
		}
		p.Wait()
		if status := p.ProcessState.ExitCode(); status != test.status {
			t.Errorf("%s: exit status %d: %s", test.name, status, p.stderr.String())
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func TestKeptCertificate(t *testing.T) {
	program := built(t, "0")
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	args := []string{"-root", dir, "-listen", "https://127.0.0.1:0", "-tls-cert", cert, "-tls-key", key}
	first := serving(t, program, nil, args...)
	first.stop(t, os.Interrupt)
	second := serving(t, program, nil, args...)
	if second.pin != first.pin || len(first.pin) != 64 {
		t.Errorf("%s, then %s", first.pin, second.pin)
	}
	if info, err := os.Stat(key); err != nil || info.Mode() != 0o600 {
		t.Errorf("the key: %v, %v", info.Mode(), err)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, append([]string{"serve"}, args...)...).CombinedOutput(); err == nil || !strings.Contains(string(out), "cert.pem: no such file") {
		t.Errorf("half a certificate: %v, %s", err, out)
	}
}
