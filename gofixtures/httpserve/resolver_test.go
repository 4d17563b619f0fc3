package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestWithNetDNS(t *testing.T) {
	for _, test := range []struct{ godebug, setting, want string }{
		{"", "", "netdns=cgo"},
		{"netdns=go", "go", "netdns=cgo"},
		{"a=1,netdns=cgo+1,b=2", "cgo", "a=1,b=2,netdns=cgo"},
		{"netdns=go,netdns=2", "", "netdns=cgo"},
		{"netdns=2+cgo,a=1", "cgo", "a=1,netdns=cgo"},
		{"xnetdns=go", "", "xnetdns=go,netdns=cgo"},
	} {
		if got := resolverSetting(test.godebug); got != test.setting {
			t.Errorf("resolverSetting(%q) = %q, want %q", test.godebug, got, test.setting)
		}
		if got := withNetDNS(test.godebug, "cgo"); got != test.want {
			t.Errorf("withNetDNS(%q) = %q, want %q", test.godebug, got, test.want)
		}
	}
}

func TestReadTold(t *testing.T) {
	const said = "go package net: confVal.netCgo = true  netGo = false\n" +
		"go package net: hostLookupOrder(127.1) = cgo\ngo package net: hostLookupOrder(127.1) = files,dns\n" +
		"go package net: hostLookupOrder(a.example) = dns\nhttpserve: lookup a.example: no such host\n"
	for name, want := range map[string]string{"127.1": "files,dns", "a.example": "dns", "b.example": ""} {
		if order, complaint := readTold(said, name); order != want || complaint != "lookup a.example: no such host" {
			t.Errorf("%s: %q, %q", name, order, complaint)
		}
	}
}

// What each way to build and to ask knows of a name that only the C library
// resolves, in processes, since package net decides once for each.
func TestResolvers(t *testing.T) {
	const (
		found    = "127.1 127.0.0.1\n127.1 resolver system order cgo\n"
		unknown  = "127.1 resolver go order files,dns\nhttpserve: lookup 127.1: no such host\n"
		refused  = "httpserve: -resolver system: the C library's resolver is not in this program; it is in one built with CGO_ENABLED=1 and without the tag netgo\n"
		fallback = "502 Bad Gateway\n"
	)
	for _, test := range []struct {
		cgo, env, mode string
		resolve        string // what "httpserve resolve" prints
		proxy          string // what a proxy to that name answers; "": it does not start
	}{
		{"0", "", "auto", unknown, fallback},
		{"0", "", "go", unknown, fallback},
		{"0", "", "system", refused, ""},
		{"0", "LOCALDOMAIN=", "auto", unknown, fallback},
		{"0", "GODEBUG=netdns=cgo", "auto", unknown, fallback},
		{"1", "", "auto", unknown, fallback},
		{"1", "", "go", unknown, fallback},
		{"1", "", "system", found, "ok"},
		{"1", "GODEBUG=netdns=go", "system", found, "ok"},
		{"1", "LOCALDOMAIN=", "auto", found, "ok"},
		{"1", "LOCALDOMAIN=", "go", unknown, fallback},
		{"1", "GODEBUG=netdns=cgo", "auto", found, "ok"},
	} {
		name := strings.Join([]string{"cgo " + test.cgo, test.env, test.mode}, ", ")
		t.Run(name, func(t *testing.T) {
			program := built(t, test.cgo)
			if test.env == "" && test.cgo == "1" && test.mode == "auto" && !plainNSS() {
				t.Skip("not tested here: nsswitch.conf or resolv.conf may ask for more than Go's resolver knows")
			}
			env := []string{"PATH=/usr/bin:/bin"}
			if test.env != "" {
				env = append(env, test.env)
			}
			var out strings.Builder
			command := exec.Command(program, "resolve", "-resolver", test.mode, numericForm)
			command.Env, command.Stdout, command.Stderr = env, &out, &out
			err := command.Run()
			got := strings.Replace(out.String(), "order dns,files", "order files,dns", 1)
			if got != test.resolve || (err == nil) != (test.resolve == found) {
				t.Errorf("resolve: %v, %q; want %q", err, out.String(), test.resolve)
			}
			if test.proxy == "" {
				return
			}

			c := fixtureConfig(t)
			_, behind := started(t, c)
			target := strings.Replace(behind, "127.0.0.1", numericForm, 1)
			p := serving(t, program, env, "-root", c.root, "-listen", "127.0.0.1:0", "-resolver", test.mode, "-proxy-fresh", "-proxy", "/p="+target+"/")
			want := test.proxy
			if want == "ok" {
				want = string(fixtureFiles[0].content())
			}
			if resp, body := get(t, p.urls[0]+"/p/index.html"); body != want {
				t.Errorf("proxy: %s %q; want %q", resp.Status, body, want)
			}
			p.stop(t, os.Interrupt) // and all that it has said is there
			log := `cannot resolve "127.1": no such host (-resolver ` + test.mode + ")"
			if strings.Contains(p.stderr.String(), log) != (test.proxy == fallback) {
				t.Errorf("log %q", p.stderr.String())
			}
		})
	}
}

// plainNSS is true where the C library, too, would look for hosts in files and
// DNS alone, and so Go leaves nothing to it.
func plainNSS() bool {
	conf, err := os.ReadFile("/etc/nsswitch.conf")
	if err != nil {
		return os.IsNotExist(err)
	}
	for _, line := range strings.Split(string(conf), "\n") {
		if sources, found := strings.CutPrefix(strings.TrimSpace(line), "hosts:"); found {
			for _, source := range strings.Fields(sources) {
				if source != "files" && source != "dns" {
					return false
				}
			}
		}
	}
	return true
}
