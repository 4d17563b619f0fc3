package main

import (
	"encoding/json"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func whoamiWith(args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, &out, &errs)
	return out.String(), errs.String(), status
}

func TestCommandLine(t *testing.T) {
	const nobody = "no-such-user-here"
	for _, test := range []struct {
		name           string
		args           []string
		stdout, stderr string // what each must begin with; "" is empty
		status         int
	}{
		{"help", []string{"--help"}, usage, "", 0},
		{"version", []string{"--version"}, "whoami 1.0\n", "", 0},
		{"by uid", []string{"0"}, "root uid=0 gid=0(root) name=", "", 0},
		{"by name", []string{"root"}, "root uid=0 gid=0(root) name=", "", 0},
		{"repeated", []string{"-repeat", "3", "0"}, "0 root 3\n", "", 0},
		{"repeated, leading zeros", []string{"-repeat", "1", "000", "root"}, "0 root 1\n0 root 1\n", "", 0},
		{"unknown name", []string{nobody}, "", `whoami: unknown user "` + nobody + "\"\n", 1},
		{"unknown uid", []string{"2147483645"}, "", "whoami: unknown user \"2147483645\"\n", 1},
		{"no uid at all", []string{"99999999999999999999"}, "", "whoami: unknown user \"99999999999999999999\"\n", 1},
		{"unknown, repeated", []string{"-repeat", "2", nobody}, "", `whoami: unknown user "` + nobody + "\"\n", 1},
		{"empty", []string{""}, "", "whoami: unknown user \"\"\n", 1},
		{"one unknown of two", []string{nobody, "0"}, "root uid=0", `whoami: unknown user "`, 1},
		{"repeat zero", []string{"-repeat", "0", "0"}, "", "whoami: -repeat must be at least 1\nhint: ", 2},
		{"repeat whom", []string{"-repeat", "1"}, "", "whoami: -repeat needs a user", 2},
		{"repeat as JSON", []string{"-repeat", "1", "-json", "0"}, "", "whoami: -repeat goes with neither", 2},
		{"unknown flag", []string{"-x"}, "", "whoami: flag provided but not defined: -x\nhint: ", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := whoamiWith(test.args...)
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			if !begins(stdout, test.stdout) {
				t.Errorf("stdout %q, want %q", stdout, test.stdout)
			}
			if !begins(stderr, test.stderr) {
				t.Errorf("stderr %q, want %q", stderr, test.stderr)
			}
		})
	}
}

func begins(s, prefix string) bool {
	return strings.HasPrefix(s, prefix) && (s == "") == (prefix == "")
}

func TestCurrentUser(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Skipf("this machine cannot say who runs the test: %v", err)
	}
	if stdout, stderr, status := whoamiWith(); stdout != me.Username+"\n" || stderr != "" || status != 0 {
		t.Errorf("whoami: %q, %q, exit status %d; want %q", stdout, stderr, status, me.Username)
	}
	var got struct{ Username, UID, GID, Home string }
	stdout, stderr, status := whoamiWith("-json")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("whoami -json: %v: %q, %q, exit status %d", err, stdout, stderr, status)
	}
	want := struct{ Username, UID, GID, Home string }{me.Username, me.Uid, me.Gid, me.HomeDir}
	if got != want {
		t.Errorf("whoami -json: %+v, want %+v", got, want)
	}
}

// The groups are checked against os/user itself, whichever they are here.
func TestGroups(t *testing.T) {
	root, err := user.LookupId("0")
	if err != nil {
		t.Fatal(err)
	}
	want, err := root.GroupIds()
	if err != nil {
		t.Fatal(err)
	}

	var got struct{ Groups []group }
	stdout, _, _ := whoamiWith("-json", "-groups", "0")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v in %q", err, stdout)
	}
	line, _, _ := whoamiWith("-groups", "0")
	_, list, _ := strings.Cut(strings.TrimSpace(line), " groups=")
	inText := strings.Split(list, ",")
	if len(inText) != len(got.Groups) {
		t.Fatalf("%d groups in text %q, %d in JSON %q", len(inText), line, len(got.Groups), stdout)
	}

	last := -1
	for i, g := range got.Groups {
		n, err := strconv.Atoi(g.GID)
		if err != nil || n <= last {
			t.Errorf("group %q after %d: not sorted, or twice", g.GID, last)
		}
		last = n
		if !slices.Contains(want, g.GID) {
			t.Errorf("group %q is none of root's %q", g.GID, want)
		}
		if inText[i] != g.String() {
			t.Errorf("group %q in text is %q in JSON", inText[i], g)
		}
	}
	for _, id := range want {
		if !slices.ContainsFunc(got.Groups, func(g group) bool { return g.GID == id }) {
			t.Errorf("root's group %q is missing from %+v", id, got.Groups)
		}
	}
}

func TestSortIDs(t *testing.T) {
	got := sortIDs([]string{"100", "27", "4", "100", "1000", "24", "4"})
	if want := []string{"4", "24", "27", "100", "1000"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestRecordAsText(t *testing.T) {
	ada := record{Username: "ada", UID: "1815", GID: "7", Name: `Ada "the" L`, Home: "/home/ada"}
	members := ada
	members.Group = "eng"
	members.Groups = []group{{"7", "eng"}, {"70", ""}, {"700", "x"}}
	for _, test := range []struct {
		record record
		want   string
	}{
		{ada, `ada uid=1815 gid=7 name="Ada \"the\" L" home="/home/ada"`},
		{members, `ada uid=1815 gid=7(eng) name="Ada \"the\" L" home="/home/ada" groups=7(eng),70,700(x)`},
	} {
		if got := test.record.String(); got != test.want {
			t.Errorf("have %s\nwant %s", got, test.want)
		}
	}
}

func TestWithoutGroupsNoneAreShown(t *testing.T) {
	for _, args := range [][]string{{"0"}, {"-json", "0"}} {
		if stdout, _, _ := whoamiWith(args...); strings.Contains(stdout, "groups") {
			t.Errorf("whoami %q: %q", args, stdout)
		}
	}
}

func FuzzParseUID(f *testing.F) {
	for _, s := range []string{"", "0", "007", "4294967295", "4294967296", "-1", "+1", "1e3", "root", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, who string) {
		uid, ok := parseUID(who)
		if !ok {
			if uid != "" {
				t.Errorf("parseUID(%q) refused it and gave %q", who, uid)
			}
			if _, err := strconv.ParseUint(who, 10, 32); err == nil {
				t.Errorf("parseUID(%q) refused a uid", who)
			}
			return
		}
		if _, err := strconv.ParseUint(uid, 10, 32); err != nil {
			t.Errorf("parseUID(%q) = %q: %v", who, uid, err)
		}
		if again, ok := parseUID(uid); !ok || again != uid {
			t.Errorf("parseUID(%q) = %q, which it reads as %q, %v", who, uid, again, ok)
		}
		if strings.TrimLeft(who, "0") != strings.TrimLeft(uid, "0") {
			t.Errorf("parseUID(%q) = %q, another number", who, uid)
		}
	})
}
